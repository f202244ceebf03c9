"""Spike and rate of change: has the stage moved faster than this river can?

The rules of this test:

1. A reading is compared with the newest usable one, with the straight line through the newest two (so that a steady
   steep rise is no surprise), and, when the newest one was doubted itself, with the median of the last five. The
   nearest of these counts.
2. What may change grows with the time since then, from a floor of waves and noise.
3. Over the fail limit a reading is failed and pending. When the next `confirm_readings` bear it out, the jump is
   true and the past before it is forgotten. Borne out means: near the one before, or further in the same direction.
4. A true jump of spike size leaves readings suspect for `doubt_s`: a person is told at once, a siren waits.
5. A sudden fall from near the blind zone is failed until it was borne out for `blind_fall_s`, and suspect for
   `blind_doubt_s` after that: there a sensor that has gone blind looks like a river that has gone.
"""

from dataclasses import dataclass
from statistics import median

from contract.quality import Flag
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.quality.state import MINUTE_MS, Pending, Point

LONGEST_RECESSION_MIN = 5.0
"""How long a fall may have gone on unseen before rule 5 doubts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """What the test says, and what it has to remember."""

    flag: Flag
    reason: Reason = Reason.GOOD
    pending: Pending | None = None
    borne_out: Point | None = None
    """The pending reading that this one bears out; then the past begins with it."""
    doubt_s: float = 0.0
    """How long the jump that was borne out leaves readings suspect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far a reading lies from what was expected, cm, and after how many minutes."""

    by_cm: float
    age_min: float

    def is_over(self, *, floor_cm: float, cm_per_min: float) -> bool:
        """Answer whether it is more than a limit that grows with time."""
        return self.by_cm > max(floor_cm, cm_per_min * self.age_min)


def judge_jump(
    point: Point, *, accepted: tuple[Point, ...], pending: Pending | None, is_near_blind: bool, limits: QualityLimits
) -> Jump:
    """Return what the test says of `point`.

    Args:
        point: the reading, later than all accepted.
        accepted: newest usable readings, oldest first, at least one.
        pending: a failed jump that may be borne out.
        is_near_blind: the newest accepted reading lies near the sensor's blind zone.
        limits: from when on to doubt.
    """
    if is_near_blind and is_blind_fall(point, accepted[-1], limits):
        return _pend(point, accepted[-1], pending, Reason.FALL_FROM_BLIND_ZONE, limits)
    deviation = _nearest(point, accepted)
    if deviation.is_over(floor_cm=limits.floor_fail_cm, cm_per_min=limits.rate_fail_cm_per_min):
        is_spike = deviation.is_over(floor_cm=limits.spike_fail_cm, cm_per_min=limits.rate_fail_cm_per_min)
        reason = Reason.SPIKE if is_spike else Reason.RATE_OF_CHANGE
        return _pend(point, accepted[-1], pending, reason, limits)
    if deviation.is_over(floor_cm=limits.floor_suspect_cm, cm_per_min=limits.rate_suspect_cm_per_min):
        is_spike = deviation.is_over(floor_cm=limits.spike_suspect_cm, cm_per_min=limits.rate_suspect_cm_per_min)
        return Jump(flag=Flag.SUSPECT, reason=Reason.SPIKE if is_spike else Reason.RATE_OF_CHANGE)
    return Jump(flag=Flag.PASS)


def is_blind_fall(point: Point, before: Point, limits: QualityLimits) -> bool:
    """Answer whether a stage fell faster than a river does from one that is near the blind zone (rule 5)."""
    fall = Deviation(
        by_cm=before.stage_cm - point.stage_cm, age_min=min(_age_min(point, before), LONGEST_RECESSION_MIN)
    )
    return fall.is_over(floor_cm=limits.spike_suspect_cm, cm_per_min=limits.rate_suspect_cm_per_min)


def _nearest(point: Point, accepted: tuple[Point, ...]) -> Deviation:
    """Return the deviation from the expectation that fits best (rule 1)."""
    newest = accepted[-1]
    expected_cm = [newest.stage_cm]
    if len(accepted) > 1:
        expected_cm.append(_extended_cm(accepted[-2], newest, point.up_ms))
    if newest.is_doubted:
        expected_cm.append(median(each.stage_cm for each in accepted))
    by_cm = min(abs(point.stage_cm - each_cm) for each_cm in expected_cm)
    return Deviation(by_cm=by_cm, age_min=_age_min(point, newest))


def _extended_cm(earlier: Point, later: Point, up_ms: int) -> float:
    slope_cm_per_ms = (later.stage_cm - earlier.stage_cm) / (later.up_ms - earlier.up_ms)
    return later.stage_cm + slope_cm_per_ms * (up_ms - later.up_ms)


def _age_min(point: Point, before: Point) -> float:
    return (point.up_ms - before.up_ms) / MINUTE_MS


def _pend(point: Point, before: Point, pending: Pending | None, reason: Reason, limits: QualityLimits) -> Jump:
    """Fail the reading, or believe it because it bears the pending one out (rules 3 to 5)."""
    if pending is None or not _bears_out(point, pending, before, limits):
        return Jump(flag=Flag.FAIL, reason=reason, pending=Pending(1, point.up_ms, point))
    after = Pending(pending.readings + 1, pending.since_up_ms, point)
    if reason is Reason.FALL_FROM_BLIND_ZONE:
        is_true = point.up_ms - after.since_up_ms >= 1000 * limits.blind_fall_s
    else:
        is_true = after.readings > limits.confirm_readings
    if not is_true:
        return Jump(flag=Flag.FAIL, reason=reason, pending=after)
    if reason is Reason.RATE_OF_CHANGE:
        return Jump(flag=Flag.PASS, borne_out=pending.newest)
    doubt_s = limits.blind_doubt_s if reason is Reason.FALL_FROM_BLIND_ZONE else limits.doubt_s
    return Jump(flag=Flag.SUSPECT, reason=Reason.SUDDEN_CHANGE, borne_out=pending.newest, doubt_s=doubt_s)


def _bears_out(point: Point, pending: Pending, before: Point, limits: QualityLimits) -> bool:
    moved_cm = point.stage_cm - pending.newest.stage_cm
    jumped_cm = pending.newest.stage_cm - before.stage_cm
    away = Deviation(by_cm=abs(moved_cm), age_min=_age_min(point, pending.newest))
    is_near = not away.is_over(floor_cm=limits.floor_suspect_cm, cm_per_min=limits.rate_suspect_cm_per_min)
    return is_near or moved_cm * jumped_cm > 0
