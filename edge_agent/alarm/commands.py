"""Which command is for the gauge, and that each is executed once, also across a reboot. Pure.

A test of the siren is written down as begun before it sounds and answered when it is over, so that a power cut in
between leaves an honest "failed" and never a second test.
"""

from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from contract.messages import Command
from edge_agent.alarm.siren_programme import LONGEST_TEST_S

SIREN_KINDS = "siren_"
"""Kinds that begin so are the gauge process's to answer."""

SIREN_TEST = "siren_test"

REMEMBERED = 256
"""Commands live for minutes; so many cannot come again."""

DEFAULT_TEST_S = 3.0

Outcome = Literal["done", "failed", "refused", "expired"]


class Answer(Struct, frozen=True, kw_only=True):
    """What a `command_result` record tells."""

    command_id: str
    result: Outcome
    text: str = ""


class SirenTest(Struct, frozen=True, kw_only=True):
    """A test that is to be begun."""

    command_id: str
    seconds: float


class CommandBook(Struct, frozen=True, kw_only=True):
    """What is remembered of commands; kept in the outbox file."""

    known: tuple[str, ...] = ()
    """The newest ids that were begun or answered, oldest first."""
    testing: str | None = None
    """The test of the siren that has begun and is not answered."""


def is_news(book: CommandBook, command: Command) -> bool:
    """Answer whether the command is the gauge process's to answer and was not begun or answered before."""
    return command.kind.startswith(SIREN_KINDS) and command.command_id not in book.known


def receive(book: CommandBook, command: Command, *, is_expired: bool) -> tuple[CommandBook, Answer | SirenTest | None]:
    """Return the book with the command in it, and its answer or the test to begin; None: not ours, or known."""
    if not is_news(book, command):
        return book, None
    after = replace(book, known=(*book.known[-(REMEMBERED - 1) :], command.command_id))
    if is_expired:
        return after, Answer(command_id=command.command_id, result="expired", text="perintah sudah kedaluwarsa")
    return after, _read(command)


def _read(command: Command) -> Answer | SirenTest:
    if command.kind != SIREN_TEST:
        text = f"perintah {command.kind} tidak dikenal oleh kotak ini"
        return Answer(command_id=command.command_id, result="refused", text=text)
    seconds: Any = command.args.get("seconds", DEFAULT_TEST_S)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_TEST_S:
        text = f"seconds harus di atas 0 sampai {LONGEST_TEST_S:g}, yang diterima {str(seconds)[:40]}"
        return Answer(command_id=command.command_id, result="refused", text=text)
    return SirenTest(command_id=command.command_id, seconds=float(seconds))


def begin_test(book: CommandBook, test: SirenTest) -> CommandBook:
    """Return the book with the test under way."""
    return replace(book, testing=test.command_id)


def end_test(book: CommandBook, *, result: Outcome, text: str) -> tuple[CommandBook, Answer | None]:
    """Return the book with no test under way, and the answer of the one that was."""
    if book.testing is None:
        return book, None
    return replace(book, testing=None), Answer(command_id=book.testing, result=result, text=text)
