"""Alerts as lists: open ones, newest ones, their history, and how many there were."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read, read_one

_SQL = """
SELECT a.alert_id, a.station_id, a.node_id, a.code, a.kind, a.severity, a.peak, a.water, a.floor, a.state, a.version,
       a.is_latched, a.is_late, a.raised_ms, a.since_ms, a.sample_ms, a.decided_ms, a.committed_ms, a.acknowledged_ms,
       a.acknowledged_by, a.acknowledged_version, a.resolved_ms, a.next_escalation_ms, a.escalation_step,
       a.is_suspect, a.shelved_until_ms, a.shelved_by, a.shelved_why, a.borne_out_ms, a.borne_out_by, a.borne_out_why,
       a.rule_version, a.threshold_version, a.why,
       coalesce(s.name, '') AS station_name, coalesce(s.river, '') AS river, t.raise_cm
FROM alerts AS a
LEFT JOIN stations AS s ON s.station_id = a.station_id
LEFT JOIN thresholds AS t ON t.station_id = a.station_id AND t.version = a.threshold_version
"""
_OPEN_FIRST = (
    "(a.state = 'resolved'), iif(a.state = 'resolved', 0, a.severity) DESC, (a.kind != 'level'),"
    " (a.shelved_until_ms IS NOT NULL), (a.acknowledged_ms IS NOT NULL), a.raised_ms DESC"
)


_JSON = ("raise_cm",)


class AlertRow(Struct, frozen=True, kw_only=True):
    """One alert with its station's name; times UTC ms."""

    alert_id: str
    station_id: str | None
    node_id: str | None
    code: str | None
    kind: str
    severity: int
    peak: int
    water: int
    floor: int
    state: str
    version: int
    is_latched: bool
    is_late: bool
    raised_ms: int
    since_ms: int | None
    sample_ms: int | None
    decided_ms: int | None
    committed_ms: int | None
    acknowledged_ms: int | None
    acknowledged_by: str | None
    acknowledged_version: int | None
    resolved_ms: int | None
    next_escalation_ms: int | None
    escalation_step: int
    is_suspect: bool
    shelved_until_ms: int | None
    shelved_by: str | None
    shelved_why: str | None
    borne_out_ms: int | None
    borne_out_by: str | None
    borne_out_why: str | None
    rule_version: str
    threshold_version: int
    why: str
    station_name: str
    river: str
    raise_cm: tuple[float, ...] | None
    """Raise values of the threshold version that the alert used, cm."""


class EventRow(Struct, frozen=True, kw_only=True):
    """One line of an alert's history."""

    alert_id: str
    n: int
    at_ms: int
    kind: str
    severity: int | None
    version: int
    by_whom: str
    why: str
    rule_version: str | None
    threshold_version: int | None
    text: str


class MarkRow(Struct, frozen=True, kw_only=True):
    """A point of the time line: an alert that was raised, or rose."""

    alert_id: str
    station_id: str | None
    at_ms: int
    kind: str
    severity: int


def open_alerts(connection: Connection, *, limit: int) -> list[AlertRow]:
    """Return open alerts: most severe first, water before devices; among equals shelved ones last."""
    return read(
        connection, f"{_SQL} WHERE a.resolved_ms IS NULL ORDER BY {_OPEN_FIRST} LIMIT ?", (limit,), AlertRow, json=_JSON
    )


def newest_resolved(connection: Connection) -> AlertRow | None:
    """Return the level alert that was resolved last."""
    sql = f"{_SQL} WHERE a.resolved_ms IS NOT NULL AND a.kind = 'level' ORDER BY a.resolved_ms DESC LIMIT 1"
    return read_one(connection, sql, (), AlertRow, json=_JSON)


def alerts(
    connection: Connection, *, state: str | None, station_id: str | None, before_ms: int | None, limit: int
) -> list[AlertRow]:
    """Return alerts, open ones first, then newest first, optionally of a state, a station, or raised before a time."""
    wanted = [
        (clause, value)
        for clause, value in (
            ("a.state = ?", state),
            ("a.station_id = ?", station_id),
            ("a.raised_ms < ?", before_ms),
        )
        if value is not None
    ]
    where = " AND ".join(clause for clause, _ in wanted)
    sql = f"{_SQL} {'WHERE ' + where if where else ''} ORDER BY {_OPEN_FIRST} LIMIT ?"
    return read(connection, sql, (*(value for _, value in wanted), limit), AlertRow, json=_JSON)


def alert(connection: Connection, alert_id: str) -> AlertRow | None:
    """Return one alert, or None."""
    return read_one(connection, f"{_SQL} WHERE a.alert_id = ?", (alert_id,), AlertRow, json=_JSON)


def events(connection: Connection, alert_id: str, *, limit: int = 500) -> list[EventRow]:
    """Return the newest `limit` lines of an alert's history, oldest first."""
    sql = """
        SELECT * FROM (
            SELECT alert_id, n, at_ms, kind, severity, version, by_whom, why, rule_version, threshold_version, text
            FROM alert_events WHERE alert_id = ? ORDER BY n DESC LIMIT ?)
        ORDER BY n
    """
    return read(connection, sql, (alert_id, limit), EventRow)


def marks(connection: Connection, *, from_ms: int, limit: int = 200) -> list[MarkRow]:
    """Return the newest `limit` rises of all alerts since `from_ms`, oldest first."""
    sql = """
        SELECT * FROM (
            SELECT e.alert_id, a.station_id, e.at_ms, a.kind, coalesce(e.severity, 0) AS severity
            FROM alerts AS a JOIN alert_events AS e USING (alert_id)
            WHERE coalesce(a.resolved_ms, e.at_ms) >= ? AND e.at_ms >= ?
              AND (e.kind IN ('raised', 'rose') OR e.kind = 'borne_out' AND e.severity > (
                  SELECT b.severity FROM alert_events AS b WHERE b.alert_id = e.alert_id AND b.n = e.n - 1))
            ORDER BY e.at_ms DESC LIMIT ?)
        ORDER BY at_ms
    """
    return read(connection, sql, (from_ms, from_ms, limit), MarkRow)


def count_raised(connection: Connection, *, since_ms: int) -> int:
    """Return how many alerts were raised since a time."""
    (count,) = connection.execute("SELECT count(*) FROM alerts WHERE raised_ms >= ?", (since_ms,)).fetchone()
    return int(count)


def firing(connection: Connection) -> dict[int, int]:
    """Return how many alerts of each severity are open."""
    rows = connection.execute("SELECT severity, count(*) FROM alerts WHERE resolved_ms IS NULL GROUP BY severity")
    return {int(severity): int(count) for severity, count in rows}
