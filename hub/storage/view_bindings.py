"""Which camera of which box looks at which view. The newest open binding of a camera, and of a view, counts."""

from msgspec import Struct

from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read


class ViewBinding(Struct, frozen=True, kw_only=True):
    """One camera at one view, from a time to a time (None: still)."""

    id: int
    node_id: str
    source: str
    view_id: str
    bound_ms: int
    ended_ms: int | None


def all_bindings(connection: Connection) -> list[ViewBinding]:
    """Return every binding, also ended ones, oldest first."""
    return read(connection, f"SELECT {columns_of(ViewBinding)} FROM view_bindings ORDER BY id", (), ViewBinding)  # noqa: S608 - our own names


def counting(bindings: list[ViewBinding]) -> dict[tuple[str, str], ViewBinding]:
    """Return (node, source) to its open binding; `bind` leaves one of a camera and one of a view."""
    return {(one.node_id, one.source): one for one in bindings if one.ended_ms is None}


def bind(connection: Connection, *, node_id: str, source: str, view_id: str, now_ms: int) -> None:
    """Bind a camera to a view and end what stood in the way; a binding that counts already stays."""
    held = counting(all_bindings(connection)).get((node_id, source))
    if held is not None and held.view_id == view_id:
        return
    connection.execute(
        "UPDATE view_bindings SET ended_ms = ? WHERE ended_ms IS NULL"
        " AND ((node_id = ? AND source = ?) OR view_id = ?)",
        (now_ms, node_id, source, view_id),
    )
    connection.execute(
        "INSERT INTO view_bindings (node_id, source, view_id, bound_ms) VALUES (?, ?, ?, ?)",
        (node_id, source, view_id, now_ms),
    )
    meta.bump_layout(connection)


def end_all(connection: Connection, *, node_id: str, now_ms: int) -> None:
    """End the open bindings of all cameras of a box."""
    connection.execute(
        "UPDATE view_bindings SET ended_ms = ? WHERE ended_ms IS NULL AND node_id = ?", (now_ms, node_id)
    )
    meta.bump_layout(connection)
