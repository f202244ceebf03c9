"""Same key, other content: the sign of a cloned or corrupted box. Both bodies are kept; bounded, oldest go first."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

KEPT = 10_000


class Conflict(Struct, frozen=True, kw_only=True):
    """What is stored under a key, and what was offered under the same."""

    node_id: str
    spool_id: str
    seq: int
    stored: bytes
    offered: bytes
    received_ms: int


def add(connection: Connection, conflict: Conflict) -> bool:
    """Keep one, unless the very same was offered before, and drop what is over the bound; answer whether it is new."""
    key = (conflict.node_id, conflict.spool_id, conflict.seq, conflict.offered)
    if connection.execute(
        "SELECT 1 FROM conflicts WHERE node_id = ? AND spool_id = ? AND seq = ? AND offered = ?", key
    ).fetchone():
        return False
    cursor = connection.execute(
        f"INSERT INTO conflicts ({columns_of(Conflict)}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own columns
        (conflict.node_id, conflict.spool_id, conflict.seq, conflict.stored, conflict.offered, conflict.received_ms),
    )
    connection.execute("DELETE FROM conflicts WHERE id <= ?", ((cursor.lastrowid or 0) - KEPT,))
    return True


def of_node(connection: Connection, node_id: str, *, limit: int) -> list[Conflict]:
    """Return the newest conflicts of a node, newest first."""
    return read(
        connection,
        f"SELECT {columns_of(Conflict)} FROM conflicts WHERE node_id = ? ORDER BY id DESC LIMIT ?",  # noqa: S608 - as above
        (node_id, limit),
        Conflict,
    )
