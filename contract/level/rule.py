"""The level rule. Pure; the same on box and hub.

The rules of this machine:

1. Only usable readings (flag 1, 2, 3) move a severity. On anything else the last good severity is held.
2. A level is raised when enough of the last readings reach its raise value: 3 of 5 for Waspada and Siaga, 2 of 3
   for Awas, at whatever interval they came. A series at 300 s or slower needs one.
3. A fast rise takes Waspada to Siaga early. It never makes an Awas: Awas must be seen.
4. A level falls one step after `hold_s` below its clear value without a fast rise; the next step waits as long again.
   Suspect readings never lower a level: they restart the wait.
5. A gap over three intervals empties the window and restarts the wait. So does a new boot. Neither touches severity,
   since when, or the decision id.
6. No usable reading for three intervals, and at least ten real seconds: stale. The severity stays.
7. A rise lasts from leaving 0 until back at 0. Its decision id is the key of its first level record, which the box
   writes right behind the reading: the reading's `seq` + 1.
8. A severity that rests on suspect readings is suspect until enough good ones reach it.
9. Other thresholds may raise at once, from the values remembered, and restart the wait, so nothing falls faster. So
   do another persistence, rise or hold: each state names the settings that judged it by version and fingerprint.
"""

from msgspec import Struct
from msgspec.structs import replace

from contract.flow import STALE_FLOOR_REAL_S, STALE_INTERVALS
from contract.level.settings import SLOW_INTERVAL_S, RuleSettings
from contract.level.state import MINUTE_MS, REMEMBERED_MS, WINDOW_READINGS, LevelState, Value
from contract.level.why import Cause

RULE_VERSION = "1"

NORMAL, WASPADA, SIAGA, AWAS = 0, 1, 2, 3
FLAG_SUSPECT = 3


class StageReading(Struct, frozen=True, gc=False):
    """What the rule reads: stage in cm above datum with quality flag, interval in s, times and place in the spool."""

    stage_cm: float | None
    flag: int
    interval_s: float
    boot: int
    up_ms: int
    at_ms: int
    seq: int


class Step(Struct, frozen=True, gc=False):
    """The state after a reading, and what changed (None: nothing that a level record must tell)."""

    state: LevelState
    cause: Cause | None
    from_severity: int | None
    decision_id: str | None
    """Of the rise this step belongs to, also when it has just ended."""


def step(state: LevelState, reading: StageReading, settings: RuleSettings, *, decision_id: str) -> Step:
    """Return what becomes of `state` at `reading`.

    Args:
        state: after the reading before; `LevelState()` at the very first.
        reading: newer than `state.key()`; the caller sees to that.
        settings: thresholds and the rest.
        decision_id: what a rise that begins here is called: the key of seq + 1 (rule 7).
    """
    if reading.boot != state.boot:
        state = restart(state, boot=reading.boot)
    if reading.stage_cm is None or not 1 <= reading.flag <= FLAG_SUSPECT:
        return _step_unusable(state, reading, settings)
    return _step_usable(state, reading, reading.stage_cm, settings, decision_id)


def restart(state: LevelState, *, boot: int) -> LevelState:
    """Return `state` for a new boot, spool or binding: severity, since and decision stay, the window empties."""
    return replace(state, boot=boot, up_ms=0, seq=0, usable_up_ms=None, window=(), minutes=(), below_since_up_ms=None)


def stale_after_ms(interval_s: float, settings: RuleSettings) -> int:
    """Return after how many scaled ms without a usable reading a value is stale."""
    return round(1000 * max(STALE_INTERVALS * interval_s, STALE_FLOOR_REAL_S * settings.clock_rate))


def _step_unusable(state: LevelState, reading: StageReading, settings: RuleSettings) -> Step:
    """Hold the severity; say so once when the last usable reading is too old."""
    usable_up_ms = state.usable_up_ms
    if usable_up_ms is None:  # a boot that has not yet had one: count from its first reading
        usable_up_ms = reading.up_ms
    interval_s = max(state.interval_s, reading.interval_s)
    silent_ms = reading.up_ms - usable_up_ms
    is_stale = state.is_stale or silent_ms > stale_after_ms(interval_s, settings)
    after = replace(
        state,
        up_ms=reading.up_ms,
        seq=reading.seq,
        usable_up_ms=usable_up_ms,
        interval_s=reading.interval_s,
        is_stale=is_stale,
        threshold_version=settings.thresholds.version,
        fingerprint=settings.fingerprint,
    )
    cause = Cause(code="stale", seconds=silent_ms / 1000) if is_stale and not state.is_stale else None
    return Step(after, cause, state.severity, state.decision_id)


