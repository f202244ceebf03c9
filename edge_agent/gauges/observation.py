"""A burst all the way to a judged stage: filter, datum, quality, and whether the river may be very high unseen.

Pure: what the gauge process does with its sensor, its outbox and its siren lies elsewhere.
"""

from dataclasses import dataclass

from contract.quality import Flag
from edge_agent.gauges.filtering import Estimate, estimate
from edge_agent.gauges.hidden_high import HiddenHigh, judge_hidden_high
from edge_agent.gauges.quality.assess import Sample, assess
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.quality.state import QualityState
from edge_agent.gauges.sensor import Burst, SensorSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a `reading` record is made of."""

    stage_cm: float | None
    """Above datum; None without any echo. Stands also when the flag says fail."""
    distance_mm: int | None
    """Whole millimetres."""
    flag: Flag
    reason: Reason
    interpolated: bool
    estimate: Estimate
    hidden_high: HiddenHigh


def observe(
    burst: Burst,
    *,
    boot: int,
    up_ms: int,
    interval_s: float,
    offset_cm: float,
    span: SensorSpan,
    limits: QualityLimits,
    state: QualityState,
) -> tuple[Observation, QualityState]:
    """Return what a burst says of the river, and the memory for the next one.

    Args:
        burst: raw pings.
        boot: number of this boot; another one than the state's empties the memory of the past.
        up_ms: boot clock at the burst, ms.
        interval_s: time to the burst before, as sampled now, s.
        offset_cm: sensor's zero above datum, cm, from the desired state.
        span: where the sensor can be believed.
        limits: from when on to doubt.
        state: after the burst before.
    """
    judged = Sample(
        estimate=estimate(burst, span=span),
        boot=boot,
        up_ms=up_ms,
        interval_s=interval_s,
        offset_cm=offset_cm,
        span=span,
    )
    verdict, after = assess(state, judged, limits)
    observation = Observation(
        stage_cm=judged.stage_cm,
        distance_mm=judged.distance_mm,
        flag=verdict.flag,
        reason=verdict.reason,
        interpolated=judged.estimate.interpolated,
        estimate=judged.estimate,
        hidden_high=judge_hidden_high(after, verdict, offset_cm=offset_cm, span=span, limits=limits),
    )
    return observation, after
