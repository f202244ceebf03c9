"""Commands: whose they are, how long they live, once each."""

import pytest

from contract.messages import Command
from edge_agent.uplink.commands import (
    REMEMBERED,
    CommandBook,
    is_for_camera,
    is_for_gauge,
    life_left_s,
    receive,
    why_no_pictures,
)


def command(
    command_id: str = "c1", *, kind: str = "health_now", ttl_s: float = 120.0, hub_ms: int = 600_000
) -> Command:
    return Command(command_id=command_id, kind=kind, site="wai-ruhu", ttl_s=ttl_s, hub_ms=hub_ms)


def test_only_the_siren_is_the_gauges() -> None:
    assert [is_for_gauge(command(kind=kind)) for kind in ("siren_test", "siren_off", "health_now", "x")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("hub_now_ms", "rate", "left_s"),
    [(600_000, 1, 120), (660_000, 1, 60), (730_000, 1, -10), (1_200_000, 60, 110), (None, 1, 120), (1, 1, 120)],
)
def test_life_counts_real_seconds_of_the_hubs_clock(hub_now_ms: int | None, rate: float, left_s: float) -> None:
    assert life_left_s(command(), hub_now_ms=hub_now_ms, rate=rate) == left_s


def test_a_command_is_answered_once() -> None:
    book, answer = receive(CommandBook(), command(), is_expired=False)
    assert answer is not None
    assert answer.result == "done"
    assert receive(book, command(), is_expired=False) == (book, None)


def test_an_expired_command_is_answered_and_not_done() -> None:
    _, answer = receive(CommandBook(), command(), is_expired=True)
    assert answer is not None
    assert answer.result == "expired"


def test_an_unknown_kind_is_refused_in_words() -> None:
    _, answer = receive(CommandBook(), command(kind="make_coffee"), is_expired=False)
    assert answer is not None
    assert (answer.result, "make_coffee" in answer.text) == ("refused", True)


def test_the_book_is_bounded_and_keeps_the_newest() -> None:
    book = CommandBook()
    for n in range(2 * REMEMBERED):
        book, _ = receive(book, command(f"c{n}"), is_expired=False)
    assert len(book.known) == REMEMBERED
    assert receive(book, command(f"c{2 * REMEMBERED - 1}"), is_expired=False)[1] is None


def test_what_begins_so_is_the_cameras_where_the_box_can_send_pictures() -> None:
    assert [is_for_camera(command(kind=kind)) for kind in ("view_still", "view_x", "siren_test")] == [True, True, False]
    assert why_no_pictures(has_camera=True, has_courier=True) == ""


@pytest.mark.parametrize(
    ("has_camera", "has_courier", "words"),
    [(False, True, "tidak punya kamera"), (True, False, "provision claim"), (False, False, "tidak punya kamera")],
)
def test_a_box_that_can_send_no_picture_says_why(*, has_camera: bool, has_courier: bool, words: str) -> None:
    why = why_no_pictures(has_camera=has_camera, has_courier=has_courier)
    _, answer = receive(CommandBook(), command(kind="view_still"), is_expired=False, no_pictures=why)
    assert answer is not None
    assert (answer.result, words in answer.text) == ("refused", True)
