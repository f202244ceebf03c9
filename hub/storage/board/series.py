"""Readings of a station as they came, whichever boxes and spools brought them. Roll-ups stand in `rollups`.

A reading by a clock that was not to be trusted stands at its true hour once its boot has been dated. Readings from
before their gauge was first bound belong to its first station, as in the roll-ups.
"""

from collections.abc import Iterator

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read

CHUNK_ROWS = 1_000
"""Rows read at once; an export never holds a read open for longer than this takes."""

_HOUR = "coalesce(r.dated_ms, r.at_ms)"
_IS_MOVED = "EXISTS (SELECT 1 FROM bindings AS e WHERE e.node_id = b.node_id AND e.source = b.source AND e.id < b.id)"
_FROM = f"max(?, iif({_IS_MOVED}, b.bound_ms, 0))"
_SQL = f"""
SELECT r.id, {_HOUR} AS at_ms, r.received_ms, r.stage_cm, r.flag, r.body
FROM bindings AS b JOIN spools AS s ON s.node_id = b.node_id
JOIN records AS r ON r.spool_no = s.spool_no AND r.kind = 'reading' AND r.source = b.source
WHERE b.station_id = ? AND {_HOUR} >= {_FROM} AND {_HOUR} < min(?, coalesce(b.ended_ms, ?))
  AND ({_HOUR}, r.id) > (?, ?)
ORDER BY {_HOUR}, r.id LIMIT ?
"""  # noqa: S608 - our own words


class RawReading(Struct, frozen=True, kw_only=True):
    """One reading as the box wrote it (JSON in `body`), with its hour and the hub's receipt time, UTC ms."""

    id: int
    at_ms: int
    received_ms: int
    stage_cm: float | None
    flag: int | None
    body: bytes


def minute_means(
    connection: Connection, station_id: str, *, from_ms: int, to_ms: int
) -> list[tuple[int, float | None]]:
    """Return (start of the minute, mean stage in cm or None), oldest first; plain pairs, for charts are drawn often."""
    return connection.execute(
        "SELECT start_ms, mean_cm FROM rollups_60 WHERE station_id = ? AND start_ms >= ? AND start_ms < ?"
        " ORDER BY start_ms",
        (station_id, from_ms, to_ms),
    ).fetchall()


def readings(connection: Connection, station_id: str, *, from_ms: int, to_ms: int) -> Iterator[RawReading]:
    """Yield every reading of the gauges bound to a station at the time of the reading, oldest first, in chunks."""
    after = (from_ms, 0)
    while True:
        # Begun at the hour of the last row: from `from_ms` on, each piece would read all those before it again.
        chunk = read(connection, _SQL, (station_id, after[0], to_ms, to_ms, *after, CHUNK_ROWS), RawReading)
        yield from chunk
        if len(chunk) < CHUNK_ROWS:
            return
        after = (chunk[-1].at_ms, chunk[-1].id)
