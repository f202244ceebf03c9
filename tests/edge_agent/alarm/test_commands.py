"""Commands that are the gauge's: once each."""

from typing import Any

import pytest

from contract.messages import Command
from edge_agent.alarm.commands import (
    REMEMBERED,
    Answer,
    CommandBook,
    SirenTest,
    begin_test,
    end_test,
    is_news,
    receive,
)


def command(*, command_id: str = "01JD", kind: str = "siren_test", **args: Any) -> Command:
    return Command(command_id=command_id, kind=kind, site="wai-ruhu", ttl_s=120, hub_ms=0, args=args)


def test_a_test_of_the_siren_is_begun() -> None:
    book, test = receive(CommandBook(), command(seconds=5, volume="low"), is_expired=False)
    assert test == SirenTest(command_id="01JD", seconds=5.0)
    assert book.known == ("01JD",)


def test_without_seconds_it_is_a_short_one() -> None:
    assert receive(CommandBook(), command(), is_expired=False)[1] == SirenTest(command_id="01JD", seconds=3.0)


def test_the_same_command_again_is_passed_over() -> None:
    book, _ = receive(CommandBook(), command(), is_expired=False)
    assert receive(book, command(), is_expired=False) == (book, None)
    assert not is_news(book, command())


def test_a_command_of_another_process_is_not_touched() -> None:
    book = CommandBook()
    assert receive(book, command(kind="update"), is_expired=False) == (book, None)


def test_an_expired_command_is_answered_and_not_executed() -> None:
    _, answer = receive(CommandBook(), command(), is_expired=True)
    assert isinstance(answer, Answer)
    assert answer.result == "expired"


def test_an_unknown_order_to_the_siren_is_refused() -> None:
    _, answer = receive(CommandBook(), command(kind="siren_sing"), is_expired=False)
    assert isinstance(answer, Answer)
    assert (answer.result, "siren_sing" in answer.text) == ("refused", True)


@pytest.mark.parametrize("seconds", [0, -3, 31, "3", True, None, [3]])
def test_seconds_that_make_no_sense_are_refused(seconds: Any) -> None:
    _, answer = receive(CommandBook(), command(seconds=seconds), is_expired=False)
    assert isinstance(answer, Answer)
    assert answer.result == "refused"


def test_the_book_is_bounded_and_forgets_the_oldest() -> None:
    book = CommandBook()
    for number in range(REMEMBERED + 10):
        book, _ = receive(book, command(command_id=str(number)), is_expired=True)
    assert len(book.known) == REMEMBERED
    assert book.known[0] == "10"


def test_a_test_is_answered_once_when_it_is_over() -> None:
    book = begin_test(CommandBook(), SirenTest(command_id="01JD", seconds=3))
    book, answer = end_test(book, result="done", text="")
    assert answer == Answer(command_id="01JD", result="done")
    assert end_test(book, result="done", text="") == (book, None)
