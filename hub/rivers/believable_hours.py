"""Which hours of a box can be right at all, as seen from the hub's clock. Pure."""

AHEAD_MS = 600_000
"""Ahead of the hub's own clock, scaled: more than any link makes of two good clocks."""

AHEAD_REAL_MS = 10_000
"""So much at least in real time: a fast clock is begun at the machine's, which may step between two starts."""

BEHIND_MS = 10 * 365 * 86_400_000
"""Behind it: no outbox holds its records for as long."""


def ahead_most_ms(*, rate: float) -> int:
    """Return how far ahead of the hub an hour may lie, scaled ms, at `rate` scaled seconds per real second."""
    return max(AHEAD_MS, round(AHEAD_REAL_MS * rate))


def is_believable(at_ms: int, *, now_ms: int, ahead_ms: int = AHEAD_MS) -> bool:
    """Answer whether an hour can be right.

    Args:
        at_ms: wall time of a box, UTC ms.
        now_ms: the hub's clock, UTC ms.
        ahead_ms: how far ahead of it an hour may lie, see `ahead_most_ms`.
    """
    return now_ms - BEHIND_MS <= at_ms <= now_ms + ahead_ms
