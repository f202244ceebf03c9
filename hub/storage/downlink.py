"""What ingest still has to publish to boxes. Ingest alone talks to the broker; everybody else writes rows here.

Bound: one unsent row per command, and per node one for its desired state; a newer desired state takes its place.
"""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read


class Owed(Struct, frozen=True, kw_only=True):
    """One message that waits."""

    id: int
    node_id: str
    leaf: str
    payload: bytes
    retained: bool


def add(connection: Connection, *, node_id: str, leaf: str, payload: bytes, is_retained: bool, now_ms: int) -> None:
    """Owe a message to a box; a retained one replaces what still waits under the same leaf."""
    if is_retained:
        connection.execute("DELETE FROM downlink WHERE sent_ms IS NULL AND node_id = ? AND leaf = ?", (node_id, leaf))
    connection.execute(
        "INSERT INTO downlink (node_id, leaf, payload, retained, created_ms) VALUES (?, ?, ?, ?, ?)",
        (node_id, leaf, payload, is_retained, now_ms),
    )


def unsent(connection: Connection, *, limit: int) -> list[Owed]:
    """Return the oldest messages that wait for boxes that may hear them; the others wait for their box's release."""
    return read(
        connection,
        "SELECT id, node_id, leaf, payload, retained FROM downlink WHERE sent_ms IS NULL AND node_id NOT IN"
        " (SELECT node_id FROM standings_now WHERE standing <> 'live') ORDER BY id LIMIT ?",
        (limit,),
        Owed,
    )


def set_sent(connection: Connection, ids: list[int], *, now_ms: int) -> None:
    """Write down that these were handed to the broker, which promises nothing: boxes answer by themselves."""
    connection.executemany("UPDATE downlink SET sent_ms = ? WHERE id = ?", [(now_ms, owed_id) for owed_id in ids])
