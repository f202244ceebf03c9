"""Readings summed up per minute, ten minutes and hour, with the lowest and the highest."""

from collections.abc import Iterable

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

STEPS_S = (60, 600, 3600)
"""Lengths of a bucket, seconds."""


class Bucket(Struct, frozen=True, kw_only=True, gc=False):
    """Readings of one station from `start_ms` on, stage in cm; without a usable one the three values are None."""

    station_id: str
    start_ms: int
    count: int
    """Usable readings; a thinned one counts as many as it stands for."""
    mean_cm: float | None
    min_cm: float | None
    max_cm: float | None
    worst_flag: int


def _merge_sql(step_s: int) -> str:
    table = f"rollups_{step_s}"
    return (
        f"INSERT INTO {table} ({columns_of(Bucket)}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
        " ON CONFLICT (station_id, start_ms) DO UPDATE SET"
        f" mean_cm = CASE WHEN {table}.count = 0 THEN excluded.mean_cm WHEN excluded.count = 0 THEN {table}.mean_cm"
        f" ELSE ({table}.mean_cm * {table}.count + excluded.mean_cm * excluded.count)"
        f" / ({table}.count + excluded.count) END,"
        f" min_cm = min(coalesce({table}.min_cm, excluded.min_cm), coalesce(excluded.min_cm, {table}.min_cm)),"
        f" max_cm = max(coalesce({table}.max_cm, excluded.max_cm), coalesce(excluded.max_cm, {table}.max_cm)),"
        f" worst_flag = max({table}.worst_flag, excluded.worst_flag),"
        f" count = {table}.count + excluded.count"
    )


_MERGE = {step_s: _merge_sql(step_s) for step_s in STEPS_S}


def merge(connection: Connection, step_s: int, buckets: Iterable[Bucket]) -> None:
    """Add what these buckets hold to what is there already."""
    connection.executemany(
        _MERGE[step_s],
        [
            (one.station_id, one.start_ms, one.count, one.mean_cm, one.min_cm, one.max_cm, one.worst_flag)
            for one in buckets
        ],
    )


def series(
    connection: Connection, *, station_id: str, step_s: int, from_ms: int, to_ms: int, limit: int = -1
) -> list[Bucket]:
    """Return the buckets of a station with `from_ms <= start_ms < to_ms`, oldest first; -1: all of them."""
    if step_s not in STEPS_S:
        raise ValueError(f"reading roll-ups: expected a step of {STEPS_S} seconds, got {step_s}")
    return read(
        connection,
        f"SELECT {columns_of(Bucket)} FROM rollups_{step_s}"  # noqa: S608 - our own names
        " WHERE station_id = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms LIMIT ?",
        (station_id, from_ms, to_ms, limit),
        Bucket,
    )


def mark(connection: Connection, name: str) -> int:
    """Return the id of the last record that went into the roll-ups."""
    row = connection.execute("SELECT record_id FROM rollup_marks WHERE name = ?", (name,)).fetchone()
    return 0 if row is None else int(row[0])


def set_mark(connection: Connection, name: str, record_id: int) -> None:
    """Write down up to which record the roll-ups go."""
    connection.execute(
        "INSERT INTO rollup_marks (name, record_id) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET record_id = excluded.record_id",
        (name, record_id),
    )
