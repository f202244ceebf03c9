"""What every distance sensor gives: bursts of raw pings, nothing judged and nothing thrown away.

A sensor hangs above the water and measures downwards: a small distance is a high river.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class EchoLoss(StrEnum):
    """Why pings of a burst stayed without an echo, as far as the driver knows."""

    NO_ECHO = "no_echo"
    """Nothing came back: no target in range, a soft or tilted one, a dead sensor, a cut wire."""
    ECHO_STUCK = "echo_stuck"
    """The echo line never fell: a short, a wrong wire, a sensor that hangs."""
    SERIES_NOT_BEGUN = "series_not_begun"
    SERIES_GAP = "series_gap"
    SERIES_ENDED = "series_ended"
    """A replayed series has nothing at this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSpan:
    """Between which distances a sensor can be believed, mm.

    Nearer than `blind_zone_mm` it gives a pinned or a far too large distance, so that a flood looks like low water.
    """

    blind_zone_mm: int
    max_range_mm: int

    def __post_init__(self) -> None:
        """Refuse an empty span.

        Raises:
            ValueError: the blind zone is negative or reaches the maximum range.
        """
        if not 0 <= self.blind_zone_mm < self.max_range_mm:
            raise ValueError(
                f"sensor span: blind_zone_mm must be 0 or more and below max_range_mm, "
                f"got {self.blind_zone_mm} and {self.max_range_mm}"
            )

    def holds(self, distance_mm: float) -> bool:
        """Answer whether the sensor can be believed at this distance."""
        return self.blind_zone_mm < distance_mm <= self.max_range_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Pings sent in quick succession at one instant."""

    distances_mm: tuple[float | None, ...]
    """Raw distance of each ping, mm, in the order sent; None: no echo. May hold zeros and absurd values."""
    temperature_c: float | None = None
    """Measured air temperature, °C; None: not measured, the driver's assumed one was used."""
    interpolated: bool = False
    """The water itself was drawn between two samples of a series."""
    loss: EchoLoss | None = None
    """Why the last lost ping was lost; None: none was."""


class DistanceSensor(Protocol):
    """A sensor behind its driver; a simulator is one too."""

    @property
    def span(self) -> SensorSpan:
        """The distances at which it can be believed."""

    def measure_burst(self, *, count: int) -> Burst:
        """Send `count` pings and return every answer.

        Raises:
            SensorClosedError: it was closed before.
        """

    def close(self) -> None:
        """Give back pins and files; a second call does nothing."""
