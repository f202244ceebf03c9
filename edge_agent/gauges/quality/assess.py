"""One reading through all tests: the worst flag wins, and the first test that gave it says why.

Nothing is corrected and nothing thrown away: distance and stage come out as they went in, with flag and reason.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from contract.quality import Flag, is_usable
from edge_agent.gauges.filtering import BurstFault, Estimate
from edge_agent.gauges.quality.jump import Jump, is_blind_fall, judge_jump
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.quality.state import (
    ACCEPTED_READINGS,
    MINUTE_MS,
    REMEMBERED_MS,
    Point,
    QualityState,
    without_past,
)
from edge_agent.gauges.quality.stuck import Finding, judge_dull, judge_flat, remember_distance
from edge_agent.gauges.sensor import SensorSpan
from edge_agent.gauges.stage import stage_cm

GOOD: Finding = (Flag.PASS, Reason.GOOD)
MOST_UNUSABLE = 1000

BURST_FLAGS = {
    BurstFault.NO_ECHO: Flag.MISSING,
    BurstFault.ZERO_ECHO: Flag.FAIL,
    BurstFault.BLIND_ZONE: Flag.FAIL,
    BurstFault.OVER_RANGE: Flag.FAIL,
    BurstFault.SCATTERED: Flag.SUSPECT,
    BurstFault.FEW_ECHOES: Flag.SUSPECT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A filtered burst with when and where it was taken."""

    estimate: Estimate
    boot: int
    up_ms: int
    interval_s: float
    offset_cm: float
    span: SensorSpan

    @property
    def distance_mm(self) -> int | None:
        """Distance in whole millimetres, as it stands in the record; None without any echo."""
        return None if self.estimate.distance_mm is None else round(self.estimate.distance_mm)

    @property
    def stage_cm(self) -> float | None:
        """Stage above datum, cm, of exactly that distance; None without any echo."""
        if self.distance_mm is None:
            return None
        return stage_cm(distance_mm=self.distance_mm, offset_cm=self.offset_cm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Flag and reason of one reading."""

    flag: Flag
    reason: Reason


def assess(state: QualityState, sample: Sample, limits: QualityLimits) -> tuple[Verdict, QualityState]:
    """Return the verdict on a sample and the memory after it.

    Args:
        state: after the sample before; `QualityState()` at the very first.
        sample: later than the one before, or of another boot.
        limits: from when on to doubt.
    """
    state, past = _continue(state, sample, limits)
    findings = [_burst_finding(sample.estimate)]
    if sample.estimate.distance_mm is not None:
        state = remember_distance(
            state,
            up_ms=sample.up_ms,
            distance_mm=sample.estimate.distance_mm,
            spread_mm=sample.estimate.spread_mm,
            limits=limits,
        )
        findings += [
            judge_flat(state, up_ms=sample.up_ms, limits=limits),
            judge_dull(state, up_ms=sample.up_ms, limits=limits),
        ]
    stage = sample.stage_cm
    if stage is not None and is_usable(findings[0][0]):
        jump_finding, state = _test_jump(state, Point(sample.up_ms, stage), sample, past, limits)
        findings[1:1] = [jump_finding, _site_finding(stage, limits)]
    flag, reason = max(findings, key=lambda finding: finding[0])
    return Verdict(flag=flag, reason=reason), _remember(state, sample, flag, limits)


def _continue(state: QualityState, sample: Sample, limits: QualityLimits) -> tuple[QualityState, Reason]:
    """Return the state that the sample may be compared with, and why it has no past, if it has none."""
    past, last_good_cm = Reason.NO_HISTORY, state.last_good_cm
    if last_good_cm is not None and state.offset_cm is not None:
        last_good_cm += sample.offset_cm - state.offset_cm  # the water stays where it was; its number is another
    is_same = sample.boot == state.boot and sample.up_ms > state.up_ms and sample.offset_cm == state.offset_cm
    if is_same:
        gap_ms = 1000 * limits.gap_intervals * max(state.interval_s, sample.interval_s)
        past = Reason.GOOD if sample.up_ms - state.up_ms <= gap_ms else Reason.TIME_GAP
    if past is not Reason.GOOD:
        state = without_past(state)
    return (
        replace(
            state,
            boot=sample.boot,
            up_ms=sample.up_ms,
            interval_s=sample.interval_s,
            offset_cm=sample.offset_cm,
            last_good_cm=last_good_cm,
        ),
        past,
    )


def _burst_finding(estimate: Estimate) -> Finding:
    if estimate.fault is None:
        return GOOD
    if estimate.fault is BurstFault.NO_ECHO and estimate.loss is not None:
        return Flag.MISSING, Reason(estimate.loss.value)
    flag = Flag.FAIL if estimate.is_noise else BURST_FLAGS[estimate.fault]
    return flag, Reason(estimate.fault.value)


def _site_finding(stage: float, limits: QualityLimits) -> Finding:
    is_below = limits.site_min_cm is not None and stage < limits.site_min_cm
    is_above = limits.site_max_cm is not None and stage > limits.site_max_cm
    return (Flag.SUSPECT, Reason.SITE_SPAN) if is_below or is_above else GOOD


def _test_jump(
    state: QualityState, point: Point, sample: Sample, past: Reason, limits: QualityLimits
) -> tuple[Finding, QualityState]:
    """Return what the jump test says, and the state with its memory."""
    accepted = state.accepted or _before_the_fall(state, point, sample, limits)
    if not accepted:
        reason = past if past is not Reason.GOOD else Reason.NO_HISTORY
        return (Flag.NOT_EVALUATED, reason), replace(state, accepted=(point,))
    jump = judge_jump(
        point,
        accepted=accepted,
        pending=state.pending,
        is_near_blind=is_near_blind(accepted[-1].stage_cm, sample.offset_cm, sample.span, limits),
        limits=limits,
    )
    if jump.flag is Flag.FAIL:
        return (jump.flag, jump.reason), replace(state, pending=jump.pending)
    return _accept(state, point, jump)


def _before_the_fall(state: QualityState, point: Point, sample: Sample, limits: QualityLimits) -> tuple[Point, ...]:
    """Return the last good stage where a fall from it would be a blind sensor's; nothing for any other reading.

    A reboot or a pause makes no blind sensor see again, and power flickers most in a flood.
    """
    if state.last_good_cm is None or not is_near_blind(state.last_good_cm, sample.offset_cm, sample.span, limits):
        return ()
    before = Point(point.up_ms - round(1000 * sample.interval_s), state.last_good_cm)
    return (before,) if is_blind_fall(point, before, limits) else ()


def _accept(state: QualityState, point: Point, jump: Jump) -> tuple[Finding, QualityState]:
    """Take the reading into the past, and say whether a jump before it leaves it doubtful."""
    until_ms = state.doubt_until_up_ms
    if jump.doubt_s:
        until_ms = point.up_ms + round(1000 * jump.doubt_s)
    is_in_doubt = until_ms is not None and point.up_ms < until_ms
    finding: Finding = (jump.flag, jump.reason)
    if is_in_doubt and jump.flag is Flag.PASS:
        finding = (Flag.SUSPECT, Reason.SUDDEN_CHANGE)
    before = state.accepted if jump.borne_out is None else (jump.borne_out,)
    newest = Point(point.up_ms, point.stage_cm, jump.flag is Flag.SUSPECT)
    return finding, replace(
        state,
        accepted=(*before[-(ACCEPTED_READINGS - 1) :], newest),
        pending=None,
        doubt_until_up_ms=until_ms if is_in_doubt else None,
    )


def is_near_blind(stage: float, offset_cm: float, span: SensorSpan, limits: QualityLimits) -> bool:
    """Answer whether water at this stage, cm, is so near to the sensor that it may go blind."""
    return (offset_cm - stage) * 10 <= span.blind_zone_mm + limits.near_blind_mm


def _remember(state: QualityState, sample: Sample, flag: Flag, limits: QualityLimits) -> QualityState:
    """Return the state after the verdict: last good stage, its quarter of an hour, unusable readings in a row."""
    stage = sample.stage_cm
    if stage is None or not is_usable(flag):
        return replace(state, unusable=min(state.unusable + 1, MOST_UNUSABLE))
    minutes = tuple(point for point in state.minutes if sample.up_ms - point.up_ms <= REMEMBERED_MS)
    if not minutes or sample.up_ms // MINUTE_MS > minutes[-1].up_ms // MINUTE_MS:
        minutes = (*minutes, Point(sample.up_ms, stage))
    is_fall_in_doubt = state.doubt_until_up_ms is not None and bool(
        _before_the_fall(state, Point(sample.up_ms, stage), sample, limits)
    )
    last_good_cm = state.last_good_cm if is_fall_in_doubt else stage
    return replace(state, last_good_cm=last_good_cm, minutes=minutes, unusable=0)
