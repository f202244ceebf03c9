"""Records of boxes, each body exactly as it came. The key is (spool_no, seq).

`at_ms` is the hour that the box wrote. Where its clock was not to be trusted and the boot has been dated since,
`dated_ms` is the true one, and the one by which readings are found.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one

ROWS_PER_INSERT = 500
"""Measured: no gain above."""

NewRow = tuple[int, int, str, int, str, int, int, int, str, int, int, float | None, int | None, bytes]
"""spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms, received_ms, stage_cm, flag, body."""

# "do nothing" names the key: unlike "or ignore" it hides no other fault of a row.
_INSERT = (
    "INSERT INTO records (spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms, received_ms,"
    " stage_cm, flag, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (spool_no, seq) DO NOTHING"
)


UNDATED = "kind = 'reading' AND clock IN ('unsynced', 'saved') AND dated_ms IS NULL"
"""Readings that wait for their hour; the very words of the index that finds them."""


class StoredRecord(Struct, frozen=True, kw_only=True):
    """One record as it lies in the table."""

    id: int
    spool_no: int
    seq: int
    kind: str
    source: str
    at_ms: int
    received_ms: int
    body: bytes
    rule_error: str | None


class ReadingRow(Struct, frozen=True, kw_only=True, gc=False):
    """What a chart or an export needs of a reading, at its true hour as far as known; `body` holds the rest."""

    at_ms: int
    received_ms: int
    stage_cm: float | None
    flag: int
    clock: str
    body: bytes


class ReadingForRollup(Struct, frozen=True, gc=False, array_like=True):
    """What a roll-up needs of a reading; `thinned` is the body of one that stands for several."""

    id: int
    spool_no: int
    source: str
    boot: int
    up_ms: int
    at_ms: int
    """The true hour as far as known."""
    is_undated: bool
    """By a clock that is not to be trusted, and nothing better is known yet."""
    stage_cm: float | None
    flag: int
    thinned: bytes | None


_FOR_ROLLUP = (
    "id, spool_no, source, boot, up_ms, coalesce(dated_ms, at_ms), clock IN ('unsynced', 'saved') AND dated_ms IS NULL,"
    " stage_cm, flag, CASE WHEN instr(body, CAST('\"mean_of\"' AS BLOB)) THEN body END"
)
_STORED = f"SELECT {columns_of(StoredRecord)} FROM records"  # noqa: S608 - our own column names


def insert(connection: Connection, rows: Sequence[NewRow]) -> int:
    """Insert what is not there yet; return how many rows were."""
    inserted = 0
    for first in range(0, len(rows), ROWS_PER_INSERT):
        inserted += connection.executemany(_INSERT, rows[first : first + ROWS_PER_INSERT]).rowcount
    return inserted


def bodies(connection: Connection, spool_no: int, seqs: Sequence[int]) -> dict[int, bytes]:
    """Return seq to body of what is stored under these numbers."""
    found: dict[int, bytes] = {}
    for first in range(0, len(seqs), ROWS_PER_INSERT):
        part = seqs[first : first + ROWS_PER_INSERT]
        marks = ", ".join("?" * len(part))
        found.update(
            connection.execute(
                f"SELECT seq, body FROM records WHERE spool_no = ? AND seq IN ({marks})",  # noqa: S608 - question marks
                (spool_no, *part),
            ).fetchall()
        )
    return found


def one(connection: Connection, spool_no: int, seq: int) -> StoredRecord | None:
    """Return the record with this key, or None."""
    return read_one(connection, f"{_STORED} WHERE spool_no = ? AND seq = ?", (spool_no, seq), StoredRecord)


def newest_of_kind(connection: Connection, spool_no: int, kind: str, *, limit: int = 1) -> list[StoredRecord]:
    """Return the records of a kind with the highest numbers of a spool, highest first."""
    return read(
        connection,
        f"{_STORED} WHERE spool_no = ? AND kind = ? ORDER BY seq DESC LIMIT ?",
        (spool_no, kind, limit),
        StoredRecord,
    )


def set_rule_error(connection: Connection, spool_no: int, seq: int, error: str) -> None:
    """Keep on the record itself that a rule failed on it."""
    connection.execute("UPDATE records SET rule_error = ? WHERE spool_no = ? AND seq = ?", (error, spool_no, seq))


def readings(
    connection: Connection, *, spool_no: int, source: str, from_ms: int, to_ms: int, limit: int
) -> list[ReadingRow]:
    """Return the readings of one gauge and spool with `from_ms <= at_ms < to_ms`, oldest first."""
    return read(
        connection,
        "SELECT coalesce(dated_ms, at_ms) AS at_ms, received_ms, stage_cm, flag, clock, body FROM records"
        " WHERE spool_no = ? AND kind = 'reading' AND coalesce(dated_ms, at_ms) >= ? AND coalesce(dated_ms, at_ms) < ?"
        " AND source = ? ORDER BY coalesce(dated_ms, at_ms) LIMIT ?",
        (spool_no, from_ms, to_ms, source, limit),
        ReadingRow,
    )


def readings_after(connection: Connection, record_id: int, *, limit: int) -> tuple[list[ReadingForRollup], int]:
    """Return readings among the next `limit` records after `record_id`, and the id up to which was looked."""
    rows = connection.execute(
        f"SELECT {_FOR_ROLLUP}, kind = 'reading' FROM records WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608 - our words
        (record_id, limit),
    ).fetchall()
    return [_for_rollup(row) for row in rows if row[-1]], rows[-1][0] if rows else record_id


def undated_readings(
    connection: Connection, boot_key: tuple[int, int], *, to_id: int, limit: int
) -> list[ReadingForRollup]:
    """Return the first readings of a boot (spool_no, boot) that have no hour, among the records up to `to_id`."""
    rows = connection.execute(
        f"SELECT {_FOR_ROLLUP} FROM records WHERE spool_no = ? AND boot = ? AND id <= ? AND {UNDATED}"  # noqa: S608 - as above
        " ORDER BY id LIMIT ?",
        (*boot_key, to_id, limit),
    )
    return [_for_rollup(row) for row in rows]


def _for_rollup(row: tuple[Any, ...]) -> ReadingForRollup:
    number, spool_no, source, boot, up_ms, at_ms, is_undated, stage_cm, flag, thinned = row[:10]
    return ReadingForRollup(number, spool_no, source, boot, up_ms, at_ms, bool(is_undated), stage_cm, flag, thinned)


def newest_id(connection: Connection) -> int:
    """Return the id of the newest row, 0 if there is none."""
    (newest,) = connection.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()
    return int(newest)
