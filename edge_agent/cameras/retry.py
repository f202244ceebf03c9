"""How long to wait before a camera is tried again. Pure.

Full jitter, as of the uplink (the whole delay is drawn, from 0 to a cap that doubles): the cameras of one switch come
back in one second after a power cut, and are not all asked at once.
"""

import random

FIRST_CAP_S = 1.0
LONGEST_CAP_S = 15.0
"""A camera boots in 30 to 60 s; one that is back is seen again within a quarter of that."""
STEADY_AFTER_S = 10.0
"""A stream that lived this long was a real one; a camera that shows one picture and hangs up is not hammered."""

_DOUBLINGS = 4


class Retry:
    """The waits of one camera, real seconds."""

    def __init__(self, *, rng: random.Random) -> None:
        """Begin with no failure; `rng` draws the delays."""
        self._rng = rng
        self._failures = 0

    def cap_s(self) -> float:
        """Return the longest delay that may be drawn next."""
        return min(LONGEST_CAP_S, FIRST_CAP_S * 2.0 ** min(self._failures, _DOUBLINGS))

    def next_delay_s(self, *, lived_s: float) -> float:
        """Count one failure and return how long to wait; `lived_s`: how long pictures had come before it."""
        if lived_s >= STEADY_AFTER_S:
            self._failures = 0
        delay_s = self._rng.uniform(0.0, self.cap_s())
        self._failures += 1
        return delay_s
