"""Pictures of boxes: whose they are and when they came, and how much each box has sent on a day."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

LEAST_COUNTED_BYTES = 16 * 1024
"""As much a blob counts at least, so that their number has a bound too; the schema says the same."""
ROWS_A_TIME = 200


class BlobRow(Struct, frozen=True, kw_only=True):
    """One file of one box; several boxes may have sent the same content."""

    sha256: str
    node_id: str
    bytes: int
    type: str
    """Of the content, as HTTP names it: `image/jpeg`."""
    received_ms: int
    """The hub's clock, UTC ms."""


_COLUMNS = columns_of(BlobRow)


def add(connection: Connection, row: BlobRow) -> None:
    """Write down that a box has sent a file; a row that is there stays."""
    connection.execute(
        f"INSERT INTO blobs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608 - our own column names
        (row.sha256, row.node_id, row.bytes, row.type, row.received_ms),
    )


def of_content(connection: Connection, sha256: str) -> list[BlobRow]:
    """Return a row for each box that has sent this content, the first to send it first."""
    sql = f"SELECT {_COLUMNS} FROM blobs WHERE sha256 = ? ORDER BY blob_no"  # noqa: S608 - our own column names
    return read(connection, sql, (sha256,), BlobRow)


def names_beginning(connection: Connection, digits: str) -> set[str]:
    """Return every content whose SHA-256 begins so."""
    found = connection.execute("SELECT DISTINCT sha256 FROM blobs WHERE sha256 GLOB ?", (f"{digits}*",))
    return {sha256 for (sha256,) in found}


def held_bytes(connection: Connection) -> int:
    """Return how much disk all of them are counted as."""
    (held,) = connection.execute("SELECT bytes FROM blobs_held").fetchone()
    return int(held)


def forget_some(connection: Connection, *, before_ms: int, share_bytes: int) -> dict[str, bool]:
    """Delete the oldest rows that are too old or too many; return their content, and if no row names it any more.

    Args:
        connection: inside a write.
        before_ms: what came before is too old.
        share_bytes: more than this is too much.
    """
    gone: set[str] = set()
    over_bytes = held_bytes(connection) - share_bytes
    oldest = connection.execute(
        "SELECT blob_no, sha256, bytes, received_ms FROM blobs ORDER BY blob_no LIMIT ?", (ROWS_A_TIME,)
    ).fetchall()
    for blob_no, sha256, length, received_ms in oldest:
        if received_ms >= before_ms and over_bytes <= 0:
            break
        connection.execute("DELETE FROM blobs WHERE blob_no = ?", (blob_no,))
        over_bytes -= max(length, LEAST_COUNTED_BYTES)
        gone.add(sha256)
    return {sha256: not of_content(connection, sha256) for sha256 in gone}


def sent_on(connection: Connection, day: int, *, node_id: str) -> tuple[int, int]:
    """Return what a box, and what all boxes together, have sent on a day, bytes."""
    sql = "SELECT sum(iif(node_id = ?, bytes, 0)), sum(bytes) FROM blob_days WHERE day = ?"
    own, everybody = connection.execute(sql, (node_id, day)).fetchone()
    return int(own or 0), int(everybody or 0)


def count_sent(connection: Connection, day: int, *, node_id: str, bytes_more: int) -> None:
    """Count what a box sends on a day; a negative figure is given back."""
    connection.execute(
        "INSERT INTO blob_days (day, node_id, bytes) VALUES (?, ?, max(0, ?))"
        " ON CONFLICT (day, node_id) DO UPDATE SET bytes = max(0, bytes + ?)",
        (day, node_id, bytes_more, bytes_more),
    )


def forget_days(connection: Connection, *, before: int) -> None:
    """Delete what was counted on earlier days."""
    connection.execute("DELETE FROM blob_days WHERE day < ?", (before,))
