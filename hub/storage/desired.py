"""The desired state of each node, in the version in force."""

from contract.desired import Desired
from contract.messages import decode_message, encode_message
from hub.storage.connection import Connection


def all_desired(connection: Connection) -> dict[str, Desired]:
    """Return node id to desired state."""
    rows = connection.execute("SELECT node_id, body FROM desired")
    return {node_id: decode_message(Desired, body) for node_id, body in rows}


def one(connection: Connection, node_id: str) -> Desired | None:
    """Return what a node should be, or None."""
    row = connection.execute("SELECT body FROM desired WHERE node_id = ?", (node_id,)).fetchone()
    return None if row is None else decode_message(Desired, row[0])


def save(connection: Connection, node_id: str, desired: Desired, *, now_ms: int) -> None:
    """Write down what a node should be."""
    connection.execute(
        "INSERT INTO desired (node_id, version, body, changed_ms) VALUES (?, ?, ?, ?) ON CONFLICT (node_id)"
        " DO UPDATE SET version = excluded.version, body = excluded.body, changed_ms = excluded.changed_ms",
        (node_id, desired.version, encode_message(desired), now_ms),
    )
