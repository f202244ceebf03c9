"""Turns a step of an alert's life into messages owed to people.

1. A rise owes a message of its severity to each whom the routing names; what still waits to tell the same person of
   less is withdrawn. Somebody told of a severity once is not told of it again in the same peak of an alert.
2. A fall holds back what still waits to tell of more. A rise in the same peak lets it go with new words; one that
   begins another peak withdraws all that waits from earlier ones and owes anew.
3. The end withdraws every warning that waits, and owes the all-clear to everybody whom one may have reached.
"""

import secrets
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from contract.severity import Severity
from hub.alerting import hub_notices, messages, routing
from hub.alerting.alert import Alert, AlertKind, Escalation, EventKind, has_water_fallen
from hub.alerting.life_cycle import Move
from hub.alerting.messages import Message
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Due, Recipient
from hub.alerting.wording import Called
from hub.dispatch.delivery import Delivery
from hub.storage import deliveries, recipients, standings, station_now, stations, thresholds
from hub.storage.connection import Connection
from hub.storage.station_now import StationNow

_TOKEN_BYTES = 16
_REFUSALS = {"quarantined": "dikarantina", "revoked": "dicabut"}


def settle(connection: Connection, move: Move, *, now_ms: int, policy: AlertPolicy) -> None:
    """Owe, hold back and withdraw what `move` asks for; inside `write`."""
    alert = move.after
    if move.has_ended:
        _end(connection, alert, now_ms=now_ms, policy=policy)
    elif move.has_risen:
        _rise(connection, alert, now_ms=now_ms, policy=policy)
    elif move.event in {EventKind.FELL, EventKind.DOWNGRADED}:
        deliveries.hold_above(connection, alert.alert_id, severity=alert.severity)


def owe_escalation(
    connection: Connection, alert: Alert, step: Escalation, *, now_ms: int, policy: AlertPolicy
) -> Called:
    """Owe what a step of escalation asks for, unless it was owed in this peak before."""
    due = routing.due_at_escalation(step, _listed(connection, alert), now_ms=now_ms)
    if not due:
        return Called(listed=0, owed=0)
    message = _warning(connection, alert, now_ms=now_ms, policy=policy, is_unacknowledged=True)
    owed = _owe(connection, alert, due, message, severity=alert.severity, now_ms=now_ms)
    return Called(listed=len(due), owed=owed)


def _listed(connection: Connection, alert: Alert) -> list[Recipient]:
    if alert.station_id is None:
        return recipients.all_recipients(connection)
    return recipients.of_station(connection, alert.station_id)


def _rise(connection: Connection, alert: Alert, *, now_ms: int, policy: AlertPolicy) -> None:
    severity = routing.NOTICE_SEVERITY if alert.kind is AlertKind.HUB else alert.severity
    due = _due(alert, _listed(connection, alert), now_ms=now_ms, policy=policy)
    if due:
        message = _warning(connection, alert, now_ms=now_ms, policy=policy)
        _owe(connection, alert, due, message, severity=severity, now_ms=now_ms)
    deliveries.withdraw_below(connection, alert.alert_id, peak_no=alert.peak_no, severity=severity)


def _due(alert: Alert, listed: Iterable[Recipient], *, now_ms: int, policy: AlertPolicy) -> list[Due]:
    if alert.kind is AlertKind.LEVEL:
        return routing.due_at_level(alert.severity, listed, now_ms=now_ms, policy=policy)
    if alert.kind is AlertKind.SILENCE:
        return routing.due_at_silence(alert.severity, listed, now_ms=now_ms)
    return routing.due_at_hub_trouble(listed, now_ms=now_ms) if alert.kind is AlertKind.HUB else []


def _end(connection: Connection, alert: Alert, *, now_ms: int, policy: AlertPolicy) -> None:
    deliveries.withdraw_warnings(connection, alert.alert_id)
    reached = deliveries.reached(connection, alert.alert_id)
    if not reached:
        return
    message = _over(connection, alert, now_ms=now_ms, policy=policy)
    deliveries.owe_all(
        connection,
        [
            _delivery(alert, message, to=recipient_id, channel=channel, severity=0, due_ms=now_ms, now_ms=now_ms)
            for recipient_id, channel in reached
        ],
    )


def _owe(
    connection: Connection, alert: Alert, due: Iterable[Due], message: Message, *, severity: int, now_ms: int
) -> int:
    return deliveries.owe_all(
        connection,
        [
            _delivery(
                alert,
                message,
                to=one.recipient.recipient_id,
                channel=one.recipient.channel,
                severity=severity,
                due_ms=one.due_ms,
                now_ms=now_ms,
            )
            for one in due
        ],
    )


