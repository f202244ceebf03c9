"""Which commands the camera process answers, and what each is: a still to be made, or a refusal. Pure.

A command is remembered with its answer, in one transaction with what it brought about. So it is carried out once: a
process that dies before the answer has made nothing that anybody has seen, and does it again while it lives; after a
reboot it is over.
"""

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from contract.messages import Command
from contract.view_commands import SOURCE, VIEW_KINDS, VIEW_STILL
from edge_agent.alarm.commands import REMEMBERED, Answer

SHOWN_MOST = 40
"""Letters of what came in place of a camera's name."""


class Wish(Struct, frozen=True, kw_only=True):
    """A still that is to be made."""

    command_id: str
    source: str


class CommandBook(Struct, frozen=True, kw_only=True):
    """The newest commands that were answered here, oldest first; kept in the outbox file."""

    known: tuple[str, ...] = ()


def is_news(book: CommandBook, command: Command) -> bool:
    """Answer whether the command is the camera process's to answer and was not answered before."""
    return command.kind.startswith(VIEW_KINDS) and command.command_id not in book.known


def remember(book: CommandBook, command_id: str) -> CommandBook:
    """Return the book with one more command that is answered."""
    return replace(book, known=(*book.known[-(REMEMBERED - 1) :], command_id))


def read(command: Command, *, is_expired: bool, sources: Collection[str]) -> Answer | Wish:
    """Return the still that a command asks for, or why there will be none.

    Args:
        command: one that is news.
        is_expired: its time to live is over.
        sources: the cameras of this box.
    """
    if is_expired:
        text = "perintah sudah kedaluwarsa / the command has expired"
        return Answer(command_id=command.command_id, result="expired", text=text)
    if command.kind != VIEW_STILL:
        text = f"perintah {command.kind} tidak dikenal oleh kotak ini / this box does not know the command"
        return Answer(command_id=command.command_id, result="refused", text=text)
    source: Any = command.args.get(SOURCE)
    if not isinstance(source, str) or source not in sources:
        shown, known = str(source)[:SHOWN_MOST], ", ".join(sorted(sources))
        text = f"kotak ini tidak punya kamera {shown}; yang ada: {known} / this box has no camera {shown}, but {known}"
        return Answer(command_id=command.command_id, result="refused", text=text)
    return Wish(command_id=command.command_id, source=source)
