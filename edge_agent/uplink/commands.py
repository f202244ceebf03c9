"""Which commands the uplink answers itself, and how long a command lives here. Pure.

Commands of the gauge process (`siren_…`) go to the inbox, and those of the camera process (`view_…`) where there is one
whose pictures get to the hub. Everything else is answered here, also a kind that this
version does not know: a command that nobody answers leaves a person waiting at the hub.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from contract.messages import Command
from contract.view_commands import VIEW_KINDS
from edge_agent.alarm.commands import SIREN_KINDS

HEALTH_NOW = "health_now"
"""Write a health record now: is the box well, and does the way to it work?"""

REMEMBERED = 256

Outcome = Literal["done", "refused", "expired"]


class Answer(Struct, frozen=True, kw_only=True):
    """What a `command_result` record tells."""

    command_id: str
    result: Outcome
    text: str = ""


class CommandBook(Struct, frozen=True, kw_only=True):
    """The newest commands that were answered here, oldest first; kept in the outbox file."""

    known: tuple[str, ...] = ()


def is_for_gauge(command: Command) -> bool:
    """Answer whether the command is the gauge process's."""
    return command.kind.startswith(SIREN_KINDS)


def is_for_camera(command: Command) -> bool:
    """Answer whether the command is the camera process's, where the box has one."""
    return command.kind.startswith(VIEW_KINDS)


def why_no_pictures(*, has_camera: bool, has_courier: bool) -> str:
    """Return why nobody on this box can answer with a picture; empty: the camera process can."""
    if not has_camera:
        return "kotak ini tidak punya kamera / this box has no camera"
    if not has_courier:
        return (
            "kotak ini tidak dapat mengirim gambar: identitasnya tidak dari klaim. Coba: provision claim / "
            "this box cannot send pictures: its identity is of no claim. Try: provision claim"
        )
    return ""


def life_left_s(command: Command, *, hub_now_ms: int | None, rate: float) -> float:
    """Return how many real seconds the command has left; 0 or less: it is over.

    Args:
        command: as it came. Its time to live counts real seconds from `hub_ms`, which is the hub's scaled wall time.
        hub_now_ms: the hub's time of now; None: not known yet, then the command counts as just sent.
        rate: scaled seconds per real second.
    """
    age_s = 0.0 if hub_now_ms is None else max(0.0, (hub_now_ms - command.hub_ms) / 1000 / rate)
    return command.ttl_s - age_s


def remember(book: CommandBook, command_id: str) -> CommandBook:
    """Return the book with one more command that is answered."""
    return replace(book, known=(*book.known[-(REMEMBERED - 1) :], command_id))


def receive(
    book: CommandBook, command: Command, *, is_expired: bool, no_pictures: str = ""
) -> tuple[CommandBook, Answer | None]:
    """Return the book with the command in it, and its answer; None: it was answered before.

    Args:
        book: what was answered.
        command: neither the gauge's nor the camera's.
        is_expired: its time to live is over.
        no_pictures: why a command for the camera has come here.
    """
    if command.command_id in book.known:
        return book, None
    after = remember(book, command.command_id)
    if is_expired:
        return after, Answer(command_id=command.command_id, result="expired", text="perintah sudah kedaluwarsa")
    if no_pictures and is_for_camera(command):
        return after, Answer(command_id=command.command_id, result="refused", text=no_pictures)
    if command.kind != HEALTH_NOW:
        text = f"perintah {command.kind} tidak dikenal oleh kotak ini"
        return after, Answer(command_id=command.command_id, result="refused", text=text)
    return after, Answer(command_id=command.command_id, result="done", text="catatan kesehatan ditulis")
