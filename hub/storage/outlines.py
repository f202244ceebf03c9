"""What is drawn on each view: purpose, zones and lines, in versions that are added and never changed."""

from msgspec import Struct

from contract.views import View
from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, to_json

VERSIONS_KEPT = 100
"""Of each view; the oldest go."""


class OutlineVersion(Struct, frozen=True, kw_only=True):
    """One drawing: by whom, when and why."""

    view_id: str
    version: int
    drawing: View
    saved_ms: int
    author: str = ""
    reason: str = ""


_SELECT = f"SELECT {columns_of(OutlineVersion)} FROM outlines"  # noqa: S608 - our own column names


def newest(connection: Connection) -> dict[str, OutlineVersion]:
    """Return view id to the drawing that counts."""
    # The outermost names are of the newest row: with one max() SQLite takes the bare columns from its row.
    rows = read(
        connection,
        "SELECT view_id, max(version) AS version, drawing, saved_ms, author, reason FROM outlines GROUP BY view_id",
        (),
        OutlineVersion,
        json=("drawing",),
    )
    return {row.view_id: row for row in rows}


def of_view(connection: Connection, view_id: str) -> list[OutlineVersion]:
    """Return the drawings of one view, newest first."""
    return read(
        connection, f"{_SELECT} WHERE view_id = ? ORDER BY version DESC", (view_id,), OutlineVersion, json=("drawing",)
    )


def add(connection: Connection, view_id: str, drawing: View, *, now_ms: int, author: str = "", reason: str = "") -> int:
    """Add a drawing unless the newest is the same; return the version that counts now."""
    held = of_view(connection, view_id)
    if held and held[0].drawing == drawing:
        return held[0].version
    version = held[0].version + 1 if held else 1
    connection.execute(
        f"INSERT INTO outlines ({columns_of(OutlineVersion)}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - as above
        (view_id, version, to_json(drawing), now_ms, author, reason),
    )
    connection.execute("DELETE FROM outlines WHERE view_id = ? AND version <= ?", (view_id, version - VERSIONS_KEPT))
    meta.bump_layout(connection)
    return version
