"""Cameras that ever counted something, each with a number that rows about it carry."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read

CAMERAS_MOST = 8
"""Of one box; what a box says of more stays among its records and is in no table."""


class Camera(Struct, frozen=True, kw_only=True):
    """One camera of one box."""

    camera_no: int
    node_id: str
    source: str
    first_ms: int


def all_cameras(connection: Connection) -> list[Camera]:
    """Return every camera, by box and source."""
    return read(connection, f"SELECT {columns_of(Camera)} FROM cameras ORDER BY node_id, source", (), Camera)  # noqa: S608 - our own names


def number(connection: Connection, node_id: str, source: str, *, now_ms: int) -> int | None:
    """Return the number of a camera, a new one where it has none; None: its box has too many."""
    row = connection.execute(
        "SELECT camera_no FROM cameras WHERE node_id = ? AND source = ?", (node_id, source)
    ).fetchone()
    if row is not None:
        return int(row[0])
    (held,) = connection.execute("SELECT count(*) FROM cameras WHERE node_id = ?", (node_id,)).fetchone()
    if held >= CAMERAS_MOST:
        return None
    cursor = connection.execute(
        "INSERT INTO cameras (node_id, source, first_ms) VALUES (?, ?, ?)", (node_id, source, now_ms)
    )
    return int(cursor.lastrowid or 0)
