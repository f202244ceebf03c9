"""A burst of raw pings to one distance, its spread, and what was wrong with the pings.

Spikes are filtered here, on pings a fraction of a second apart, and nowhere later: on a 5-minute series a median eats
real one-sample peaks (measured on a flashy creek: 9 true episodes became 6). A median alone is not enough either: of
an HC-SR04 even 13-ping medians are known to leak spikes, when most pings of a burst go wrong together. So a burst
whose pings disagree says so, and the spike test of quality control stands behind this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from edge_agent.gauges.sensor import Burst, EchoLoss, SensorSpan

PINGS_PER_BURST = 13
"""At 60 ms a ping under a second, and odd, so that the median is a ping that was heard."""

ZERO_ECHO_MM = 10.0
"""Nearer than any sensor can measure: the JSN-SR04T says 0 when it means nothing."""

MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation, for normal noise."""

OUTLIER_SIGMAS = 4.0
OUTLIER_FLOOR_MM = 30.0
"""Ripples stay below this; a quiet burst must not call its own last millimetre an outlier."""

SCATTER_MM = 100.0
"""Spread (1 sigma) above which pings do not speak of one surface: flood waves stay near half of it."""

NOISE_MM = 3 * SCATTER_MM
"""Spread (1 sigma) of pings that speak of nothing: six times a flood's waves, a fifth of echoes from anywhere."""

AGREEING_SHARE = 2 / 3
"""Share of the believed pings that must lie together: two surfaces heard in turn have no spread around either."""

FEWEST_SHARE = 0.25
"""Share of pings that must have been heard before a burst is trusted fully."""


class BurstFault(StrEnum):
    """What is wrong with a burst as a whole."""

    NO_ECHO = "no_echo"
    ZERO_ECHO = "zero_echo"
    BLIND_ZONE = "blind_zone"
    OVER_RANGE = "over_range"
    SCATTERED = "scattered"
    FEW_ECHOES = "few_echoes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a burst says. The distance stands also under a fault, where there was any echo at all: raw is kept."""

    distance_mm: float | None
    spread_mm: float | None
    """Standard deviation of the pings that were kept, robust against the others, mm."""
    pings: int
    lost: int
    outliers: int
    """Pings that were heard and left out: spikes, zeros, out of span."""
    fault: BurstFault | None = None
    loss: EchoLoss | None = None
    interpolated: bool = False

    @property
    def is_noise(self) -> bool:
        """Whether the pings speak of no surface at all: there is a number, and nothing stands behind it."""
        return self.fault is BurstFault.SCATTERED and self.spread_mm is not None and self.spread_mm > NOISE_MM


def estimate(burst: Burst, *, span: SensorSpan) -> Estimate:
    """Return the distance a burst speaks for.

    Args:
        burst: raw pings, mm.
        span: where the sensor can be believed; when most echoes lie outside, the burst has a fault and the
            distance is the median of all echoes.
    """
    echoes = [distance_mm for distance_mm in burst.distances_mm if distance_mm is not None]
    believed = [distance_mm for distance_mm in echoes if span.holds(distance_mm)]
    fault = _fault_outside(echoes, believed, span)
    kept, spread_mm = _agreeing(echoes if fault else believed)
    return Estimate(
        distance_mm=median(kept) if kept else None,
        spread_mm=spread_mm,
        pings=len(burst.distances_mm),
        lost=len(burst.distances_mm) - len(echoes),
        outliers=len(echoes) - len(kept),
        fault=fault or _fault_inside(len(kept), len(believed), spread_mm, len(burst.distances_mm)),
        loss=burst.loss,
        interpolated=burst.interpolated,
    )


def _fault_outside(echoes: Sequence[float], believed: Sequence[float], span: SensorSpan) -> BurstFault | None:
    """Say what most echoes outside the span mean; None when at least half lie inside."""
    if not echoes:
        return BurstFault.NO_ECHO
    if 2 * len(believed) >= len(echoes):
        return None
    zeros = sum(distance_mm < ZERO_ECHO_MM for distance_mm in echoes)
    far = sum(distance_mm > span.max_range_mm for distance_mm in echoes)
    near = len(echoes) - len(believed) - far - zeros
    return max(
        ((near, BurstFault.BLIND_ZONE), (far, BurstFault.OVER_RANGE), (zeros, BurstFault.ZERO_ECHO)),
        key=lambda counted: counted[0],
    )[1]


def _agreeing(distances_mm: Sequence[float]) -> tuple[list[float], float | None]:
    """Return the pings near their median, and the robust standard deviation of all given, mm."""
    if not distances_mm:
        return [], None
    middle_mm = median(distances_mm)
    spread_mm = MAD_TO_SIGMA * median(abs(distance_mm - middle_mm) for distance_mm in distances_mm)
    limit_mm = max(OUTLIER_FLOOR_MM, OUTLIER_SIGMAS * spread_mm)
    return [distance_mm for distance_mm in distances_mm if abs(distance_mm - middle_mm) <= limit_mm], spread_mm


def _fault_inside(kept: int, believed: int, spread_mm: float | None, pings: int) -> BurstFault | None:
    if kept < AGREEING_SHARE * believed or (spread_mm is not None and spread_mm > SCATTER_MM):
        return BurstFault.SCATTERED
    if kept < FEWEST_SHARE * pings:
        return BurstFault.FEW_ECHOES
    return None
