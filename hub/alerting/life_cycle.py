"""The life of an alert. Pure: an alert and what happened in, the alert after it out.

The rules of this machine:

1. People see the highest of three: the water (the level rule), a fault's floor, and the latch.
2. Awas latches. When the water falls, people go on seeing Awas, and that the water fell, until a person confirms the
   downgrade; a downgrade is refused while the water itself is at Awas.
3. A rise of what people see, and a return of the water to Awas under the latch, raises the alert anew: the
   acknowledgement is gone, the shelf ends, escalation starts again.
4. A fall never asks for a new acknowledgement. At 0 a level alert is resolved, by the rule or by the downgrade.
5. Staleness, doubtful quality and other thresholds never move a severity by themselves; they are noted.
6. The version rises with all that a person must see anew: severity, water under the latch, the end of a shelf, the end
   of the alert. Who acknowledges or confirms names the version seen; another one is refused with the alert of now.
7. An unacknowledged Awas or Siaga escalates step by step after the times of the policy; acknowledging, shelving and
   the end stop it.
8. A shelf has a name, a reason and an end, and ends by itself or by a person. Awas cannot be shelved, Siaga for an
   hour at most (`hub.alerting.shelf`).
9. A silence alert keeps the last severity and ends when the station speaks. Joined by a decision or a floor it
   becomes a level alert. Fault and hub alerts have severity 0 and end when the cause does; a fault that tells of an
   event (`EVENT_CODES`) is raised anew each time it happens, and ends when a person acknowledges it.
10. A resolved alert never changes again, but that a person may still acknowledge its end; words are always taken.
11. A rise after a fall is another peak, of which people are told anew. It has fallen where the level rule let its
    severity fall or a person confirmed a downgrade; not under the latch, nor by the end of a fault's floor alone,
    which no hold time bounds.
12. Where the gauge alone may not say Awas, a person may (`hub.alerting.bearing_out`): the latch then holds it, as if
    the water had been there. It is a rise like any other (rule 3), and a downgrade takes the word back.
"""

from msgspec import Struct
from msgspec.structs import replace

from contract.severity import Severity
from hub.alerting.alert import Alert, AlertKind, AlertState, EventKind
from hub.alerting.errors import RefusedError, StaleVersion
from hub.alerting.events import StationChange
from hub.alerting.policy import AlertPolicy

FAULT_FLOOR = Severity.SIAGA
"""What "mungkin sangat tinggi" counts as."""

UNSHELVED: dict[str, None] = {"shelved_until_ms": None, "shelved_by": None, "shelved_why": None}
UNBORNE: dict[str, None] = {
    "borne_out_ms": None,
    "borne_out_by": None,
    "borne_out_why": None,
    "borne_out_version": None,
}
_UNACKNOWLEDGED: dict[str, None] = {"acknowledged_ms": None, "acknowledged_by": None, "acknowledged_version": None}


class Move(Struct, frozen=True, kw_only=True):
    """One step in an alert's life."""

    before: Alert
    after: Alert
    event: EventKind
    why: str = ""
    """Reason of this step alone, where the alert keeps the one of its severity."""

    @property
    def has_risen(self) -> bool:
        """Whether people must be told of a higher severity."""
        if self.event is EventKind.BORNE_OUT:
            return self.after.severity > self.before.severity
        return self.event in {EventKind.RAISED, EventKind.ROSE}

    @property
    def has_ended(self) -> bool:
        """Whether this step resolved the alert."""
        return self.before.is_open and not self.after.is_open


class Moment(Struct, frozen=True, kw_only=True):
    """When, and by which sample, something was decided."""

    now_ms: int
    since_ms: int
    sample_ms: int | None
    decided_ms: int | None
    why: str
    is_late: bool = False


def blank(
    *, alert_id: str, kind: AlertKind, station_id: str | None, now_ms: int, node_id: str | None = None, code: str = ""
) -> Alert:
    """Return an alert to which nothing has happened yet: version 0, to be moved once before it is stored."""
    return Alert(
        alert_id=alert_id,
        station_id=station_id,
        node_id=node_id,
        code=code or None,
        kind=kind,
        raised_ms=now_ms,
        since_ms=now_ms,
    )