def _step_usable(
    state: LevelState, reading: StageReading, stage_cm: float, settings: RuleSettings, decision_id: str
) -> Step:
    up_ms = reading.up_ms
    value = Value(up_ms, stage_cm, reading.flag == FLAG_SUSPECT)
    window, minutes, below_since_up_ms = state.window, state.minutes, state.below_since_up_ms
    if state.usable_up_ms is not None:
        gap_ms = up_ms - state.usable_up_ms
        if gap_ms > 1000 * STALE_INTERVALS * max(state.interval_s, reading.interval_s):
            window, minutes, below_since_up_ms = (), (), None
    window = (*window[-(WINDOW_READINGS - 1) :], value)
    minutes = _remember(minutes, value)

    evidence = _evidence(window, minutes, reading.interval_s, settings)
    severity, below_since_up_ms, cause = _move(state, value, evidence, below_since_up_ms, settings)
    is_suspect = _is_suspect(state, severity, evidence, window=window, interval_s=reading.interval_s, settings=settings)
    if cause is None and state.is_suspect and not is_suspect and severity:
        cause = _verified(severity, window, reading.interval_s, settings)
    if cause is None and state.is_stale:
        cause = Cause(code="fresh", cm=stage_cm)
    named = state.decision_id or (decision_id if severity else None)
    after = LevelState(
        severity=severity,
        since_ms=state.since_ms if severity == state.severity else reading.at_ms,
        decision_id=named if severity else None,
        is_stale=False,
        is_suspect=is_suspect,
        boot=reading.boot,
        up_ms=up_ms,
        seq=reading.seq,
        usable_up_ms=up_ms,
        interval_s=reading.interval_s,
        window=window,
        minutes=minutes,
        below_since_up_ms=below_since_up_ms,
        threshold_version=settings.thresholds.version,
        fingerprint=settings.fingerprint,
    )
    return Step(after, cause, state.severity, named)


