"""What quality control remembers of a gauge: small, bounded, and kept in the outbox file so that a restart goes on.

Times are milliseconds of the boot clock and mean nothing in another boot.
"""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

ACCEPTED_READINGS = 5
MINUTE_MS = 60_000
REMEMBERED_MS = 15 * MINUTE_MS


class Point(Struct, frozen=True, array_like=True, gc=False):
    """One usable reading: boot clock ms, stage cm, and whether it was flagged suspect."""

    up_ms: int
    stage_cm: float
    is_doubted: bool = False


class Pending(Struct, frozen=True, array_like=True, gc=False):
    """A jump that was failed and waits to be borne out."""

    readings: int
    since_up_ms: int
    newest: Point


class FlatRun(Struct, frozen=True, array_like=True, gc=False):
    """Since when all distances lie within the flat line's tolerance, and between which, mm."""

    since_up_ms: int
    low_mm: float
    high_mm: float


class QualityState(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The memory of one gauge."""

    boot: int = -1
    up_ms: int = 0
    interval_s: float = 0.0
    offset_cm: float | None = None
    """Of the reading before, usable or not."""

    accepted: tuple[Point, ...] = ()
    """Newest usable readings, at most five, oldest first."""
    pending: Pending | None = None
    doubt_until_up_ms: int | None = None

    flat: FlatRun | None = None
    usual_spread_mm: float = 0.0
    spreads: int = 0
    dull_since_up_ms: int | None = None

    last_good_cm: float | None = None
    """Newest usable stage, of whatever boot; a fall from near the blind zone leaves it until it is past doubt."""
    minutes: tuple[Point, ...] = ()
    """First usable reading of each minute, 15 minutes back from the newest one, oldest first."""
    unusable: int = 0
    """Readings in a row that were failed or missing, counted to 1,000."""


def encode(state: QualityState) -> bytes:
    """Return the state as bytes for the outbox file."""
    return msgspec.json.encode(state)


def decode(raw: bytes | None) -> QualityState:
    """Return the state of these bytes; an empty one for none, or for those of a version that cannot be read.

    A gauge without memory flags one reading "not evaluated" and goes on; a gauge that refuses to start warns nobody.
    """
    if raw is None:
        return QualityState()
    try:
        return msgspec.json.decode(raw, type=QualityState)
    except msgspec.DecodeError:
        return QualityState()


def without_past(state: QualityState) -> QualityState:
    """Return the state with nothing to compare a reading with; what is known of the sensor itself stays."""
    return replace(
        state, accepted=(), pending=None, doubt_until_up_ms=None, flat=None, dull_since_up_ms=None, minutes=()
    )
