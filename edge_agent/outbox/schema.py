"""The tables of an outbox file, and the few words of SQL about its rows.

One table per record class, so that dropping rows of one class makes room for another. `acked_ms` is NULL until the
hub has the record; then it is a time of `settling.Retention`, not of the wall clock. Only acknowledged rows are
indexed: a reading costs no index page.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

FORMAT = "1"
CLASSES = (0, 1, 2, 3)

SCHEMA = (
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE state(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    *(
        f"CREATE TABLE class{n}(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body BLOB NOT NULL, acked_ms INTEGER)"
        for n in CLASSES
    ),
    *(f"CREATE INDEX acked{n} ON class{n}(acked_ms) WHERE acked_ms IS NOT NULL" for n in CLASSES),
    "CREATE TABLE quarantined(seq INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE filler(body BLOB)",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it lies in the file: `body` is its JSON."""

    seq: int
    at_ms: int
    body: bytes


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what the file says of itself."""
    return dict(connection.execute("SELECT key, value FROM meta"))


def write_meta(connection: sqlite3.Connection, **values: str) -> None:
    """Set some of what the file says of itself."""
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", values.items()
    )


def delete_meta(connection: sqlite3.Connection, key: str) -> None:
    """Remove one thing that the file says of itself."""
    connection.execute("DELETE FROM meta WHERE key = ?", (key,))


def newest_acked_ms(connection: sqlite3.Connection) -> int:
    """Return the newest `acked_ms` of all classes; 0 if there is none."""
    newest = (connection.execute(f"SELECT max(acked_ms) FROM class{n}").fetchone()[0] for n in CLASSES)  # noqa: S608
    return max(acked_ms or 0 for acked_ms in newest)


def unacked_rows(
    connection: sqlite3.Connection,
    record_class: int,
    *,
    after_seq: int = 0,
    before_seq: int | None = None,
    newest_first: bool = False,
    limit: int,
) -> list[Row]:
    """Return up to `limit` unacknowledged rows of a class with `after_seq < seq < before_seq`."""
    end = before_seq if before_seq is not None else 1 << 62
    order = "DESC" if newest_first else "ASC"
    found = connection.execute(
        f"SELECT seq, at_ms, body FROM class{record_class}"  # noqa: S608
        f" WHERE seq > ? AND seq < ? AND acked_ms IS NULL ORDER BY seq {order} LIMIT ?",
        (after_seq, end, limit),
    )
    return [Row(*row) for row in found]


def each_unacked(connection: sqlite3.Connection, record_class: int, *, newest_first: bool) -> Iterator[Row]:
    """Yield the unacknowledged rows of a class as they are read, so that those before a damaged page are not lost."""
    order = "DESC" if newest_first else "ASC"
    for row in connection.execute(
        f"SELECT seq, at_ms, body FROM class{record_class} WHERE acked_ms IS NULL"  # noqa: S608
        f" AND typeof(at_ms) = 'integer' AND typeof(body) = 'blob' ORDER BY seq {order}"
    ):
        yield Row(*row)


def lowest_unacked(connection: sqlite3.Connection, record_class: int, *, from_seq: int) -> int | None:
    """Return the lowest unacknowledged `seq` of a class at or above `from_seq`."""
    found = connection.execute(
        f"SELECT seq FROM class{record_class} WHERE seq >= ? AND acked_ms IS NULL ORDER BY seq LIMIT 1",  # noqa: S608
        (from_seq,),
    ).fetchone()
    return None if found is None else int(found[0])


def insert_row(connection: sqlite3.Connection, record_class: int, row: Row) -> None:
    """Add an unacknowledged row."""
    connection.execute(
        f"INSERT INTO class{record_class}(seq, at_ms, body) VALUES (?, ?, ?)",  # noqa: S608
        (row.seq, row.at_ms, row.body),
    )


def delete_rows(connection: sqlite3.Connection, record_class: int, seqs: Iterable[int]) -> None:
    """Remove rows by `seq`."""
    connection.executemany(f"DELETE FROM class{record_class} WHERE seq = ?", ((seq,) for seq in seqs))  # noqa: S608


def acknowledge_rows(
    connection: sqlite3.Connection, record_class: int, span: Sequence[int], *, acked_ms: int, limit: int
) -> int:
    """Mark up to `limit` unacknowledged rows with `span[0] <= seq <= span[1]` as acknowledged; return how many."""
    return connection.execute(
        f"UPDATE class{record_class} SET acked_ms = ? WHERE seq IN ("  # noqa: S608
        f"SELECT seq FROM class{record_class} WHERE seq BETWEEN ? AND ? AND acked_ms IS NULL ORDER BY seq LIMIT ?)",
        (acked_ms, span[0], span[1], limit),
    ).rowcount


def delete_acked(connection: sqlite3.Connection, record_class: int, *, until_ms: int, limit: int) -> int:
    """Remove up to `limit` rows acknowledged at or before `until_ms`, longest ago first; return how many."""
    return connection.execute(
        f"DELETE FROM class{record_class} WHERE seq IN ("  # noqa: S608
        f"SELECT seq FROM class{record_class} WHERE acked_ms <= ? ORDER BY acked_ms, seq LIMIT ?)",
        (until_ms, limit),
    ).rowcount


def offer_again(connection: sqlite3.Connection, record_class: int) -> int:
    """Make every acknowledged row of a class unacknowledged; return how many."""
    return connection.execute(
        f"UPDATE class{record_class} SET acked_ms = NULL WHERE acked_ms IS NOT NULL"  # noqa: S608
    ).rowcount


def delete_unacked(connection: sqlite3.Connection, record_class: int, span: Sequence[int], *, limit: int) -> int:
    """Remove up to `limit` unacknowledged rows with `span[0] <= seq <= span[1]`; return how many."""
    return connection.execute(
        f"DELETE FROM class{record_class} WHERE seq IN ("  # noqa: S608
        f"SELECT seq FROM class{record_class} WHERE seq BETWEEN ? AND ? AND acked_ms IS NULL ORDER BY seq LIMIT ?)",
        (span[0], span[1], limit),
    ).rowcount
