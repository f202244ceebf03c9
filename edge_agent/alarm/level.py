"""From what the level rule says to a `level` record, and from the desired state to the rule's settings. Pure."""

from contract.desired import DesiredSource
from contract.level.rule import RULE_VERSION, Step, restart
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from contract.level.why import Cause, sentence
from contract.records import FlagNumber, Level
from edge_agent.health.stamp import Envelope


def rule_settings(desired: DesiredSource, *, clock_rate: float) -> RuleSettings:
    """Return what the level rule is told of a station."""
    return RuleSettings(
        thresholds=desired.thresholds,
        persistence=desired.persistence,
        rise=desired.rise,
        hold_s=desired.hold_s,
        clock_rate=clock_rate,
    )


def state_of_now(state: LevelState) -> Step:
    """Return what a `level` record of now tells when nothing has changed: at an answered hello."""
    return Step(state, Cause(code="state"), state.severity, state.decision_id)


def is_same_place(old: DesiredSource, new: DesiredSource) -> bool:
    """Answer whether a stage under both means the same water at the same height."""
    return (old.station, old.offset_cm) == (new.station, new.offset_cm)


def is_same_water(old: DesiredSource, new: DesiredSource) -> bool:
    """Answer whether readings under both lead the rule to the same state: only then may nothing be judged anew."""
    return is_same_place(old, new) and rule_settings(old, clock_rate=1.0) == rule_settings(new, clock_rate=1.0)


def remembered_under(state: LevelState, *, old: DesiredSource | None, new: DesiredSource) -> LevelState:
    """Return the state as `new` may judge it.

    Values above another datum are forgotten, the severity is not. At another station all begins anew: what the water
    did where the gauge stood before says nothing here.
    """
    if old is None or is_same_place(old, new):
        return state
    if old.station != new.station:
        return LevelState(boot=state.boot)
    return restart(state, boot=state.boot)


def level_record(
    step: Step, *, envelope: Envelope, stage_cm: float | None, flag: FlagNumber, threshold_version: int
) -> Level:
    """Return the record of a step.

    Args:
        step: what the rule said; it has a cause.
        envelope: class 0, with the gauge as its source.
        stage_cm: of the reading that the step stands on, or of the newest one.
        flag: of the same reading.
        threshold_version: of the thresholds that judged it.
    """
    state, cause = step.state, step.cause
    return Level(
        **envelope,
        severity=state.severity,
        from_severity=step.from_severity,
        since_ms=state.since_ms,
        stage_cm=stage_cm,
        flag=flag,
        rule=RULE_VERSION,
        threshold_version=threshold_version,
        decision_id=step.decision_id,
        state=state,
        why=sentence(cause) if cause is not None else "",
        cause=cause,
        stale=state.is_stale,
        suspect=state.is_suspect,
    )
