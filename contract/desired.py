"""The desired state: one document per node, sent retained with (db_epoch, version).

A box applies any document whose (db_epoch, version) differs from the one it has, except a lower version of the
same epoch, and reports in `hello` what it applied.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contract.bounds import StageCm, UpToADayS, Whole
from contract.errors import MessageError
from contract.level.settings import HOLD_S, Persistence, Rise, Thresholds
from contract.views import View

LEAST_QUOTA_MB = 8
"""Below it, the room that is kept for alerts and the outbox's own pages leave nothing for readings."""

MAX_QUOTA_MB = 1 << 20
DEFAULT_QUOTA_MB = 256
"""Disk for all outboxes of a box, MiB. A box takes less than the least as the least."""


class Sampling(Struct, frozen=True, kw_only=True):
    """How often a gauge reads, seconds on the box's (scaled) clock."""

    peace: UpToADayS = 60.0
    flood: UpToADayS = 5.0
    """While rising, or at Waspada and above."""


class DesiredSource(Struct, frozen=True, kw_only=True):
    """What one gauge of the box needs to know of its station."""

    station: str
    name: str
    offset_cm: StageCm
    """Stage of a target at distance zero: stage_cm = offset_cm - distance_mm / 10."""
    thresholds: Thresholds
    persistence: Persistence = Persistence()
    rise: Rise = Rise()
    hold_s: Annotated[float, Meta(ge=0)] = HOLD_S
    siren: bool = False
    sampling_s: Sampling = Sampling()


class DesiredView(Struct, frozen=True, kw_only=True):
    """What one camera of the box is there to see, as it was drawn at the hub."""

    view: Annotated[str, Meta(max_length=64)]
    """The hub's name of the view; people's name of it stands in the drawing."""
    version: Whole
    """Of the drawing, for people to speak of."""
    drawing: View


class AuditHead(Struct, frozen=True, kw_only=True):
    """The newest row of the hub's audit log as it stood once that day: number and hash."""

    n: Whole
    hash: Annotated[str, Meta(max_length=128)]


class Desired(Struct, frozen=True, kw_only=True):
    """Everything a node should be."""

    v: Whole = 1
    db_epoch: str
    version: Whole
    sources: dict[str, DesiredSource] = {}
    views: dict[str, msgspec.Raw] | UnsetType = UNSET
    """By source of a camera, each a `DesiredView`; `desired_view` reads one.

    Read one by one: a drawing that a box cannot use must not keep thresholds from its gauge. A camera that is not named
    goes by its own file. Not there at all (an older hub): every camera goes on as it is.
    """
    models: dict[str, msgspec.Raw] = {}
    quota_mb: Annotated[int, Meta(ge=1, le=MAX_QUOTA_MB)] = DEFAULT_QUOTA_MB
    audit: AuditHead | UnsetType = UNSET
    """For the box to keep as a witness. Nothing that a node should be: it changes without a new version."""


class Applied(Struct, frozen=True, kw_only=True):
    """Which desired state a box has applied."""

    db_epoch: str = ""
    version: Whole = 0


def is_to_be_applied(offered: Desired, *, applied: Applied) -> bool:
    """Answer whether a box that has `applied` takes `offered`: it differs and is no lower version of the same epoch."""
    if offered.db_epoch != applied.db_epoch:
        return True
    return offered.version > applied.version


def desired_view(raw: msgspec.Raw) -> DesiredView:
    """Return one of `Desired.views`.

    Raises:
        MessageError: it is none that this version can use; the text names the place.
    """
    try:
        return msgspec.json.decode(raw, type=DesiredView)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        text = f"desired view: {problem}"
        raise MessageError(text) from problem
