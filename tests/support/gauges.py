"""Builders for what a gauge sees: series, bursts, and readings one after another."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from edge_agent.gauges.filtering import BurstFault, Estimate
from edge_agent.gauges.quality.assess import Sample, Verdict, assess
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.state import QualityState
from edge_agent.gauges.replay import Mounting, SeriesPlayer
from edge_agent.gauges.sensor import SensorSpan
from edge_agent.gauges.series import StageSeries
from tests.support.clocks import FakeClock

SPAN = SensorSpan(blind_zone_mm=250, max_range_mm=4500)
OFFSET_CM = 400.0
STEP_MS = 300_000
START_MS = 1_528_027_200_000
"""2018-06-03 12:00 UTC."""

REPLAY_FOLDER = Path(__file__).parents[2] / "examples" / "replay"


def series(*stages_cm: float, start_ms: int = START_MS, step_ms: int = STEP_MS) -> StageSeries:
    """Return a series with one stage a step."""
    return StageSeries((start_ms + number * step_ms, stage_cm) for number, stage_cm in enumerate(stages_cm))


def player(
    played: StageSeries, clock: FakeClock, *, repeats: bool = False, shift_s: float = 0.0, span: SensorSpan = SPAN
) -> SeriesPlayer:
    """Return a player of a series below a sensor mounted at `OFFSET_CM`."""
    mounting = Mounting(offset_cm=OFFSET_CM, span=span)
    return SeriesPlayer(series=played, clock=clock, mounting=mounting, shift_s=shift_s, repeats=repeats)


def estimate_of(stage_cm: float | None, *, fault: BurstFault | None = None, spread_mm: float | None = None) -> Estimate:
    """Return what a burst says of water at a stage; None: no echo."""
    if stage_cm is None:
        return Estimate(
            distance_mm=None, spread_mm=None, pings=13, lost=13, outliers=0, fault=fault or BurstFault.NO_ECHO
        )
    return Estimate(
        distance_mm=(OFFSET_CM - stage_cm) * 10, spread_mm=spread_mm, pings=13, lost=0, outliers=0, fault=fault
    )


class Reader:
    """Feeds quality control one reading after another, as a gauge process does."""

    def __init__(self, *, interval_s: float = 60.0, limits: QualityLimits | None = None) -> None:
        self.state = QualityState()
        self.limits = limits or QualityLimits()
        self.interval_s = interval_s
        self.boot = 1
        self.up_ms = 60_000
        self.offset_cm = OFFSET_CM

    def read(self, estimate: Estimate | float | None) -> Verdict:
        """Judge a burst, or a stage, one interval after the one before."""
        if not isinstance(estimate, Estimate):
            estimate = estimate_of(estimate)
        sample = Sample(
            estimate=estimate,
            boot=self.boot,
            up_ms=self.up_ms,
            interval_s=self.interval_s,
            offset_cm=self.offset_cm,
            span=SPAN,
        )
        verdict, self.state = assess(self.state, sample, self.limits)
        self.up_ms += round(1000 * self.interval_s)
        return verdict

    def read_all(self, stages_cm: Iterable[float | None]) -> list[Verdict]:
        """Judge one stage after another."""
        return [self.read(stage_cm) for stage_cm in stages_cm]

    def settle(self, stage_cm: float = 30.0, *, readings: int = 6) -> "Reader":
        """Let the river stand still for a while."""
        self.read_all([stage_cm] * readings)
        return self


def rippled(stages_cm: Iterable[float], *, seed: int = 1, sigma_mm: float = 1.0) -> Iterator[float]:
    """Yield stages with a sensor's noise on them."""
    rng = Random(seed)
    for stage_cm in stages_cm:
        yield stage_cm + rng.gauss(0, sigma_mm) / 10
