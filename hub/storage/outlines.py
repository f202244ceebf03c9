"""What is drawn on each view: purpose, zones and lines, in versions that are added and never changed.

A version that a hub of today would not take (an older one did, or the file is damaged) counts as never saved: one
drawing must not keep the whole city from being read. The log names it.
"""

import logging
from functools import lru_cache

import msgspec
from msgspec import Struct
from msgspec.structs import replace

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


class _Row(Struct, frozen=True):
    view_id: str
    version: int
    drawing: str
    saved_ms: int
    author: str
    reason: str


_LOG = logging.getLogger(__name__)
_SELECT = f"SELECT {columns_of(OutlineVersion)} FROM outlines"  # noqa: S608 - our own column names


def newest(connection: Connection) -> dict[str, OutlineVersion]:
    """Return view id to the drawing that counts.

    Where the newest cannot be used it is the one before, without its purpose: what somebody has meant to be coarse
    since must not become clear again.
    """
    # The outermost names are of the newest row: with one max() SQLite takes the bare columns from its row.
    rows = read(
        connection,
        "SELECT view_id, max(version) AS version, drawing, saved_ms, author, reason FROM outlines GROUP BY view_id",
        (),
        _Row,
    )
    found = (_taken(row) or _before(connection, row) for row in rows)
    return {one.view_id: one for one in found if one is not None}


def newest_of(connection: Connection, view_id: str) -> OutlineVersion | None:
    """Return the newest drawing of one view that can be used."""
    rows = connection.execute(f"{_SELECT} WHERE view_id = ? ORDER BY version DESC", (view_id,))
    return next((one for one in (_taken(_Row(*row)) for row in rows) if one is not None), None)


def of_view(connection: Connection, view_id: str) -> list[OutlineVersion]:
    """Return the drawings of one view, newest first."""
    rows = read(connection, f"{_SELECT} WHERE view_id = ? ORDER BY version DESC", (view_id,), _Row)
    return [one for one in map(_taken, rows) if one is not None]


def _before(connection: Connection, row: _Row) -> OutlineVersion | None:
    found = newest_of(connection, row.view_id)
    return None if found is None else replace(found, drawing=replace(found.drawing, purpose=None))


def _taken(row: _Row) -> OutlineVersion | None:
    drawing = _drawing(row.view_id, row.version, row.drawing)
    if drawing is None:
        return None
    return OutlineVersion(
        view_id=row.view_id,
        version=row.version,
        drawing=drawing,
        saved_ms=row.saved_ms,
        author=row.author,
        reason=row.reason,
    )


@lru_cache(maxsize=512)
def _drawing(view_id: str, version: int, text: str) -> View | None:
    """Return what a row holds, None: it cannot be used; read once, for to verify its corners takes milliseconds."""
    try:
        return msgspec.json.decode(text, type=View)
    except msgspec.DecodeError as exc:
        _LOG.warning("drawing %d of view %s cannot be used: %s", version, view_id, exc)
        return None


def add(connection: Connection, view_id: str, drawing: View, *, now_ms: int, author: str = "", reason: str = "") -> int:
    """Add a drawing unless the newest is the same; return the version that counts now."""
    held = newest_of(connection, view_id)
    if held is not None and held.drawing == drawing:
        return held.version
    ever = connection.execute("SELECT max(version) FROM outlines WHERE view_id = ?", (view_id,)).fetchone()
    version: int = (ever[0] or 0) + 1
    connection.execute(
        f"INSERT INTO outlines ({columns_of(OutlineVersion)}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - as above
        (view_id, version, to_json(drawing), now_ms, author, reason),
    )
    connection.execute("DELETE FROM outlines WHERE view_id = ? AND version <= ?", (view_id, version - VERSIONS_KEPT))
    meta.bump_layout(connection)
    return version
