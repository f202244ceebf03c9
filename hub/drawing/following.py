"""By which drawing a box counts, out of what its newest count says of itself. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from contract.views import digest
from hub.storage.outlines import OutlineVersion


class Following(StrEnum):
    """How a box stands to what is drawn at the hub."""

    SAME = "same"
    """It counts by the version in force."""
    OLDER = "older"
    """By one of before; the one in force is on its way, or could not be used."""
    OWN = "own"
    """By what was never drawn here: its own file."""
    UNSAID = "unsaid"
    """It does not say by which: its software is older."""
    SILENT = "silent"
    """It has counted nothing yet."""
    NOBODY = "nobody"
    """No camera looks at this view."""


class Follows(Struct, frozen=True, kw_only=True):
    """The answer."""

    state: Following
    counts_by: int | None = None
    """The version by which the box counts, where it is one of those kept."""
    in_force: int | None = None
    """The newest version; None: nothing was ever drawn here."""


def follows(versions: Sequence[OutlineVersion], *, has_camera: bool, drawing: str | None) -> Follows:
    """Return how a box stands to the drawings of its view.

    Args:
        versions: of the view, newest first.
        has_camera: a camera looks at it.
        drawing: what its newest count says of its drawing; None: there is no count.
    """
    in_force = versions[0].version if versions else None
    if not has_camera:
        return Follows(state=Following.NOBODY, in_force=in_force)
    if not drawing:
        return Follows(state=Following.SILENT if drawing is None else Following.UNSAID, in_force=in_force)
    counts_by = next((one.version for one in versions if digest(one.drawing) == drawing), None)
    if counts_by is None:
        return Follows(state=Following.OWN, in_force=in_force)
    state = Following.SAME if counts_by == in_force else Following.OLDER
    return Follows(state=state, counts_by=counts_by, in_force=in_force)
