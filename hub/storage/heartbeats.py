"""Signs of life of the hub's own processes."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read


class Heartbeat(Struct, frozen=True, kw_only=True):
    """The last sign of life of one process."""

    process: str
    at_real_ms: int
    """CLOCK_BOOTTIME of this machine: comparable between processes, not over a reboot."""
    at_ms: int
    detail: str


def beat(connection: Connection, process: str, *, real_ms: int, now_ms: int, detail: str = "") -> None:
    """Leave a sign of life."""
    connection.execute(
        "INSERT INTO heartbeats (process, at_real_ms, at_ms, detail) VALUES (?, ?, ?, ?) ON CONFLICT (process)"
        " DO UPDATE SET at_real_ms = excluded.at_real_ms, at_ms = excluded.at_ms, detail = excluded.detail",
        (process, real_ms, now_ms, detail),
    )


def all_heartbeats(connection: Connection) -> dict[str, Heartbeat]:
    """Return process to its last sign of life."""
    found = read(connection, "SELECT process, at_real_ms, at_ms, detail FROM heartbeats", (), Heartbeat)
    return {one.process: one for one in found}
