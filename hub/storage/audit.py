"""Rows of the audit log. They are added here and read; the schema refuses everything else.

The log is the one table that is never thinned: about 200 bytes a row, 7 MB a year at 100 deeds a day.
"""

from collections.abc import Iterator

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of

_LEAST, _MOST = -(2**63), 2**63 - 1
"""Numbers that a row can have at all; ours begin at 1, somebody else's may not."""

ROWS_A_TIME = 1_000
"""Read in portions: no reader holds the write-ahead log for long."""


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """One deed. `at_ms` is the hub's clock; `detail` a JSON object as text; `hash` 64 hexadecimal digits."""

    n: int
    at_ms: int
    actor: str
    action: str
    subject: str
    detail: str
    hash: str


class Head(Struct, frozen=True, kw_only=True):
    """The newest row, by which the whole log is known."""

    n: int
    hash: str


class Wanted(Struct, frozen=True, kw_only=True):
    """Which rows; None is any. An action is named whole or by what stands before its dot: `alert`."""

    since_ms: int | None = None
    until_ms: int | None = None
    """Up to before this time."""
    actor: str | None = None
    action: str | None = None


GUARDS = ("audit_never_changes", "audit_never_shrinks", "audit_only_grows")
"""The triggers by which the schema refuses everything but adding."""

_SELECT = f"SELECT {columns_of(Row)} FROM audit"  # noqa: S608 - our own column names
_INSERT = f"INSERT INTO audit ({columns_of(Row)}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - as above


def is_there(connection: Connection) -> bool:
    """Answer whether this database has an audit log at all."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'audit'"
    return bool(connection.execute(sql).fetchone()[0])


def missing_guards(connection: Connection) -> list[str]:
    """Return which of the triggers that refuse changes are not there."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    there = {name for (name,) in connection.execute(sql)}
    return [name for name in GUARDS if name not in there]


def append(connection: Connection, row: Row) -> None:
    """Add the row behind the newest."""
    connection.execute(_INSERT, (row.n, row.at_ms, row.actor, row.action, row.subject, row.detail, row.hash))


def head(connection: Connection) -> Head | None:
    """Return the newest row's number and hash, None while there is no row."""
    found = connection.execute("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    return None if found is None else Head(n=found[0], hash=found[1])


def rows(connection: Connection, wanted: Wanted) -> Iterator[Row]:
    """Give the rows that are wanted, oldest first."""
    where, values = _where(wanted)
    return _portions(connection, where, values)


def newest(connection: Connection, wanted: Wanted, *, before_n: int | None, limit: int) -> list[Row]:
    """Return at most `limit` of the rows that are wanted, newest first; of those before row `before_n` where given."""
    where, values = _where(wanted)
    sql = f"{_SELECT} WHERE n < ?{where} ORDER BY n DESC LIMIT ?"
    return [_row(found) for found in connection.execute(sql, (before_n or _MOST, *values, limit))]


def count(connection: Connection, *, actor: str, action: str, since_ms: int, until_ms: int) -> int:
    """Return how often somebody did something from one time to another, both included; looks at no row before."""
    sql = "SELECT count(*) FROM audit WHERE at_ms BETWEEN ? AND ? AND actor = ? AND action = ?"
    return int(connection.execute(sql, (since_ms, until_ms, actor, action)).fetchone()[0])


def newest_of(connection: Connection, *, action: str, subject: str) -> Row | None:
    """Return the newest row of this deed to this subject, or None."""
    sql = f"{_SELECT} WHERE action = ? AND subject = ? ORDER BY n DESC LIMIT 1"
    found = connection.execute(sql, (action, subject)).fetchone()
    return None if found is None else _row(found)


def _where(wanted: Wanted) -> tuple[str, tuple[object, ...]]:
    where = (
        " AND (? IS NULL OR at_ms >= ?) AND (? IS NULL OR at_ms < ?) AND (? IS NULL OR actor = ?)"
        " AND (? IS NULL OR action = ? OR action GLOB ?)"
    )
    since_ms, until_ms, actor, named = wanted.since_ms, wanted.until_ms, wanted.actor, wanted.action
    return where, (since_ms, since_ms, until_ms, until_ms, actor, actor, named, named, f"{named}.*")


def _row(found: tuple[int, int, str, str, str, str, str]) -> Row:
    n, at_ms, actor, action, subject, detail, digest = found
    return Row(n=n, at_ms=at_ms, actor=actor, action=action, subject=subject, detail=detail, hash=digest)


def all_rows(connection: Connection) -> Iterator[Row]:
    """Give every row by number, also those that somebody wrote past this module: text that is none is replaced."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return _portions(connection, "", ())


def _portions(connection: Connection, where: str, values: tuple[object, ...]) -> Iterator[Row]:
    next_n = _LEAST
    sql = f"{_SELECT} WHERE n >= ?{where} ORDER BY n LIMIT {ROWS_A_TIME}"
    while True:
        portion = [_row(found) for found in connection.execute(sql, (next_n, *values))]
        yield from portion
        if len(portion) < ROWS_A_TIME or portion[-1].n == _MOST:
            return
        next_n = portion[-1].n + 1
