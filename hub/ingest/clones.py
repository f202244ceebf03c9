"""Finds out that two boxes go by one name. Pure.

A box changes its session, its kernel boot and now and then a spool, and never goes back to an old one. Two boxes
under one name push each other off the broker in turn, so what was replaced comes back. One return may be a hello
that the broker delivered twice; the second within ten minutes is a clone.
"""

from collections import deque

RETURNS_OF_A_CLONE = 2
WITHIN_REAL_MS = 10 * 60_000
REMEMBERED = 8
"""How many replaced values are remembered."""


class CloneWatch:
    """Watches one thing that a box says of itself, such as its kernel boot."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._now: str | None = None
        self._replaced: deque[str] = deque(maxlen=REMEMBERED)
        self._returns_real_ms: deque[int] = deque(maxlen=RETURNS_OF_A_CLONE)

    def see(self, value: str, *, real_ms: int) -> bool:
        """Take what the box says now; answer whether it has come back often enough to be two boxes."""
        if value == self._now:
            return False
        if self._now is not None:
            self._replaced.append(self._now)
        self._now = value
        if value not in self._replaced:
            return False
        self._returns_real_ms.append(real_ms)
        is_often = len(self._returns_real_ms) == RETURNS_OF_A_CLONE
        return is_often and real_ms - self._returns_real_ms[0] <= WITHIN_REAL_MS
