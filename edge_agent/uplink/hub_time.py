"""The hub's clock as this box can know it: from the acknowledgements. Pure.

An acknowledgement is always a little old when it arrives, so of several the one that puts the hub's clock furthest
ahead was the quickest, and is right. It is held against the boot clock: a step of the box's own wall clock does not
move it.
"""

from contract.clock import Clock

HELD_FOR_MS = 600_000
"""Real; after that even a slow acknowledgement is better than an old one, as boot clocks drift."""


class HubTime:
    """The hub's time, scaled wall ms."""

    def __init__(self, clock: Clock) -> None:
        """Begin without knowing it."""
        self._clock = clock
        self._zero_ms: int | None = None
        self._taken_real_ms = 0

    def heard(self, hub_ms: int) -> None:
        """Take the hub's time out of an acknowledgement that has just come."""
        zero_ms = hub_ms - self._clock.up_ms()
        real_ms = self._clock.real_ms()
        is_old = real_ms - self._taken_real_ms >= HELD_FOR_MS
        if self._zero_ms is None or is_old or zero_ms > self._zero_ms:
            self._zero_ms = zero_ms
            self._taken_real_ms = real_ms

    def now_ms(self) -> int | None:
        """Return the hub's time of now; None before the first acknowledgement."""
        return None if self._zero_ms is None else self._clock.up_ms() + self._zero_ms

    def zero_ms(self) -> int | None:
        """Return the hub's time at which the boot clock stood at 0; None before the first acknowledgement."""
        return self._zero_ms
