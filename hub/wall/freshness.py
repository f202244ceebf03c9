"""How far a station's value can be trusted by its age and quality.

Ages count on the hub's (scaled) clock; the floors are real seconds, so that nothing is called old before a message
could have come. The browser is given the three limits and lets the same states come by themselves.
"""

from enum import StrEnum

from msgspec import Struct

from contract.flow import STALE_FLOOR_REAL_S, STALE_INTERVALS

LATE_INTERVALS = 2
"""A reading may be one interval old, and wait one more for its batch."""

LOST_INTERVALS = 6
LATE_FLOOR_REAL_S = 5.0
LOST_FLOOR_REAL_S = 20.0


class Freshness(StrEnum):
    """From the best to what says least."""

    FRESH = "fresh"
    LATE = "late"
    SUSPECT = "suspect"
    STALE = "stale"
    LOST = "lost"
    NEVER = "never"


class AgeLimits(Struct, frozen=True, kw_only=True):
    """Ages, scaled seconds, from which a value is late, stale and lost."""

    late_after_s: float
    stale_after_s: float
    lost_after_s: float


def age_limits(interval_s: float, *, rate: float) -> AgeLimits:
    """Return the limits for readings every `interval_s` (scaled s) on a clock of `rate` scaled seconds per real one."""
    return AgeLimits(
        late_after_s=max(LATE_INTERVALS * interval_s, LATE_FLOOR_REAL_S * rate),
        stale_after_s=max(STALE_INTERVALS * interval_s, STALE_FLOOR_REAL_S * rate),
        lost_after_s=max(LOST_INTERVALS * interval_s, LOST_FLOOR_REAL_S * rate),
    )


def freshness(
    *, age_s: float | None, limits: AgeLimits, is_stale: bool, is_silent: bool, is_suspect: bool
) -> Freshness:
    """Return the state of a value.

    Args:
        age_s: scaled seconds since its reading; None: there never was one.
        limits: of its interval.
        is_stale: the level rule says so.
        is_silent: the hub has called the station silent.
        is_suspect: quality control doubts the reading, or the level rests on such ones.
    """
    if age_s is None:
        return Freshness.NEVER
    if is_silent or age_s > limits.lost_after_s:
        return Freshness.LOST
    if is_stale or age_s > limits.stale_after_s:
        return Freshness.STALE
    if is_suspect:
        return Freshness.SUSPECT
    return Freshness.LATE if age_s > limits.late_after_s else Freshness.FRESH
