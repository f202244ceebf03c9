"""One station through one batch: each record to the level rule, and what comes of it into words and rows.

The rules:

1. The rule is stepped only on readings newer than the last step; older ones are for storage and roll-ups.
2. The state in every newer `level` record is adopted; where its thresholds have another version, the box's values
   are judged by the hub's.
3. A box that lost its memory does not end an alarm: a state without a severity never takes one away, and from a new
   spool or gauge a lower one does not until both have met; till then the hub's own rule lets the level fall.
4. A new spool or gauge restarts the memory, as a new boot does: severity, since when and decision stay.
5. A record on which the rule fails moves nothing and stops nothing: it is reported, and the next one is taken.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from contract.identity import record_key
from contract.level.rule import StageReading, Step, adopt, reevaluate, restart, step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from contract.level.why import Cause
from contract.quality import Flag
from contract.records import Level, Reading
from hub.alerting.events import StationChange
from hub.alerting.inputs import AdoptInputs, Inputs, ReevaluateInputs, StepInputs
from hub.rivers.box_time import HubHour, hub_hour, shift_ms
from hub.rivers.held import Held, Run
from hub.rivers.layout import Place
from hub.rivers.rise import rise_of
from hub.rivers.silence import TRUSTED, is_stale
from hub.rivers.station_change import Told, describe, has_changed, why_of
from hub.storage.station_now import StationNow


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFailure:
    """The rule raised on this record."""

    spool_no: int
    seq: int
    error: str


@dataclass(slots=True, kw_only=True)
class Moved:
    """What a batch does to a station, not yet kept."""

    held: Held
    changes: list[StationChange] = field(default_factory=list)
    failures: list[RuleFailure] = field(default_factory=list)
    is_newer: bool = False
    """Something newer than before has come."""
    has_voice: bool = False
    """It ends a silence."""


class Walk:
    """One station through one batch."""

    def __init__(self, held: Held, place: Place, *, committed_ms: int) -> None:
        self._held = held
        self._place = place
        self._settings = place.settings
        self._committed_ms = committed_ms
        self._moved = Moved(held=held)
        self._newest: Reading | Level | None = None
        self._why: str | None = None
        self._error: str | None = held.now.rule_error
        self._at = HubHour(hub_ms=held.now.at_hub_ms, is_doubted=held.now.is_at_doubted)
        self._since = HubHour(hub_ms=held.now.since_hub_ms, is_doubted=held.now.is_since_doubted)

    def follow(self, run: Run) -> None:
        """Take the records of a run, each on its own."""
        held = self._held
        if not run.records or not held.takes(run):
            return
        held.follow(run)
        for record in run.records:
            if (record.boot, record.up_ms, record.seq) <= held.state.key():
                continue
            self._newest = record
            self._at = hub_hour(record.at_ms, record, run, committed_ms=self._committed_ms)
            since_ms = held.state.since_ms
            try:
                self._take(record, run)
            except Exception as problem:  # noqa: BLE001 - one record must not stop the others; it is kept and counted
                self._fail(record, run, problem)
            else:
                self._error = None
            if held.state.since_ms != since_ms:
                self._since = hub_hour(held.state.since_ms, record, run, committed_ms=self._committed_ms)

    def _take(self, record: Reading | Level, run: Run) -> None:
        if self._settings is None:
            self._held.pass_by(record)
        elif isinstance(record, Reading):
            self._step(record, run, self._settings)
        else:
            self._adopt(record, run, self._settings)

    def _fail(self, record: Reading | Level, run: Run, problem: Exception) -> None:
        error = f"{type(problem).__name__}: {problem}"
        self._moved.failures.append(RuleFailure(spool_no=run.spool_no, seq=record.seq, error=error))
        self._error = error

    def _step(self, record: Reading, run: Run, settings: RuleSettings) -> None:
        held = self._held
        before = held.state
        reading = StageReading(
            record.stage_cm,
            record.flag,
            record.interval_s,
            record.boot,
            record.up_ms,
            record.at_ms,
            record.seq,
        )
        decision_id = record_key(run.node_id, run.spool_id, record.seq + 1)
        done = step(before, reading, settings, decision_id=decision_id)
        held.state = done.state
        if done.cause is None:
            return
        inputs = StepInputs(before=before, reading=reading, settings=settings, decision_id=decision_id)
        self._tell(before, done, inputs, settings, self._told(record, run, done.cause, sample_ms=record.at_ms))

    def _adopt(self, record: Level, run: Run, settings: RuleSettings) -> None:
        held = self._held
        before = held.state
        told = _told_state(record)
        # Behind a new spool stands perhaps a box that has lost its memory: until it has met what is held, what it says
        # may raise at once and takes nothing away, as with other thresholds.
        has_met = held.box_threshold_version or (told.severity or 0) >= (before.severity or 0)
        if has_met:
            held.box_threshold_version = record.threshold_version
        elif told.severity is not None:
            told = replace(told, threshold_version=-1)
        if told.severity is None and before.severity is not None:
            held.state = restart(before, boot=record.boot) if record.boot != before.boot else before
            held.pass_by(record)
            return
        key = (record.boot, record.up_ms, record.seq)
        decision_id = record.decision_id or record_key(run.node_id, run.spool_id, record.seq)
        done = adopt(before, told, settings, key=key, at_ms=record.at_ms, decision_id=decision_id)
        inputs = AdoptInputs(
            before=before, record=told, key=key, at_ms=record.at_ms, settings=settings, decision_id=decision_id
        )
        held.state = done.state
        is_own = done.cause is not None and done.cause.code == "state"
        cause = (record.cause if record.cause is not None else done.cause) if is_own else done.cause
        # A state of now was decided when it began, not when the box said hello.
        decided_ms = record.at_ms
        if cause is not None and cause.code == "state" and done.state.since_ms is not None:
            decided_ms = done.state.since_ms
        sample_ms = done.state.since_ms if done.state.severity != before.severity else None
        about = self._told(record, run, cause, sample_ms=sample_ms or record.at_ms, decided_ms=decided_ms)
        if is_own and record.why and (cause is None or cause.code != "state"):
            about = replace(about, why=record.why)
        self._tell(before, done, inputs, settings, about)

    def judge_again(self, settings: RuleSettings) -> None:
        """Ask the rule about what is remembered, by other thresholds."""
        held = self._held
        before = held.state
        # The box names a new rise after its own record; until that comes this name stands, and the two are joined.
        decision_id = record_key(held.node_id, held.spool_id, before.seq + 1)
        at_ms = self._committed_ms
        done = reevaluate(before, settings, at_ms=at_ms, decision_id=decision_id)
        held.state = done.state
        if done.state.since_ms != before.since_ms:
            self._since = HubHour()  # it begins now, by the hub's clock
        inputs = ReevaluateInputs(before=before, at_ms=at_ms, settings=settings, decision_id=decision_id)
        now = held.now
        about = Told(
            station_id=held.station_id,
            stage_cm=now.stage_cm,
            flag=now.flag or Flag.NOT_EVALUATED,
            shift_ms=0,
            sample_ms=(now.at_ms if now.clock in TRUSTED else now.received_ms) or at_ms,
            decided_ms=at_ms,
            committed_ms=at_ms,
            hello_ms=None,
            why=why_of(done.cause, stage_cm=now.stage_cm),
            cause=done.cause,
        )
        self._tell(before, done, inputs, settings, about)

    def _told(
        self, record: Reading | Level, run: Run, cause: Cause | None, *, sample_ms: int, decided_ms: int | None = None
    ) -> Told:
        return Told(
            station_id=self._held.station_id,
            stage_cm=record.stage_cm,
            flag=record.flag,
            shift_ms=shift_ms(record, run, committed_ms=self._committed_ms),
            sample_ms=sample_ms,
            decided_ms=record.at_ms if decided_ms is None else decided_ms,
            committed_ms=self._committed_ms,
            hello_ms=run.hello_ms,
            why=why_of(cause, stage_cm=record.stage_cm),
            cause=cause,
        )

    def _tell(self, before: LevelState, done: Step, inputs: Inputs, settings: RuleSettings, about: Told) -> None:
        if has_changed(before, done.state):
            self._moved.changes.append(describe(done, inputs, settings, about))
            self._why = about.why

    def end(self, *, real_ms: int, rate: float) -> Moved:
        """Return what became of the station, with the row that pages read."""
        moved, held = self._moved, self._held
        newest = self._newest
        now = held.now
        if newest is not None:
            moved.is_newer = True
            moved.has_voice = now.is_silent
            held.heard_real_ms = real_ms
        held.now = self._now_row(newest, rate=rate)
        return moved

    def _now_row(self, newest: Reading | Level | None, *, rate: float) -> StationNow:
        held, state, old = self._held, self._held.state, self._held.now
        settings = self._settings
        rise = rise_of(state, in_s=self._place.station.rise_in_s)
        now = StationNow(
            station_id=held.station_id,
            severity=state.severity,
            since_ms=state.since_ms,
            since_hub_ms=self._since.hub_ms,
            is_since_doubted=self._since.is_doubted,
            stage_cm=old.stage_cm if newest is None else newest.stage_cm,
            flag=old.flag if newest is None else newest.flag,
            reason=old.reason if newest is None else newest.reason if isinstance(newest, Reading) else "",
            at_ms=old.at_ms if newest is None else newest.at_ms,
            at_hub_ms=self._at.hub_ms,
            is_at_doubted=self._at.is_doubted,
            received_ms=old.received_ms if newest is None else self._committed_ms,
            interval_s=newest.interval_s if isinstance(newest, Reading) else (state.interval_s or old.interval_s),
            rise_cm=None if rise is None else rise[0],
            rise_in_s=None if rise is None else rise[1],
            is_suspect=state.is_suspect,
            is_silent=old.is_silent and newest is None,
            silent_since_ms=old.silent_since_ms if newest is None else None,
            clock=old.clock if newest is None else newest.clock.value,
            node_id=held.node_id or None,
            source=held.source or None,
            box_threshold_version=held.box_threshold_version or None,
            threshold_version=None if settings is None else settings.thresholds.version,
            decision_id=state.decision_id,
            why=old.why if self._why is None else self._why,
            rule_error=self._error,
        )
        stale = state.is_stale or is_stale(now, now_ms=self._committed_ms, rate=rate)
        return replace(now, is_stale=stale) if stale else now


def _told_state(record: Level) -> LevelState:
    """Return the state in a level record; one that came without takes what the record itself says."""
    if record.state.severity is not None or record.severity is None:
        return record.state
    return LevelState(
        severity=record.severity,
        since_ms=record.since_ms,
        decision_id=record.decision_id,
        is_stale=record.stale,
        is_suspect=record.suspect,
        boot=record.boot,
        threshold_version=record.threshold_version,
    )
