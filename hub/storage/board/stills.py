"""Pictures of a view, whichever camera looked at it when they were taken."""

from hub.sightings.where import stretches, unbound_id
from hub.storage import stills, view_bindings
from hub.storage.connection import Connection
from hub.storage.stills import StillRow

EVER_MS = 2**62


def of_view(connection: Connection, view_id: str, *, before_ms: int = EVER_MS, limit: int) -> list[StillRow]:
    """Return the newest pictures of a view, newest first; of a camera without one the id is its box, a dot, its source.

    Args:
        connection: to read with.
        view_id: of the view.
        before_ms: only those taken before, UTC ms.
        limit: most of them.
    """
    node_id, _, source = view_id.partition(".")
    if source:
        return stills.of_camera(connection, node_id, source, from_ms=0, to_ms=before_ms, limit=limit)
    looks = stretches(view_bindings.all_bindings(connection), view_id, from_ms=0, to_ms=before_ms)
    found = [
        still
        for one in looks
        for still in stills.of_camera(connection, *one.eye, from_ms=one.from_ms, to_ms=one.to_ms, limit=limit)
    ]
    return sorted(found, key=lambda one: (one.at_ms, one.still_no), reverse=True)[:limit]


def newest(connection: Connection, view_id: str) -> StillRow | None:
    """Return the newest picture of a view that is here, or None."""
    found = of_view(connection, view_id, limit=1)
    return found[0] if found else None


def ref_of(connection: Connection, node_id: str, source: str) -> str:
    """Return what a change of a camera's pictures is told of: its view now, or the camera itself."""
    held = view_bindings.counting(view_bindings.all_bindings(connection)).get((node_id, source))
    return unbound_id((node_id, source)) if held is None else held.view_id
