"""Writes a step of an alert's life: the alert, one line of its history, one change for the pages."""

import msgspec
from msgspec import Raw

from hub.alerting.alert import AlertEvent, DecisionRecord
from hub.alerting.events import StationChange
from hub.alerting.life_cycle import Move
from hub.alerting.policy import AlertPolicy
from hub.alerting.wording import Told, event_sentence
from hub.storage import alerts, changes
from hub.storage.connection import Connection

_ENCODER = msgspec.json.Encoder()


def enter(
    connection: Connection,
    move: Move,
    *,
    now_ms: int,
    by: str,
    policy: AlertPolicy,
    text: str = "",
    change: StationChange | None = None,
) -> None:
    """Write `move` down.

    Args:
        connection: inside `write`.
        move: what happened.
        now_ms: the hub's clock.
        by: a person's name, or one of `BY_RULE`, `BY_TIME`, `BY_DEVICE`, `BY_HUB`.
        policy: of the city.
        text: a person's own words.
        change: of the station, where the level rule spoke.
    """
    alert = move.after
    why = move.why or alert.why
    told = Told(kind=move.event, severity=alert.severity, water=alert.water, by=by, why=why, text=text)
    alerts.save(connection, alert)
    alerts.add_event(
        connection,
        AlertEvent(
            alert_id=alert.alert_id,
            n=alerts.next_event_no(connection, alert.alert_id),
            at_ms=now_ms,
            kind=move.event,
            severity=alert.severity,
            version=alert.version,
            by_whom=by,
            why=event_sentence(told, words=policy.words),
            rule_version=alert.rule_version,
            threshold_version=alert.threshold_version,
            inputs=None if change is None else _ENCODER.encode(_record(change)),
            text=text,
        ),
    )
    changes.add(connection, at_ms=now_ms, kind="alert", ref=alert.alert_id)


def _record(change: StationChange) -> DecisionRecord:
    return DecisionRecord(
        inputs=Raw(change.inputs),
        after=Raw(change.after),
        cause=change.cause,
        from_severity=change.from_severity,
        severity=change.severity,
        stage_cm=change.stage_cm,
        flag=change.flag,
        decision_id=change.decision_id,
        sample_ms=change.sample_ms,
        decided_ms=change.decided_ms,
        committed_ms=change.committed_ms,
        is_late=change.is_late,
    )
