"""Payloads and records that could not be read, kept raw with the reason. Bounded; the oldest go first."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

PAYLOAD_MAX_BYTES = 64 * 1024
"""Of a longer payload the beginning is kept."""

TOTAL_MAX_BYTES = 64 * 1024 * 1024


class DeadLetter(Struct, frozen=True, kw_only=True):
    """One thing that could not be read."""

    node_id: str
    topic: str
    spool_id: str | None
    seq: int | None
    reason: str
    """`topic`, `batch`, `hello`, `gone` or `record`: what it should have been."""
    error: str
    payload: bytes
    received_ms: int


class StoredDeadLetter(DeadLetter, frozen=True, kw_only=True):
    """One with its number."""

    id: int


_FIELDS = columns_of(DeadLetter)


def add(connection: Connection, letter: DeadLetter) -> None:
    """Keep one, its payload cut to the bound."""
    connection.execute(
        f"INSERT INTO dead_letters ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own column names
        (
            letter.node_id,
            letter.topic,
            letter.spool_id,
            letter.seq,
            letter.reason,
            letter.error,
            letter.payload[:PAYLOAD_MAX_BYTES],
            letter.received_ms,
        ),
    )


def newest(connection: Connection, *, limit: int) -> list[StoredDeadLetter]:
    """Return the newest ones, newest first."""
    return read(
        connection,
        f"SELECT {columns_of(StoredDeadLetter)} FROM dead_letters ORDER BY id DESC LIMIT ?",  # noqa: S608 - as above
        (limit,),
        StoredDeadLetter,
    )


def size(connection: Connection) -> tuple[int, int]:
    """Return (how many there are, bytes of their payloads)."""
    count, size_bytes = connection.execute(
        "SELECT count(*), coalesce(sum(length(payload)), 0) FROM dead_letters"
    ).fetchone()
    return int(count), int(size_bytes)


def drop_oldest(connection: Connection, count: int) -> int:
    """Delete the oldest `count`; return the bytes of their payloads."""
    oldest = "SELECT id FROM dead_letters ORDER BY id LIMIT ?"
    (size_bytes,) = connection.execute(
        f"SELECT coalesce(sum(length(payload)), 0) FROM dead_letters WHERE id IN ({oldest})",  # noqa: S608 - as above
        (count,),
    ).fetchone()
    connection.execute(f"DELETE FROM dead_letters WHERE id IN ({oldest})", (count,))  # noqa: S608 - as above
    return int(size_bytes)
