"""How far what a view says now can be trusted. Pure.

1. A camera of which a fault stands sees nothing, however old its last count is.
2. Then age decides: lost, stale. What is that old says nothing of now.
3. Then what the camera says of itself: it cannot see, or it is too slow to count. Late comes last.
"""

from enum import StrEnum

from hub.wall.freshness import AgeLimits

CANNOT_SEE, TOO_SLOW = "cannot_see", "too_slow"
DOUBTING = frozenset({"camera_reshaped", "view_refused"})
"""Faults with which a camera still counts, but perhaps in the wrong places."""
ROAD_STATES = ("lancar", "padat", "macet")
"""From the best to the worst."""


class ViewStanding(StrEnum):
    """From the best to what says least."""

    FRESH = "fresh"
    LATE = "late"
    SLOW = "slow"
    """Counts are the least that was there."""
    BLIND = "blind"
    STALE = "stale"
    LOST = "lost"
    NEVER = "never"


def view_standing(*, age_s: float | None, limits: AgeLimits, has_fault: bool, doubts: frozenset[str]) -> ViewStanding:
    """Return how a view stands.

    Args:
        age_s: scaled seconds since its newest count; None: there never was one.
        limits: of the windows in which it counts.
        has_fault: the box says that something is wrong with the camera, so that it counts nothing.
        doubts: of the newest count of any of its places.
    """
    age = -1.0 if age_s is None else age_s
    rules = (
        (has_fault, ViewStanding.BLIND),
        (age_s is None, ViewStanding.NEVER),
        (age > limits.lost_after_s, ViewStanding.LOST),
        (age > limits.stale_after_s, ViewStanding.STALE),
        (CANNOT_SEE in doubts, ViewStanding.BLIND),
        (TOO_SLOW in doubts, ViewStanding.SLOW),
        (age > limits.late_after_s, ViewStanding.LATE),
    )
    return next((standing for holds, standing in rules if holds), ViewStanding.FRESH)


def worst_road(states: list[tuple[str, int | None]]) -> tuple[str, int | None]:
    """Return the worst of (state, since) and since when a road of the view is in it; `("", None)`: nobody knows."""
    known = [(ROAD_STATES.index(state), since_ms) for state, since_ms in states if state in ROAD_STATES]
    if not known:
        return "", None
    worst = max(rank for rank, _ in known)
    begun = [since_ms for rank, since_ms in known if rank == worst and since_ms is not None]
    return ROAD_STATES[worst], min(begun, default=None)
