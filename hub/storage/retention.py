"""Deletes what is older than the city keeps, a few hundred rows at a time so that nobody waits.

Alerts, thresholds and hourly roll-ups of readings stay; dead letters and conflicts have bounds of their own, and what
cameras counted by the hour goes after ten years.
"""

from dataclasses import dataclass

from hub.storage.connection import Connection

ROWS_A_TIME = 500
CHANGES_KEPT_MS = 24 * 3600 * 1000
"""As far back as a page can catch up from its event id."""
DOWNLINK_KEPT_MS = 7 * 24 * 3600 * 1000
DAY_MS = 24 * 3600 * 1000

# Row ids grow with the time of arrival, so the oldest rows are found without an index on time.
_BY_ID = {
    "records": "received_ms",
    "changes": "at_ms",
    "downlink": "created_ms",
    "gaps": "found_ms",
    "commands": "issued_ms",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept, days."""

    records_days: float = 90.0
    rollups_60_days: float = 365.0
    rollups_600_days: float = 3650.0
    sightings_60_days: float = 30.0
    """A view of 16 places makes 16 rows a minute: about 120 MB in that time."""
    sightings_600_days: float = 365.0
    sightings_3600_days: float = 3650.0


def forget_some(
    connection: Connection, retention: Retention, *, station_id: str | None, camera_no: int | None = None, now_ms: int
) -> int:
    """Delete at most a few hundred of the oldest rows of each table; return how many went.

    Args:
        connection: inside a write.
        retention: how long things are kept.
        station_id: whose roll-ups are looked at this time; the caller goes round.
        camera_no: whose steps are looked at this time, as with the station.
        now_ms: the hub's clock.
    """
    records_before_ms = now_ms - round(retention.records_days * DAY_MS)
    gone = _forget_by_id(connection, "records", records_before_ms)
    gone += _forget_by_id(connection, "gaps", records_before_ms)
    gone += _forget_by_id(connection, "commands", records_before_ms)
    gone += _forget_by_id(connection, "changes", now_ms - CHANGES_KEPT_MS)
    gone += _forget_by_id(connection, "downlink", now_ms - DOWNLINK_KEPT_MS)
    if station_id is not None:
        gone += _forget_rollups(connection, 60, station_id, now_ms - round(retention.rollups_60_days * DAY_MS))
        gone += _forget_rollups(connection, 600, station_id, now_ms - round(retention.rollups_600_days * DAY_MS))
    if camera_no is not None:
        for step_s, days in (
            (60, retention.sightings_60_days),
            (600, retention.sightings_600_days),
            (3600, retention.sightings_3600_days),
        ):
            gone += _forget_sightings(connection, step_s, camera_no, now_ms - round(days * DAY_MS))
    return gone


def _forget_by_id(connection: Connection, table: str, before_ms: int) -> int:
    time = _BY_ID[table]
    oldest = connection.execute(
        f"SELECT rowid, {time} FROM {table} ORDER BY rowid LIMIT 1"  # noqa: S608 - names from above
    ).fetchone()
    if oldest is None or oldest[1] >= before_ms:
        return 0
    return connection.execute(
        f"DELETE FROM {table} WHERE rowid >= ? AND rowid < ? AND {time} < ?",  # noqa: S608 - names from above
        (oldest[0], oldest[0] + ROWS_A_TIME, before_ms),
    ).rowcount


def _forget_rollups(connection: Connection, step_s: int, station_id: str, before_ms: int) -> int:
    table = f"rollups_{step_s}"
    (oldest_ms,) = connection.execute(
        f"SELECT min(start_ms) FROM {table} WHERE station_id = ?",  # noqa: S608 - names from above
        (station_id,),
    ).fetchone()
    if oldest_ms is None or oldest_ms >= before_ms:
        return 0
    end_ms = min(before_ms, oldest_ms + ROWS_A_TIME * 1000 * step_s)
    return connection.execute(
        f"DELETE FROM {table} WHERE station_id = ? AND start_ms < ?",  # noqa: S608 - names from above
        (station_id, end_ms),
    ).rowcount


def _forget_sightings(connection: Connection, step_s: int, camera_no: int, before_ms: int) -> int:
    table = f"sightings_{step_s}"
    return connection.execute(
        f"DELETE FROM {table} WHERE (camera_no, start_ms, place) IN (SELECT camera_no, start_ms, place FROM {table}"  # noqa: S608 - names from above
        " WHERE camera_no = ? AND start_ms < ? ORDER BY start_ms LIMIT ?)",
        (camera_no, before_ms, ROWS_A_TIME),
    ).rowcount
