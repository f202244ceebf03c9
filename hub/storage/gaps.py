"""Sequence numbers that will not come any more: losses, what a rule dropped, what a restore cannot bring back."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from contract.seq_ranges import Range
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

Kind = Literal["loss", "policy", "restore"]


class Gap(Struct, frozen=True, kw_only=True):
    """A range of a spool, both ends included.

    `loss`: gone without a word; `policy`: a tombstone stands for it; `restore`: came once, before a restore.
    """

    node_id: str
    spool_id: str
    first_seq: int
    last_seq: int
    kind: Kind
    reason: str
    found_ms: int


def add(connection: Connection, gaps: Iterable[Gap]) -> None:
    """Write down gaps."""
    connection.executemany(
        f"INSERT INTO gaps ({columns_of(Gap)}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own column names
        [(gap.node_id, gap.spool_id, gap.first_seq, gap.last_seq, gap.kind, gap.reason, gap.found_ms) for gap in gaps],
    )


def keep_lost(connection: Connection, *, node_id: str, spool_id: str, lost: Iterable[Range]) -> None:
    """Cut what was believed lost of a spool down to what still is, each piece of the kind that it was found as."""
    of_spool = "node_id = ? AND spool_id = ? AND kind IN ('loss', 'restore')"
    believed = read(
        connection,
        f"SELECT {columns_of(Gap)} FROM gaps WHERE {of_spool} ORDER BY id",  # noqa: S608 - our own column names
        (node_id, spool_id),
        Gap,
    )
    connection.execute(f"DELETE FROM gaps WHERE {of_spool}", (node_id, spool_id))  # noqa: S608 - as above
    still = list(lost)
    add(
        connection,
        [
            replace(gap, first_seq=max(first, gap.first_seq), last_seq=min(last, gap.last_seq))
            for gap in believed
            for first, last in still
            if first <= gap.last_seq and last >= gap.first_seq
        ],
    )


def newest(connection: Connection, *, limit: int) -> list[Gap]:
    """Return the newest gaps of all nodes, newest first."""
    return read(
        connection,
        f"SELECT {columns_of(Gap)} FROM gaps ORDER BY id DESC LIMIT ?",  # noqa: S608 - our own column names
        (limit,),
        Gap,
    )


def of_node(connection: Connection, node_id: str, *, limit: int) -> list[Gap]:
    """Return the newest gaps of a node, newest first."""
    return read(
        connection,
        f"SELECT {columns_of(Gap)} FROM gaps WHERE node_id = ? ORDER BY id DESC LIMIT ?",  # noqa: S608 - as above
        (node_id, limit),
        Gap,
    )
