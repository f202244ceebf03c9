"""Spools (outbox files of boxes) and how much of each has arrived.

`covered`: committed, tombstoned or kept as a dead letter. `lost`: gone from the box without a word.
"""

from collections.abc import Iterable

from msgspec import Struct

from contract.seq_ranges import Range
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, to_json


class Spool(Struct, frozen=True, kw_only=True):
    """One outbox file of one box; `spool_no` is its short name inside the database and orders spools by first sight."""

    spool_no: int
    node_id: str
    spool_id: str
    producer: str
    """`gauge`, `camera`, `uplink`; empty until a hello has named it."""
    first_ms: int
    low: int
    next: int
    covered: list[Range]
    lost: list[Range]
    lost_count: int
    superseded: bool


class Marks(Struct, frozen=True, kw_only=True, gc=False):
    """What changes of a spool with a batch."""

    spool_no: int
    producer: str
    low: int
    next: int
    covered: list[list[int]]
    lost: list[list[int]]
    lost_count: int
    superseded: bool


_SELECT = f"SELECT {columns_of(Spool)} FROM spools"  # noqa: S608 - our own column names


def all_spools(connection: Connection) -> list[Spool]:
    """Return every spool in the order of first sight."""
    return read(connection, f"{_SELECT} ORDER BY spool_no", (), Spool, json=("covered", "lost"))


def of_node(connection: Connection, node_id: str) -> list[Spool]:
    """Return the spools of one node in the order of first sight."""
    return read(
        connection, f"{_SELECT} WHERE node_id = ? ORDER BY spool_no", (node_id,), Spool, json=("covered", "lost")
    )


def add(connection: Connection, *, node_id: str, spool_id: str, now_ms: int) -> int:
    """Write down a spool seen for the first time; return its number."""
    cursor = connection.execute(
        "INSERT INTO spools (node_id, spool_id, first_ms) VALUES (?, ?, ?)", (node_id, spool_id, now_ms)
    )
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT that did not raise has one
    return cursor.lastrowid


def save(connection: Connection, marks: Iterable[Marks]) -> None:
    """Write down where these spools stand now."""
    connection.executemany(
        "UPDATE spools SET producer = ?, low = ?, next = ?, covered = ?, lost = ?, lost_count = ?, superseded = ?"
        " WHERE spool_no = ?",
        [
            (
                mark.producer,
                mark.low,
                mark.next,
                to_json(mark.covered),
                to_json(mark.lost),
                mark.lost_count,
                mark.superseded,
                mark.spool_no,
            )
            for mark in marks
        ],
    )
