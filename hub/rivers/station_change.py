"""Puts into words and values what the level rule did at a station, for the alerts."""

from msgspec import Struct

from contract.level.rule import RULE_VERSION, Step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from contract.level.why import Cause, sentence
from hub.alerting.events import StationChange
from hub.alerting.inputs import Inputs, encode_inputs, encode_state

LATE_AFTER_MS = 60_000
"""A level that was crossed less than a minute before the link came back is not worth the word "late"."""


class Told(Struct, frozen=True, kw_only=True, gc=False):
    """What a record, or the hub itself, says about a decision beside the state that came out.

    Times UTC ms; sample and decision by the box's clock.
    """

    station_id: str
    stage_cm: float | None
    flag: int
    shift_ms: int | None
    """What makes hub time of the box's wall times; 0 where those are trusted, None where nobody knows."""
    sample_ms: int
    decided_ms: int
    committed_ms: int
    hello_ms: int | None
    """When the box last said hello, by the hub's clock."""
    why: str
    cause: Cause | None


def has_changed(before: LevelState, after: LevelState) -> bool:
    """Answer whether people need to know: severity, quality or decision are no longer what they were."""
    return (
        before.severity != after.severity
        or before.is_stale != after.is_stale
        or before.is_suspect != after.is_suspect
        or before.decision_id != after.decision_id
    )


def is_late(after: LevelState, *, shift_ms: int | None, hello_ms: int | None) -> bool:
    """Answer whether the level was crossed while the link was away: before the newest hello, by the hub's clock."""
    if not after.severity or after.since_ms is None:
        return False
    if shift_ms is None:
        return True
    return hello_ms is not None and after.since_ms + shift_ms < hello_ms - LATE_AFTER_MS


def why_of(cause: Cause | None, *, stage_cm: float | None) -> str:
    """Return one Indonesian sentence without a full stop; a state of now also says where the water stands."""
    if cause is None:
        return ""
    said = sentence(cause)
    return f"{said}, muka air {stage_cm:.0f} cm" if cause.code == "state" and stage_cm is not None else said


def describe(done: Step, inputs: Inputs, settings: RuleSettings, told: Told) -> StationChange:
    """Return the change that `done` is.

    Args:
        done: what the rule answered.
        inputs: what it was asked, kept so that the decision can be run again.
        settings: by which it answered.
        told: the rest.
    """
    after, late = done.state, is_late(done.state, shift_ms=told.shift_ms, hello_ms=told.hello_ms)
    # What was crossed while the link was away, by a clock that may have stood still, has no hour worth telling.
    shift_ms = None if late and told.shift_ms else told.shift_ms
    return StationChange(
        station_id=told.station_id,
        severity=after.severity,
        from_severity=done.from_severity,
        since_ms=_shifted(after.since_ms, shift_ms),
        stage_cm=told.stage_cm,
        flag=told.flag,
        is_stale=after.is_stale,
        is_suspect=after.is_suspect,
        decision_id=done.decision_id,
        decision_ended=done.decision_id is not None and after.decision_id is None,
        rule_version=RULE_VERSION,
        threshold_version=settings.thresholds.version,
        why=told.why,
        cause=told.cause,
        sample_ms=_shifted(told.sample_ms, shift_ms),
        decided_ms=_shifted(told.decided_ms, shift_ms),
        committed_ms=told.committed_ms,
        is_late=late,
        inputs=encode_inputs(inputs),
        after=encode_state(after),
    )


def _shifted(at_ms: int | None, shift_ms: int | None) -> int | None:
    return None if at_ms is None or shift_ms is None else at_ms + shift_ms
