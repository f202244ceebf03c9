"""The clock of what watches pictures: real time, whatever the box's clock runs at.

A gauge can be read as often as a fast clock asks; pictures cannot be hurried. So sources, trackers and windows live on
real time, in demo and drill too, and only the stamp on a record is the box's.
"""

from dataclasses import dataclass

from contract.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPace:
    """A clock at the pace of the real world.

    Attributes:
        clock: the box's.
    """

    clock: Clock

    @property
    def rate(self) -> float:
        """One second a second."""
        return 1.0

    def now_ms(self) -> int:
        """Return the box's wall time, UTC ms; it may run at another pace."""
        return self.clock.now_ms()

    def up_ms(self) -> int:
        """Return the real monotonic clock, ms."""
        return self.clock.real_ms()

    def real_ms(self) -> int:
        """Return the real monotonic clock, ms."""
        return self.clock.real_ms()
