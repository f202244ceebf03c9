"""The stream that pages follow: one row says that something is no longer what it was; the thing itself says how."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

Kind = Literal["station", "alert", "node", "delivery", "hub", "view"]


class Change(Struct, frozen=True, kw_only=True):
    """Something changed: `ref` is the id of the station, alert, node, delivery or view."""

    id: int
    at_ms: int
    kind: Kind
    ref: str
    sample_real_ms: int | None
    """CLOCK_BOOTTIME of this machine at the sample that caused it, where one did."""


_INSERT = "INSERT INTO changes (at_ms, kind, ref, sample_real_ms) VALUES (?, ?, ?, ?)"


def add(connection: Connection, *, at_ms: int, kind: Kind, ref: str, sample_real_ms: int | None = None) -> None:
    """Say that something changed."""
    connection.execute(_INSERT, (at_ms, kind, ref, sample_real_ms))


def add_all(connection: Connection, *, at_ms: int, kind: Kind, refs: Iterable[str]) -> None:
    """Say of several things of one kind that they changed."""
    connection.executemany(_INSERT, [(at_ms, kind, ref, None) for ref in refs])


def after(connection: Connection, change_id: int, *, limit: int) -> list[Change]:
    """Return the changes behind `change_id`, oldest first."""
    return read(
        connection,
        f"SELECT {columns_of(Change)} FROM changes WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608 - our own names
        (change_id, limit),
        Change,
    )


def oldest_id(connection: Connection) -> int:
    """Return the id of the oldest change still kept, 0 if there is none."""
    (oldest,) = connection.execute("SELECT coalesce(min(id), 0) FROM changes").fetchone()
    return int(oldest)


def newest_id(connection: Connection) -> int:
    """Return the id of the newest change, 0 if there never was one."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    return 0 if row is None else int(row[0])
