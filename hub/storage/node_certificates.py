"""Certificates of boxes, from the one of the claim (number 0) to the newest. What may follow: `hub.fleet.renewal`."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one


class NodeCertificate(Struct, frozen=True, kw_only=True):
    """One certificate of a box. Times are real, UTC ms."""

    number: int
    """Grows with time; 0 is the one of the claim."""
    node_id: str
    key_fingerprint: str
    chain: bytes
    """As it was given: the box's certificate and that of the issuing key, PEM."""
    issued_real_ms: int
    used_real_ms: int | None
    """When the box first came with it."""


_SELECT = f"SELECT {columns_of(NodeCertificate)} FROM all_node_certificates"  # noqa: S608 - our own column names


def of_node(connection: Connection, node_id: str) -> list[NodeCertificate]:
    """Return the certificates of a box, oldest first."""
    return read(connection, f"{_SELECT} WHERE node_id = ? ORDER BY number", (node_id,), NodeCertificate)


def of_key(connection: Connection, key_fingerprint: str) -> NodeCertificate | None:
    """Return the certificate that was given for a key, or None."""
    return read_one(connection, f"{_SELECT} WHERE key_fingerprint = ?", (key_fingerprint,), NodeCertificate)


def unclaimed(connection: Connection) -> list[str]:
    """Return the boxes that have a certificate and no claim, sorted: a restore has lost it."""
    sql = (
        "SELECT DISTINCT node_id FROM node_certificates WHERE node_id NOT IN"
        " (SELECT node_id FROM claims WHERE node_id IS NOT NULL) ORDER BY node_id"
    )
    return [node_id for (node_id,) in connection.execute(sql)]


def add(
    connection: Connection,
    *,
    node_id: str,
    key_fingerprint: str,
    chain: bytes,
    issued_real_ms: int,
    used_real_ms: int | None = None,
) -> None:
    """Write a certificate down as the box's newest."""
    connection.execute(
        "INSERT INTO node_certificates (node_id, key_fingerprint, chain, issued_real_ms, used_real_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (node_id, key_fingerprint, chain, issued_real_ms, used_real_ms),
    )


def note_used(connection: Connection, key_fingerprint: str, *, now_real_ms: int) -> None:
    """Write down that a box came with a certificate for the first time; later times change nothing."""
    connection.execute(
        "UPDATE node_certificates SET used_real_ms = ? WHERE key_fingerprint = ? AND used_real_ms IS NULL",
        (now_real_ms, key_fingerprint),
    )


def drop_unused(connection: Connection, node_id: str) -> None:
    """Take away what a box was given and never came with."""
    connection.execute("DELETE FROM node_certificates WHERE node_id = ? AND used_real_ms IS NULL", (node_id,))
