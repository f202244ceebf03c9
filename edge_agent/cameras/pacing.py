"""When the pictures of a clip or of a drawn street are shown: at their own rate by the clock, or as fast as asked."""

from collections.abc import Callable
from enum import StrEnum

from contract.clock import Clock

LONGEST_WAIT_S = 0.5
"""Real; a picture that is due later is waited for in parts, so that a source can be left meanwhile."""
LATE_S = 0.25
"""A picture that is later than this is passed over, as a camera would have done."""
LEAST_EVERY_MS = 1_000
"""Real; on a machine that is always late, so often one is shown all the same."""


class Pace(StrEnum):
    """How fast a clip runs."""

    OWN = "own"
    FAST = "fast"


class ShowTimes:
    """Media time against the clock that was given."""

    def __init__(self, *, pace: Pace, clock: Clock, wait: Callable[[float], object]) -> None:
        """Begin at media time 0 now.

        Args:
            pace: own: by the clock; fast: never waits, and `up_ms` follows the media time all the same.
            clock: pictures are shown by its scaled time.
            wait: waits so many real seconds.
        """
        self._pace = pace
        self._clock = clock
        self._wait = wait
        self._zero_up_ms = clock.up_ms()
        self._shown_real_ms = clock.real_ms()

    def up_ms(self, media_s: float) -> int:
        """Return when a picture is shown, boot clock."""
        return self._zero_up_ms + round(media_s * 1000)

    def is_due(self, media_s: float) -> bool:
        """Wait for a picture's time, but not long; return whether it has come."""
        late_s = self._late_s(media_s)
        if self._pace is Pace.FAST or late_s >= 0:
            return True
        self._wait(min(LONGEST_WAIT_S, -late_s))
        return self._late_s(media_s) >= 0

    def is_missed(self, media_s: float) -> bool:
        """Answer whether a picture comes too late to be shown; one a second is shown whatever the hour."""
        if self._pace is Pace.FAST:
            return False
        real_ms = self._clock.real_ms()
        if self._late_s(media_s) > LATE_S and real_ms - self._shown_real_ms < LEAST_EVERY_MS:
            return True
        self._shown_real_ms = real_ms
        return False

    def _late_s(self, media_s: float) -> float:
        """Return by how much the clock has passed a picture's time, real s."""
        return (self._clock.up_ms() - self.up_ms(media_s)) / 1000 / self._clock.rate
