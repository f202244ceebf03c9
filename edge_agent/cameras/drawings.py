"""By which drawing each camera counts: the hub's, where one was drawn there, else that of its own file. Pure.

1. A document is looked at once, whatever else in it was applied before: an older version of this software, which knew
   of no drawings, may have held it already.
2. A camera that it names goes by what was drawn at the hub; one that it does not name, by its file.
3. A document without `views` (an older hub) changes nothing.
4. A drawing that cannot be used is refused in words, and the one before holds, also over a restart.
"""

from msgspec import UNSET, Struct
from msgspec.structs import replace

from contract.desired import Applied, Desired, DesiredView, desired_view, is_to_be_applied
from contract.errors import MessageError
from contract.messages import decode_message

WHOLE = ""
"""Under which a document stands that cannot be read at all."""


class Drawings(Struct, frozen=True, kw_only=True):
    """What the hub has drawn for the cameras of this box."""

    looked_at: Applied = Applied()
    """The document that was looked at last."""
    by_source: dict[str, DesiredView] = {}
    refused: dict[str, str] = {}
    """Why, by source of those in the newest document that cannot be used; the one before stands in `by_source`."""


def is_news(held: Drawings, offered: Applied) -> bool:
    """Answer whether a document of this epoch and version is to be looked at: only then it is decoded."""
    is_same_epoch = offered.db_epoch == held.looked_at.db_epoch
    return not (is_same_epoch and offered.version <= held.looked_at.version)


def take_over(held: Drawings, *, offered: Applied, body: bytes) -> Drawings:
    """Return what holds from now on.

    Args:
        held: what holds now.
        offered: epoch and version under which the document came.
        body: the document as it came.
    """
    try:
        document = decode_message(Desired, body)
    except MessageError as exc:
        return replace(held, looked_at=offered, refused={WHOLE: str(exc)})
    if not is_to_be_applied(document, applied=held.looked_at):
        return held
    if document.views is UNSET:
        return replace(held, looked_at=offered)
    drawn: dict[str, DesiredView] = {}
    refused: dict[str, str] = {}
    for source, raw in document.views.items():
        try:
            drawn[source] = desired_view(raw)
        except MessageError as exc:
            refused[source] = str(exc)
            if source in held.by_source:
                drawn[source] = held.by_source[source]
    return Drawings(looked_at=offered, by_source=drawn, refused=refused)
