"""Alerts, their history, and the decisions that belong to them."""

from collections.abc import Sequence

from hub.alerting.alert import Alert, AlertEvent, AlertKind
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one

_COLUMNS = Alert.__struct_fields__
_SELECT = f"SELECT {columns_of(Alert)} FROM alerts"  # noqa: S608 - our own column names
_SAVE = (
    f"INSERT INTO alerts ({columns_of(Alert)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - as above
    f" ON CONFLICT (alert_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_EVENT_COLUMNS = AlertEvent.__struct_fields__
_ADD_EVENT = (
    f"INSERT INTO alert_events ({columns_of(AlertEvent)})"  # noqa: S608 - as above
    f" VALUES ({', '.join('?' * len(_EVENT_COLUMNS))})"
)


def one(connection: Connection, alert_id: str) -> Alert | None:
    """Return the alert, or None."""
    return read_one(connection, f"{_SELECT} WHERE alert_id = ?", (alert_id,), Alert)


def save(connection: Connection, alert: Alert) -> None:
    """Write the alert down, new or changed."""
    connection.execute(_SAVE, [getattr(alert, name) for name in _COLUMNS])


def open_of_station(connection: Connection, station_id: str, kind: AlertKind) -> Alert | None:
    """Return the station's open alert of a kind, or None."""
    return read_one(
        connection, f"{_SELECT} WHERE station_id = ? AND kind = ? AND resolved_ms IS NULL", (station_id, kind), Alert
    )


def open_fault(connection: Connection, *, node_id: str, station_id: str | None, code: str) -> Alert | None:
    """Return the open alert of a fault of a box, at the station of its gauge if it has one, or None."""
    return read_one(
        connection,
        f"{_SELECT} WHERE kind = 'fault' AND node_id = ? AND station_id IS ? AND code = ? AND resolved_ms IS NULL",
        (node_id, station_id, code),
        Alert,
    )


def open_hub(connection: Connection, code: str) -> Alert | None:
    """Return the open alert about one trouble of the hub itself, or None."""
    return read_one(connection, f"{_SELECT} WHERE kind = 'hub' AND code = ? AND resolved_ms IS NULL", (code,), Alert)


def list_open(connection: Connection) -> list[Alert]:
    """Return every open alert: most severe first, then unacknowledged before acknowledged, then newest first."""
    return read(
        connection,
        f"{_SELECT} WHERE resolved_ms IS NULL"
        " ORDER BY severity DESC, (acknowledged_ms IS NOT NULL), raised_ms DESC, alert_id",
        (),
        Alert,
    )


def due(connection: Connection, *, now_ms: int) -> list[Alert]:
    """Return the open alerts whose next escalation or whose shelf's end has come."""
    return read(
        connection,
        f"{_SELECT} WHERE resolved_ms IS NULL AND (next_escalation_ms <= ? OR shelved_until_ms <= ?) ORDER BY alert_id",
        (now_ms, now_ms),
        Alert,
    )


def add_event(connection: Connection, event: AlertEvent) -> None:
    """Add a line to an alert's history."""
    connection.execute(_ADD_EVENT, [getattr(event, name) for name in _EVENT_COLUMNS])


def next_event_no(connection: Connection, alert_id: str) -> int:
    """Return the number of the alert's next event, from 1."""
    (newest,) = connection.execute(
        "SELECT coalesce(max(n), 0) FROM alert_events WHERE alert_id = ?", (alert_id,)
    ).fetchone()
    return int(newest) + 1


def events(connection: Connection, alert_id: str) -> list[AlertEvent]:
    """Return an alert's whole history, oldest first."""
    return read(
        connection,
        f"SELECT {columns_of(AlertEvent)} FROM alert_events WHERE alert_id = ? ORDER BY n",  # noqa: S608 - our own names
        (alert_id,),
        AlertEvent,
    )


def add_decision(connection: Connection, alert_id: str, decision_id: str) -> bool:
    """Note that a decision belongs to the alert; answer whether that is new."""
    cursor = connection.execute(
        "INSERT INTO alert_decisions (alert_id, decision_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (alert_id, decision_id),
    )
    return cursor.rowcount > 0


def decisions(connection: Connection, alert_id: str) -> Sequence[str]:
    """Return the decisions that belong to the alert."""
    rows = connection.execute(
        "SELECT decision_id FROM alert_decisions WHERE alert_id = ? ORDER BY decision_id", (alert_id,)
    )
    return [str(decision_id) for (decision_id,) in rows]
