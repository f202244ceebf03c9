"""Where the rest of the hub meets the alerts: events of the machine in, rows out.

Every function stands inside `hub.storage.connection.write`: the caller commits. What people do to alerts stands in
`hub.alerting.people`.
"""

import secrets

from contract.severity import Severity
from hub.alerting import journal, life_cycle, owing
from hub.alerting.alert import Alert, AlertKind
from hub.alerting.events import StationChange
from hub.alerting.life_cycle import Moment, Move, blank
from hub.alerting.policy import AlertPolicy
from hub.alerting.shelf import end_shelf
from hub.alerting.wording import BY_DEVICE, BY_HUB, BY_RULE, BY_TIME, MAYBE_VERY_HIGH, NO_DATA, escalation_text
from hub.storage import alerts
from hub.storage.connection import Connection

MAYBE_VERY_HIGH_CODE = "maybe_very_high"
"""Fault code of a gauge that failed while the water rose, or close to its blind zone."""

DEAF_CODE, STILL_CODE = "deaf", "still"
"""Troubles of the hub itself: ingest hears no broker; ingest shows no life."""

_SPEAKABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters and digits that are mistaken for each other on the radio."""
_ID_LENGTH = 5


def new_alert_id(connection: Connection) -> str:
    """Return an id that a person can say over the radio, used by no alert yet."""
    while True:
        alert_id = "A-" + "".join(secrets.choice(_SPEAKABLE) for _ in range(_ID_LENGTH))
        if alerts.one(connection, alert_id) is None:
            return alert_id


def on_station_change(connection: Connection, change: StationChange, *, policy: AlertPolicy) -> None:
    """Let the level rule's word about a station act on its alert."""
    alert = _level_alert(connection, change.station_id)
    if alert is None:
        if not change.severity:
            return
        alert = _blank(connection, AlertKind.LEVEL, change.station_id, now_ms=change.committed_ms)
    is_new = change.decision_id is not None and alerts.add_decision(connection, alert.alert_id, change.decision_id)
    move = life_cycle.change_level(alert, change, is_new_decision=is_new, policy=policy)
    if move is not None:
        journal.enter(connection, move, now_ms=change.committed_ms, by=BY_RULE, policy=policy, change=change)
        owing.settle(connection, move, now_ms=change.committed_ms, policy=policy)


def _level_alert(connection: Connection, station_id: str) -> Alert | None:
    """Return the alert that a decision of the station joins: the level alert, else a silence that told nobody."""
    level = alerts.open_of_station(connection, station_id, AlertKind.LEVEL)
    if level is not None:
        return level
    silence = alerts.open_of_station(connection, station_id, AlertKind.SILENCE)
    return silence if silence is not None and silence.severity == Severity.NORMAL else None


def _blank(
    connection: Connection,
    kind: AlertKind,
    station_id: str | None,
    *,
    now_ms: int,
    node_id: str | None = None,
    code: str = "",
) -> Alert:
    alert_id = new_alert_id(connection)
    return blank(alert_id=alert_id, kind=kind, station_id=station_id, now_ms=now_ms, node_id=node_id, code=code)


def on_silence(
    connection: Connection,
    station_id: str,
    *,
    silent_since_ms: int,
    now_ms: int,
    last_severity: int | None,
    policy: AlertPolicy,
) -> None:
    """Raise the silence of a station, unless it is raised already; its last severity is kept."""
    if alerts.open_of_station(connection, station_id, AlertKind.SILENCE) is not None:
        return
    alert = _blank(connection, AlertKind.SILENCE, station_id, now_ms=now_ms)
    moment = _moment(NO_DATA, now_ms=now_ms, since_ms=silent_since_ms)
    move = life_cycle.raise_silence(alert, last_severity=last_severity or 0, moment=moment, policy=policy)
    _enter(connection, move, by=BY_TIME, now_ms=now_ms, policy=policy)


def on_voice(connection: Connection, station_id: str, *, now_ms: int, policy: AlertPolicy) -> None:
    """End the silence of a station, if it was raised."""
    alert = alerts.open_of_station(connection, station_id, AlertKind.SILENCE)
    if alert is not None:
        move = life_cycle.end(alert, why="data datang lagi", now_ms=now_ms)
        _enter(connection, move, by=BY_DEVICE, now_ms=now_ms, policy=policy)