def _remember(minutes: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    """Keep one reading per minute, 15 minutes back."""
    if minutes and minutes[-1].up_ms // MINUTE_MS == value.up_ms // MINUTE_MS:
        return minutes
    oldest_ms = value.up_ms - REMEMBERED_MS
    first = 0
    while first < len(minutes) and minutes[first].up_ms < oldest_ms:
        first += 1
    return (*minutes[first:], value)


class Evidence(Struct, frozen=True, gc=False):
    """What the remembered values speak for: a severity and its cause, and a fast rise if there is one."""

    severity: int
    cause: Cause | None
    rise: Cause | None


def _need(level: int, interval_s: float, settings: RuleSettings) -> tuple[int, int]:
    """Return (need, of) for a level."""
    if interval_s >= SLOW_INTERVAL_S:
        return (1, 1)
    return (settings.persistence.need[level - 1], settings.persistence.of[level - 1])


def _evidence(
    window: tuple[Value, ...], minutes: tuple[Value, ...], interval_s: float, settings: RuleSettings
) -> Evidence:
    raise_cm = settings.thresholds.raise_cm
    highest = max(value.stage_cm for value in window)
    severity, cause = NORMAL, None
    for level in (AWAS, SIAGA, WASPADA):
        if highest < raise_cm[level - 1]:
            continue
        need, of = _need(level, interval_s, settings)
        count = sum(1 for value in window[-of:] if value.stage_cm >= raise_cm[level - 1])
        if count >= need:
            severity = level
            cause = Cause(code="persistence", count=count, of=of, limit_cm=raise_cm[level - 1])
            break
    return Evidence(severity, cause, _rise(window, minutes, interval_s, settings))


def _rise(
    window: tuple[Value, ...], minutes: tuple[Value, ...], interval_s: float, settings: RuleSettings
) -> Cause | None:
    """Return the cause if the stage rises faster than the step, seen by two of the last three readings.

    The reference is the newest remembered value at least `in_s` old; an older one counts in proportion.
    """
    newest = window[-1]
    in_ms = 1000 * settings.rise.in_s
    reference = next((old for old in reversed(minutes) if newest.up_ms - old.up_ms >= in_ms), None)
    if reference is None or reference.is_suspect:
        return None
    limit_cm = settings.rise.cm * (newest.up_ms - reference.up_ms) / in_ms
    need, of = (1, 1) if interval_s >= SLOW_INTERVAL_S else (2, 3)
    risen = [v for v in window[-of:] if v.stage_cm - reference.stage_cm >= limit_cm and not v.is_suspect]
    if len(risen) < need or newest.stage_cm - reference.stage_cm < limit_cm:
        return None
    return Cause(
        code="rise",
        cm=round(newest.stage_cm - reference.stage_cm, 1),
        limit_cm=settings.rise.cm,
        seconds=(newest.up_ms - reference.up_ms) / 1000,
    )


def _move(
    state: LevelState, value: Value, evidence: Evidence, below_since_up_ms: int | None, settings: RuleSettings
) -> tuple[int, int | None, Cause | None]:
    """Return (severity, waiting since, cause of a change)."""
    held = state.severity
    clear_cm = settings.thresholds.clear_cm
    target, cause = evidence.severity, evidence.cause
    if evidence.rise is not None and target < SIAGA:
        is_watched = target >= WASPADA or (held is not None and held >= WASPADA and value.stage_cm >= clear_cm[0])
        target, cause = (SIAGA, evidence.rise) if is_watched else (target, cause)
    if held is None:
        return target, None, cause if target else Cause(code="first", cm=value.stage_cm)
    if target > held:
        return target, None, cause
    if held in {NORMAL, target} or value.stage_cm >= clear_cm[held - 1] or value.is_suspect:
        return held, None, None
    since_up_ms = value.up_ms if below_since_up_ms is None else below_since_up_ms
    if value.up_ms - since_up_ms < 1000 * settings.hold_s:
        return held, since_up_ms, None
    fallen = Cause(code="clear", seconds=(value.up_ms - since_up_ms) / 1000, limit_cm=clear_cm[held - 1])
    still_below = held - 1 > NORMAL and value.stage_cm < clear_cm[held - 2]
    return held - 1, value.up_ms if still_below else None, fallen


def _good_count(
    severity: int, window: tuple[Value, ...], interval_s: float, settings: RuleSettings
) -> tuple[int, int, int]:
    """Return (good readings that reach the level, needed, looked at)."""
    need, of = _need(severity, interval_s, settings)
    limit_cm = settings.thresholds.raise_cm[severity - 1]
    return (sum(1 for v in window[-of:] if v.stage_cm >= limit_cm and not v.is_suspect), need, of)


def _is_suspect(
    state: LevelState,
    severity: int,
    evidence: Evidence,
    *,
    window: tuple[Value, ...],
    interval_s: float,
    settings: RuleSettings,
) -> bool:
    """Whether the severity rests on readings of doubtful quality: judged at a rise, lifted by good readings."""
    if severity == NORMAL:
        return False
    has_risen = state.severity is None or severity > state.severity
    if not has_risen and not state.is_suspect:
        return False
    if not has_risen and state.severity is not None and severity < state.severity:
        return False  # what lowers a level is good readings only
    if has_risen and severity > evidence.severity:
        return False  # lifted by a rise, which counts good readings only
    good, need, _ = _good_count(severity, window, interval_s, settings)
    return good < need


def _verified(severity: int, window: tuple[Value, ...], interval_s: float, settings: RuleSettings) -> Cause:
    good, _, of = _good_count(severity, window, interval_s, settings)
    return Cause(code="verified", count=good, of=of, limit_cm=settings.thresholds.raise_cm[severity - 1])


def reevaluate(state: LevelState, settings: RuleSettings, *, at_ms: int, decision_id: str) -> Step:
    """Return `state` judged by other thresholds: it may rise at once, and falls no faster (rule 9).

    Args:
        state: as it stands.
        settings: with the new thresholds.
        at_ms: wall time, UTC ms, of the change.
        decision_id: what a rise that begins here is called.
    """
    severity, cause = state.severity, Cause(code="thresholds", version=settings.thresholds.version)
    is_suspect = state.is_suspect
    if state.window:
        evidence = _evidence(state.window, state.minutes, state.interval_s, settings)
        if severity is None or evidence.severity > severity:
            severity = evidence.severity
            is_suspect = _is_suspect(
                state, severity, evidence, window=state.window, interval_s=state.interval_s, settings=settings
            )
    named = state.decision_id or (decision_id if severity else None)
    after = replace(
        state,
        severity=severity,
        since_ms=state.since_ms if severity == state.severity else at_ms,
        decision_id=named if severity else None,
        is_suspect=is_suspect,
        below_since_up_ms=None,
        threshold_version=settings.thresholds.version,
        fingerprint=settings.fingerprint,
    )
    return Step(after, cause, state.severity, named)


def is_judged_by(told: LevelState, settings: RuleSettings) -> bool:
    """Answer whether a state comes from these settings: the version of the thresholds, and all that the rule reads."""
    is_same_version = told.threshold_version == settings.thresholds.version
    return is_same_version and told.fingerprint in {0, settings.fingerprint}


def adopt(
    held: LevelState,
    told: LevelState,
    settings: RuleSettings,
    *,
    key: tuple[int, int, int],
    at_ms: int,
    decision_id: str,
) -> Step:
    """Return the hub's state after a `level` record of the box.

    Judged by the same settings, the box's state is taken as it is. Otherwise the box's values are judged by the
    hub's settings, on top of what the hub holds.

    Args:
        held: the hub's state.
        told: the state in the record.
        settings: the hub's.
        key: (boot, up_ms, seq) of the level record.
        at_ms: wall time of the level record, UTC ms.
        decision_id: the record's own, or its key.
    """
    boot, up_ms, seq = key
    if is_judged_by(told, settings):
        after = replace(told, boot=boot, up_ms=up_ms, seq=seq)
        return Step(after, Cause(code="state"), held.severity, told.decision_id or held.decision_id)
    values = replace(
        told,
        severity=held.severity,
        since_ms=held.since_ms,
        decision_id=held.decision_id,
        is_suspect=held.is_suspect,
        boot=boot,
        up_ms=up_ms,
        seq=seq,
    )
    return reevaluate(values, settings, at_ms=at_ms, decision_id=decision_id)
