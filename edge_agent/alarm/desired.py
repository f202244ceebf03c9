"""What the hub wants this box to be: taken over once, kept, never lost by a bad document. Pure.

A source that a document does not name keeps what it had: a hub that was restored and does not yet know its gauges must
not switch a siren off. To switch it off the document says so.

What is drawn for cameras is not kept with it: `edge_agent.cameras.drawings` has that, and it is long.
"""

from msgspec import UNSET, Struct
from msgspec.structs import replace

from contract.desired import Applied, Desired, is_to_be_applied
from contract.errors import MessageError
from contract.messages import decode_message


class Refused(Struct, frozen=True, kw_only=True):
    """A document that cannot be applied."""

    offered: Applied
    why: str


def applied_of(held: Desired | None) -> Applied:
    """Return what `hello` reports as applied."""
    return Applied() if held is None else Applied(db_epoch=held.db_epoch, version=held.version)


def is_news(offered: Applied, *, held: Desired | None, refused: Applied | None) -> bool:
    """Answer whether a document of this epoch and version may have to be applied: only then it is decoded."""
    applied = applied_of(held)
    is_older = offered.db_epoch == applied.db_epoch and offered.version <= applied.version
    return not is_older and offered != refused


def take_over(held: Desired | None, *, offered: Applied, body: bytes) -> Desired | Refused | None:
    """Return the document to hold from now on, why it is refused, or None when it is to be passed over.

    Args:
        held: the document applied now; None before the first.
        offered: epoch and version under which the document came.
        body: the document as it came.
    """
    try:
        document = decode_message(Desired, body)
    except MessageError as exc:
        return Refused(offered=offered, why=str(exc))
    if not is_to_be_applied(document, applied=applied_of(held)):
        return None
    kept = {} if held is None else held.sources
    return replace(document, sources={**kept, **document.sources}, views=UNSET)