def change_level(alert: Alert, change: StationChange, *, is_new_decision: bool, policy: AlertPolicy) -> Move | None:
    """Return what `change` makes of `alert` (rules 1 to 5), or None if there is nothing to tell.

    Args:
        alert: the station's level alert, a silence alert that the decision joins, or a blank one.
        change: of the station.
        is_new_decision: the alert did not hold the change's decision id before.
        policy: of the city.
    """
    facts = replace(
        alert,
        kind=AlertKind.LEVEL,
        is_stale=change.is_stale,
        is_suspect=change.is_suspect,
        stage_cm=change.stage_cm,
        rule_version=change.rule_version,
        threshold_version=change.threshold_version,
    )
    moment = Moment(
        now_ms=change.committed_ms,
        since_ms=change.since_ms or change.sample_ms or change.committed_ms,
        sample_ms=change.sample_ms,
        decided_ms=change.decided_ms,
        why=change.why,
        is_late=change.is_late,
    )
    water = alert.water if change.severity is None else change.severity
    moved = _settle(alert, facts, water=water, floor=alert.floor, moment=moment, policy=policy)
    if moved is not None:
        return moved
    if is_new_decision:
        return Move(before=alert, after=facts, event=EventKind.JOINED, why=change.why)
    noted = (facts.is_stale, facts.is_suspect, facts.threshold_version)
    if noted != (alert.is_stale, alert.is_suspect, alert.threshold_version):
        return Move(before=alert, after=facts, event=EventKind.NOTED, why=change.why)
    return None


def change_floor(alert: Alert, *, is_active: bool, moment: Moment, policy: AlertPolicy) -> Move | None:
    """Return what the begin or end of "mungkin sangat tinggi" makes of `alert`, or None if nothing."""
    floor = int(FAULT_FLOOR) if is_active else 0
    if floor == alert.floor:
        return None
    facts = replace(alert, kind=AlertKind.LEVEL)
    moved = _settle(alert, facts, water=alert.water, floor=floor, moment=moment, policy=policy)
    return moved or Move(before=alert, after=replace(facts, floor=floor), event=EventKind.NOTED, why=moment.why)


def _settle(before: Alert, facts: Alert, *, water: int, floor: int, moment: Moment, policy: AlertPolicy) -> Move | None:
    """Return the move to `water` and `floor`, or None if people see what they saw."""
    is_latched = before.is_latched or water >= Severity.AWAS
    severity = int(Severity.AWAS) if is_latched else max(water, floor)
    shown = before.severity if before.kind is AlertKind.LEVEL else 0
    after = replace(
        facts,
        water=water,
        floor=floor,
        is_latched=is_latched,
        severity=severity,
        why=moment.why,
        has_fallen=before.has_fallen or (water < before.water and not is_latched),
    )
    if severity > shown or (before.is_latched and before.water < Severity.AWAS <= water):
        event = EventKind.ROSE if before.version else EventKind.RAISED
        return Move(before=before, after=raised(after, moment=moment, policy=policy), event=event)
    if severity == shown:
        if water == before.water:
            return None
        if is_latched:
            return Move(before=before, after=renewed(after), event=EventKind.WATER_MOVED)
        return Move(before=before, after=replace(after, why=before.why), event=EventKind.NOTED, why=moment.why)
    if severity == Severity.NORMAL:
        return Move(before=before, after=_resolved(after, now_ms=moment.now_ms), event=EventKind.RESOLVED)
    next_escalation_ms = after.next_escalation_ms if policy.escalation_times_s(severity) else None
    after = replace(after, since_ms=moment.since_ms, next_escalation_ms=next_escalation_ms)
    return Move(before=before, after=renewed(after), event=EventKind.FELL)


def renewed(alert: Alert) -> Alert:
    """Return it in its next version (rule 6)."""
    return replace(alert, version=alert.version + 1)


def raised(alert: Alert, *, moment: Moment, policy: AlertPolicy) -> Alert:
    """Return it raised anew at `moment` (rule 3)."""
    return replace(
        renewed(alert),
        state=AlertState.RAISED,
        peak=max(alert.peak, alert.severity),
        peak_no=alert.peak_no + alert.has_fallen,
        has_fallen=False,
        since_ms=moment.since_ms,
        sample_ms=moment.sample_ms,
        decided_ms=moment.decided_ms,
        committed_ms=moment.now_ms,
        is_late=moment.is_late,
        why=moment.why,
        **armed(alert.severity, now_ms=moment.now_ms, policy=policy),
        **UNSHELVED,
        **_UNACKNOWLEDGED,
    )


