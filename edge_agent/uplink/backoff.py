"""How long to wait before the next attempt to connect. Pure.

Full jitter (the whole delay is drawn, from 0 to a cap that doubles): after a power cut all boxes of a city come back
in the same second, and only a drawn delay keeps them from knocking in step.
"""

import random

FIRST_CAP_S = 1.0
LONGEST_CAP_S = 120.0
URGENT_CAP_S = 5.0
"""An alert that is written while the box waits shortens the wait to this; drawn too, as a flood wakes many boxes."""

LONGEST_CAP_WITH_ALERT_S = 15.0
"""While an alert waits for the way to be open again no wait is drawn longer: rivers rise in 45 minutes."""

STEADY_AFTER_S = 30.0
"""A connection that lived this long was a real one. Two boxes with one certificate throw each other out in a second."""

_DOUBLINGS = 7  # 1 s to 128 s: beyond it the cap does not grow


class Backoff:
    """The waits of one box, real seconds."""

    def __init__(self, *, rng: random.Random) -> None:
        """Begin with no failure; `rng` draws the delays."""
        self._rng = rng
        self._failures = 0

    def cap_s(self, *, has_alert: bool = False) -> float:
        """Return the longest delay that may be drawn next."""
        longest_s = LONGEST_CAP_WITH_ALERT_S if has_alert else LONGEST_CAP_S
        return min(longest_s, FIRST_CAP_S * 2.0 ** min(self._failures, _DOUBLINGS))

    def next_delay_s(self, *, has_alert: bool = False) -> float:
        """Count one failure and return how long to wait before the next attempt; `has_alert`: one waits."""
        delay_s = self._rng.uniform(0.0, self.cap_s(has_alert=has_alert))
        self._failures += 1
        return delay_s

    def urgent_delay_s(self) -> float:
        """Return how long an attempt may still wait that has an alert to carry; counts no failure."""
        return self._rng.uniform(0.0, min(URGENT_CAP_S, self.cap_s()))

    def lived(self, *, seconds: float, was_answered: bool) -> None:
        """Take note of a connection that has ended after `seconds`; one that served puts the cap back to its first."""
        if was_answered and seconds >= STEADY_AFTER_S:
            self._failures = 0
