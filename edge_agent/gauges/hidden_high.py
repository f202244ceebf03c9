"""Is the river perhaps very high behind readings that fail?

A gauge most often fails when it is needed: spray, debris, water in the blind zone, a pole that leans. People are told
"mungkin sangat tinggi" at Siaga; no siren sounds by it. The answer holds until a reading is usable again, because
until then nothing is known that would speak against it.
"""

from dataclasses import dataclass

from edge_agent.gauges.quality.assess import Verdict, is_near_blind
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.quality.state import QualityState
from edge_agent.gauges.sensor import SensorSpan

FAULT_CODE = "maybe_very_high"
"""`code` of the fault record."""

FEWEST_UNUSABLE = 3
"""One lost burst is no news: as for Awas, it takes more."""

RISING_CM = 5.0
"""Rise over 15 minutes; on three flashy creeks exceeded in 0.4 to 1.1 % of all quarter hours, floods among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenHigh:
    """Whether the river may be very high unseen, and why."""

    is_suspected: bool
    reason: str = ""
    """`blind_zone`, `failing_near_blind_zone` or `failing_while_rising`; empty when not suspected."""
    last_good_cm: float | None = None


def judge_hidden_high(
    state: QualityState, verdict: Verdict, *, offset_cm: float, span: SensorSpan, limits: QualityLimits
) -> HiddenHigh:
    """Return whether the river may be very high, after a verdict and with the memory that came with it."""
    if state.unusable < FEWEST_UNUSABLE:
        return HiddenHigh(is_suspected=False, last_good_cm=state.last_good_cm)
    reason = _reason(state, verdict, offset_cm, span, limits)
    return HiddenHigh(is_suspected=bool(reason), reason=reason, last_good_cm=state.last_good_cm)


def _reason(state: QualityState, verdict: Verdict, offset_cm: float, span: SensorSpan, limits: QualityLimits) -> str:
    if verdict.reason is Reason.BLIND_ZONE:
        return "blind_zone"
    if state.last_good_cm is not None and is_near_blind(state.last_good_cm, offset_cm, span, limits):
        return "failing_near_blind_zone"
    if _risen_cm(state) >= RISING_CM:
        return "failing_while_rising"
    return ""


def _risen_cm(state: QualityState) -> float:
    """Return how far the river had risen in the 15 minutes before the last usable reading, cm."""
    if state.last_good_cm is None or not state.minutes:
        return 0.0
    return state.last_good_cm - min(point.stage_cm for point in state.minutes)