def on_fault(
    connection: Connection,
    *,
    station_id: str | None,
    node_id: str,
    code: str,
    active: bool,
    text: str,
    at_ms: int,
    now_ms: int,
    policy: AlertPolicy,
) -> None:
    """Raise or end a fault of a box; "mungkin sangat tinggi" of a station acts on its level alert as Siaga."""
    moment = _moment(text, now_ms=now_ms, since_ms=at_ms)
    if code == MAYBE_VERY_HIGH_CODE and station_id is not None:
        move = _move_floor(connection, station_id, active=active, moment=moment, policy=policy)
    else:
        move = _move_fault(connection, station_id, node_id, code, active=active, moment=moment, policy=policy)
    if move is not None:
        _enter(connection, move, by=BY_DEVICE, now_ms=now_ms, policy=policy)


def _move_floor(
    connection: Connection, station_id: str, *, active: bool, moment: Moment, policy: AlertPolicy
) -> Move | None:
    alert = _level_alert(connection, station_id)
    if alert is None:
        if not active:
            return None
        alert = _blank(connection, AlertKind.LEVEL, station_id, now_ms=moment.now_ms)
    why = f"{MAYBE_VERY_HIGH}: {moment.why}" if active else f"tidak lagi {MAYBE_VERY_HIGH}: {moment.why}"
    floor = Moment(
        now_ms=moment.now_ms,
        since_ms=moment.since_ms,
        sample_ms=moment.since_ms,
        decided_ms=moment.since_ms,
        why=why,
    )
    return life_cycle.change_floor(alert, is_active=active, moment=floor, policy=policy)


def _move_fault(
    connection: Connection,
    station_id: str | None,
    node_id: str,
    code: str,
    *,
    active: bool,
    moment: Moment,
    policy: AlertPolicy,
) -> Move | None:
    alert = alerts.open_fault(connection, node_id=node_id, station_id=station_id, code=code)
    if alert is not None and active and alert.is_event:
        return life_cycle.happen_again(alert, why=moment.why)
    if (alert is not None) == active:
        return None
    if alert is not None:
        return life_cycle.end(alert, why=moment.why, now_ms=moment.now_ms)
    fresh = _blank(connection, AlertKind.FAULT, station_id, now_ms=moment.now_ms, node_id=node_id, code=code)
    return life_cycle.raise_notice(fresh, moment=moment, policy=policy)


def on_hub_trouble(
    connection: Connection, *, since_ms: int, why: str, now_ms: int, policy: AlertPolicy, code: str = DEAF_CODE
) -> None:
    """Raise a trouble of the hub itself, unless it is raised already."""
    if alerts.open_hub(connection, code) is None:
        alert = _blank(connection, AlertKind.HUB, None, now_ms=now_ms, code=code)
        moment = _moment(why, now_ms=now_ms, since_ms=since_ms)
        move = life_cycle.raise_notice(alert, moment=moment, policy=policy)
        _enter(connection, move, by=BY_HUB, now_ms=now_ms, policy=policy)


def on_hub_well(connection: Connection, *, why: str, now_ms: int, policy: AlertPolicy, code: str = DEAF_CODE) -> None:
    """End a trouble of the hub itself, if it was raised."""
    alert = alerts.open_hub(connection, code)
    if alert is not None:
        move = life_cycle.end(alert, why=why, now_ms=now_ms)
        _enter(connection, move, by=BY_HUB, now_ms=now_ms, policy=policy)


def tick(connection: Connection, *, now_ms: int, policy: AlertPolicy) -> None:
    """Do what time alone brings: steps of escalation, ends of shelves. Cheap when nothing is due."""
    for alert in alerts.due(connection, now_ms=now_ms):
        shelf = end_shelf(alert, now_ms=now_ms, policy=policy)
        if shelf is not None:
            _enter(connection, shelf, by=BY_TIME, now_ms=now_ms, policy=policy)
            continue
        move = life_cycle.escalate(alert, now_ms=now_ms, policy=policy)
        while move is not None:
            _escalate(connection, move, now_ms=now_ms, policy=policy)
            move = life_cycle.escalate(move.after, now_ms=now_ms, policy=policy)


def _escalate(connection: Connection, move: Move, *, now_ms: int, policy: AlertPolicy) -> None:
    step = policy.escalation(move.before.severity, move.before.escalation_step)
    called = owing.owe_escalation(connection, move.after, step, now_ms=now_ms, policy=policy)
    text = escalation_text(step, called)
    journal.enter(connection, move, now_ms=now_ms, by=BY_TIME, policy=policy, text=text)


def _moment(why: str, *, now_ms: int, since_ms: int) -> Moment:
    return Moment(now_ms=now_ms, since_ms=since_ms, sample_ms=None, decided_ms=None, why=why)


def _enter(connection: Connection, move: Move, *, by: str, now_ms: int, policy: AlertPolicy) -> None:
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=policy)
    owing.settle(connection, move, now_ms=now_ms, policy=policy)