def armed(severity: int, *, now_ms: int, policy: AlertPolicy) -> dict[str, int | None]:
    """Return the members of an alert whose escalation begins now (rule 7)."""
    times_s = policy.escalation_times_s(severity)
    return {"next_escalation_ms": now_ms + round(1000 * times_s[0]) if times_s else None, "escalation_step": 0}


def _resolved(alert: Alert, *, now_ms: int) -> Alert:
    return replace(renewed(alert), state=AlertState.RESOLVED, resolved_ms=now_ms, next_escalation_ms=None, **UNSHELVED)


def raise_silence(alert: Alert, *, last_severity: int, moment: Moment, policy: AlertPolicy) -> Move:
    """Return the raise of a blank silence alert that keeps `last_severity` (rule 9)."""
    after = raised(replace(alert, severity=last_severity), moment=moment, policy=policy)
    return Move(before=alert, after=after, event=EventKind.RAISED)


def raise_notice(alert: Alert, *, moment: Moment, policy: AlertPolicy) -> Move:
    """Return the raise of a blank fault or hub alert, which has severity 0."""
    return Move(before=alert, after=raised(alert, moment=moment, policy=policy), event=EventKind.RAISED)


def happen_again(alert: Alert, *, why: str) -> Move:
    """Return an open alert of an event that has happened once more: to be seen anew (rule 9)."""
    after = replace(renewed(alert), state=AlertState.RAISED, why=why, **_UNACKNOWLEDGED)
    return Move(before=alert, after=after, event=EventKind.NOTED)


def end(alert: Alert, *, why: str, now_ms: int) -> Move:
    """Return the end of a silence, fault or hub alert whose cause is gone, or whose event was seen."""
    after = _resolved(replace(alert, why=why), now_ms=now_ms)
    return Move(before=alert, after=after, event=EventKind.RESOLVED)


def verify_seen(alert: Alert, seen_version: int) -> None:
    """Refuse what a person does to another version than this one (rule 6).

    Raises:
        StaleVersion: always then.
    """
    if seen_version != alert.version:
        raise StaleVersion(alert, seen_version=seen_version)


def acknowledge(alert: Alert, *, seen_version: int, by: str, now_ms: int) -> Move | None:
    """Return the acknowledgement by `by`, or None if this version is acknowledged already.

    Raises:
        StaleVersion: the person saw another version (rule 6).
    """
    verify_seen(alert, seen_version)
    if alert.acknowledged_version is not None:
        return None
    after = replace(
        alert,
        state=AlertState.ACKNOWLEDGED if alert.is_open else alert.state,
        acknowledged_ms=now_ms,
        acknowledged_by=by,
        acknowledged_version=seen_version,
        next_escalation_ms=None,
    )
    return Move(before=alert, after=after, event=EventKind.ACKNOWLEDGED)


def confirm_downgrade(alert: Alert, *, seen_version: int, by: str, now_ms: int) -> Move:
    """Return the release of the latch by `by`, which also counts as an acknowledgement (rule 2).

    Raises:
        StaleVersion: the person saw another version.
        RefusedError: nothing is latched, or the water is at Awas.
    """
    verify_seen(alert, seen_version)
    if not alert.is_open or not alert.is_latched:
        raise RefusedError(f"alert {alert.alert_id} is not held at Awas: there is nothing to confirm")
    if alert.water >= Severity.AWAS:
        raise RefusedError(
            f"alert {alert.alert_id}: the water is at Awas; a downgrade can be confirmed once it has fallen"
        )
    severity = max(alert.water, alert.floor)
    after = replace(alert, is_latched=False, severity=severity, since_ms=now_ms, has_fallen=True, **UNBORNE)
    acknowledged = acknowledge(after, seen_version=seen_version, by=by, now_ms=now_ms)
    after = after if acknowledged is None else acknowledged.after
    after = renewed(after) if severity else _resolved(after, now_ms=now_ms)
    return Move(before=alert, after=after, event=EventKind.DOWNGRADED)


def escalate(alert: Alert, *, now_ms: int, policy: AlertPolicy) -> Move | None:
    """Return the next step of escalation if it is due (rule 7), or None."""
    due_ms = alert.next_escalation_ms
    if due_ms is None or due_ms > now_ms:
        return None
    times_s = policy.escalation_times_s(alert.severity)
    step = alert.escalation_step + 1
    next_ms = due_ms + round(1000 * (times_s[step] - times_s[step - 1])) if step < len(times_s) else None
    after = replace(alert, escalation_step=step, next_escalation_ms=next_ms)
    return Move(before=alert, after=after, event=EventKind.ESCALATED)