def _delivery(
    alert: Alert, message: Message, *, to: str, channel: str, severity: int, due_ms: int, now_ms: int
) -> Delivery:
    return Delivery(
        delivery_id=f"d-{secrets.token_hex(8)}",
        alert_id=alert.alert_id,
        peak_no=alert.peak_no,
        severity=severity,
        recipient_id=to,
        channel=channel,
        due_ms=due_ms,
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        text=message.text,
        sms=message.sms,
        created_ms=now_ms,
    )


def _warning(
    connection: Connection, alert: Alert, *, now_ms: int, policy: AlertPolicy, is_unacknowledged: bool = False
) -> Message:
    if alert.kind is AlertKind.HUB:
        return hub_notices.trouble(alert.code, since_ms=alert.since_ms, now_ms=now_ms, policy=policy)
    water = _water(connection, alert, now_ms=now_ms, is_unacknowledged=is_unacknowledged)
    tell = messages.silence if alert.kind is AlertKind.SILENCE else messages.warning
    return tell(water, policy=policy)


def _over(connection: Connection, alert: Alert, *, now_ms: int, policy: AlertPolicy) -> Message:
    if alert.kind is AlertKind.HUB:
        return hub_notices.well(alert.code, now_ms=now_ms, policy=policy)
    tell = messages.voice if alert.kind is AlertKind.SILENCE else messages.all_clear
    return tell(_water(connection, alert, now_ms=now_ms), policy=policy)


def _water(connection: Connection, alert: Alert, *, now_ms: int, is_unacknowledged: bool = False) -> messages.Water:
    """Return what a message says of the alert's river; a station that is no longer listed is named by its id."""
    station_id = alert.station_id or ""
    station = stations.one(connection, station_id)
    now = station_now.one(connection, station_id)
    seen = _seen(alert, now, is_unacknowledged=is_unacknowledged)
    is_borne_out = alert.borne_out_ms is not None
    # A stage that the level rule does not call Awas says nothing of an Awas for which a person stands, unless good
    # readings have brought it there.
    is_by_word = is_borne_out and alert.water < Severity.AWAS and not has_water_fallen(alert)
    return messages.Water(
        station_name=station.name if station else station_id,
        severity=alert.severity,
        stage_cm=seen.stage_cm,
        at_ms=seen.at_ms or now_ms,
        since_ms=alert.since_ms,
        now_ms=now_ms,
        is_late=alert.is_late,
        is_hour_unknown=alert.is_late and seen.at_ms is None,
        is_suspect=alert.is_suspect,
        is_maybe_very_high=alert.floor > alert.water if not alert.is_latched else is_by_word,
        is_borne_out=is_borne_out,
        is_unacknowledged=is_unacknowledged,
        rise_cm=seen.rise_cm,
        rise_in_s=seen.rise_in_s,
        next_limit_cm=_next_limit_cm(connection, alert),
        kelurahan=station.kelurahan if station else "",
        gathering=messages.gathering_place(station.sop) if station else "",
        refusal=_refusal(connection, now),
    )


def _refusal(connection: Connection, now: StationNow | None) -> str:
    """Return why the hub takes nothing from the box that spoke last for a station; empty: it does."""
    newest = None if now is None or now.node_id is None else standings.newest(connection, now.node_id)
    return "" if newest is None else _REFUSALS.get(newest.standing, "")


class _Seen(Struct, frozen=True, kw_only=True):
    """A stage with the hour at which it was measured and the trend it had then."""

    stage_cm: float | None
    at_ms: int | None
    """None: nobody knows."""
    rise_cm: float | None = None
    rise_in_s: float | None = None


def _seen(alert: Alert, now: StationNow | None, *, is_unacknowledged: bool) -> _Seen:
    """Return what a message tells of the water: never the stage of one hour with the trend of another.

    Who is told of a crossing hears of that; who is called later hears of the newest reading. Of a late crossing the
    stage was measured long after it.
    """
    crossing = _Seen(stage_cm=alert.stage_cm, at_ms=alert.sample_ms)
    if now is None:
        return crossing
    at_ms = now.at_hub_ms if now.is_at_doubted else now.at_ms
    if is_unacknowledged:
        if now.is_stale or now.stage_cm is None or at_ms is None:
            return crossing
        return _Seen(stage_cm=now.stage_cm, at_ms=at_ms, rise_cm=now.rise_cm, rise_in_s=now.rise_in_s)
    if alert.is_late and alert.sample_ms is not None:
        crossing = replace(crossing, at_ms=at_ms)
    return replace(crossing, rise_cm=now.rise_cm, rise_in_s=now.rise_in_s)


def _next_limit_cm(connection: Connection, alert: Alert) -> float | None:
    if alert.severity >= Severity.AWAS or alert.station_id is None:
        return None
    for version in thresholds.of_station(connection, alert.station_id):
        if version.version == alert.threshold_version:
            return version.raise_cm[alert.severity]
    return None
