"""Sequence numbers that will not come any more: losses, what a rule dropped, what a restore cannot bring back."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

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


def replace_lost(
    connection: Connection, *, node_id: str, spool_id: str, lost: Iterable[Range], kind: Kind, found_ms: int
) -> None:
    """Write down anew what of a spool is lost: something believed lost has come after all."""
    connection.execute(
        "DELETE FROM gaps WHERE node_id = ? AND spool_id = ? AND kind IN ('loss', 'restore')", (node_id, spool_id)
    )
    add(
        connection,
        [
            Gap(
                node_id=node_id,
                spool_id=spool_id,
                first_seq=first,
                last_seq=last,
                kind=kind,
                reason="",
                found_ms=found_ms,
            )
            for first, last in lost
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
