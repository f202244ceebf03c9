"""Views as they stand now: place, camera, drawing, the newest counts and what is wrong with the camera."""

from collections.abc import Iterable

from msgspec import Struct

from hub.sightings.where import Eye, unbound_id
from hub.storage import bindings, cameras, faults, outlines, sightings, standings, view_bindings, views
from hub.storage.cameras import Camera
from hub.storage.connection import Connection
from hub.storage.faults import FaultNow
from hub.storage.outlines import OutlineVersion
from hub.storage.sightings import PlaceNow

UNBOUND_SHOWN_MS = 7 * 24 * 3_600_000
"""A camera that is bound to no view is shown for so long after its last word."""
CAMERA_FAULTS = ("camera_", "view_", "model_", "inference_")
"""How the codes of faults begin that no gauge has."""


class ViewRow(Struct, frozen=True, kw_only=True):
    """One view, or one camera that is bound to none; times UTC ms."""

    view_id: str
    """Of a camera without a view: `node.source`."""
    is_bound: bool
    """Whether the city knows it as a view."""
    name: str
    kelurahan: str
    lat: float | None
    lon: float | None
    position: int
    node_id: str | None
    source: str | None
    outline: OutlineVersion | None
    places: tuple[PlaceNow, ...]
    faults: tuple[FaultNow, ...]


def views_now(connection: Connection, *, now_ms: int) -> list[ViewRow]:
    """Return every view in the city's order, then the cameras that are bound to none by box and source."""
    eyes = {one.view_id: eye for eye, one in view_bindings.counting(view_bindings.all_bindings(connection)).items()}
    drawn = outlines.newest(connection)
    told = _places(connection, cameras.all_cameras(connection))
    wrong = _faults(faults.all_active(connection))
    rows = []
    for view in views.all_views(connection):
        eye = eyes.get(view.view_id)
        rows.append(
            ViewRow(
                view_id=view.view_id,
                is_bound=True,
                name=view.name,
                kelurahan=view.kelurahan,
                lat=view.lat,
                lon=view.lon,
                position=view.position,
                node_id=eye[0] if eye else None,
                source=eye[1] if eye else None,
                outline=drawn.get(view.view_id),
                places=tuple(told.get(eye, ())) if eye else (),
                faults=tuple(wrong.get(eye, ())) if eye else (),
            )
        )
    gauges = {(one.node_id, one.source) for one in bindings.all_bindings(connection)}
    gone = {row.node_id for row in standings.not_live(connection) if row.standing == "revoked"}
    fresh = {eye for eye, places in told.items() if places[0].received_ms > now_ms - UNBOUND_SHOWN_MS}
    blind = {eye for eye, held in wrong.items() if any(one.code.startswith(CAMERA_FAULTS) for one in held)} - gauges
    unbound = sorted(eye for eye in (fresh | blind) - set(eyes.values()) if eye[0] not in gone)
    return rows + [_unbound(eye, told.get(eye, ()), wrong.get(eye, ())) for eye in unbound]


def _unbound(eye: Eye, places: Iterable[PlaceNow], wrong: Iterable[FaultNow]) -> ViewRow:
    return ViewRow(
        view_id=unbound_id(eye),
        is_bound=False,
        name=f"{eye[0]} {eye[1]}",
        kelurahan="",
        lat=None,
        lon=None,
        position=0,
        node_id=eye[0],
        source=eye[1],
        outline=None,
        places=tuple(places),
        faults=tuple(wrong),
    )


def _places(connection: Connection, known: list[Camera]) -> dict[Eye, list[PlaceNow]]:
    """Return camera to the newest of its places, last heard first."""
    eyes = {one.camera_no: (one.node_id, one.source) for one in known}
    found: dict[Eye, list[PlaceNow]] = {}
    for place in sorted(sightings.all_now(connection), key=lambda one: (-one.received_ms, one.place)):
        if place.camera_no in eyes:
            found.setdefault(eyes[place.camera_no], []).append(place)
    return found


def _faults(active: list[FaultNow]) -> dict[Eye, list[FaultNow]]:
    found: dict[Eye, list[FaultNow]] = {}
    for fault in active:
        if fault.source:
            found.setdefault((fault.node_id, fault.source), []).append(fault)
    return found
