"""Brings the views of a city file into the database, and out again: place, camera, and what is drawn."""

from collections.abc import Iterator

from hub.drawing.changes import does_wipe
from hub.fleet.city_file import ViewEntry
from hub.fleet.standing import Standing, standing
from hub.storage import outlines, view_bindings, views
from hub.storage.connection import Connection
from hub.storage.views import CityView


def problems_of(connection: Connection, entries: tuple[ViewEntry, ...]) -> list[str]:
    """Return what would wipe a drawing unasked, put a revoked box where it does not stand, or a camera at two views."""
    held = {eye: one.view_id for eye, one in view_bindings.counting(view_bindings.all_bindings(connection)).items()}
    problems = list(_wiped(connection, entries))
    named: dict[tuple[str, str], str] = {}
    for one in entries:
        if one.node is None or one.source is None:
            continue
        eye = (one.node, one.source)
        if eye in named:
            problems.append(f"view {one.view}: camera {one.node}/{one.source} looks at {named[eye]} already. Keep one.")
        named.setdefault(eye, one.view)
        if held.get(eye) != one.view and standing(connection, one.node) is Standing.REVOKED:
            problems.append(
                f"view {one.view}: kotak {one.node} dicabut / this box is revoked. Tulis kotak penggantinya / write "
                "the one that replaced it: hub node list"
            )
    return problems


def _wiped(connection: Connection, entries: tuple[ViewEntry, ...]) -> Iterator[str]:
    """Yield a problem for each drawing that leaves nothing to count without both tables standing there empty."""
    drawn = outlines.newest(connection)
    for one in entries:
        drawing, held = one.drawing(), drawn.get(one.view)
        is_asked = one.zones is not None and one.lines is not None
        if drawing is not None and does_wipe(held.drawing if held else None, drawing) and not is_asked:
            yield (
                f"view {one.view}: tanpa zona dan garis kotak tidak menghitung apa pun. Bila memang begitu, tulis "
                "keduanya kosong / without zones and lines the box counts nothing. If that is meant, write both empty: "
                "zones = {}, lines = {}"
            )


def enter(connection: Connection, entries: tuple[ViewEntry, ...], *, now_ms: int) -> None:
    """Write the views down; inside a write, after `problems_of` found nothing."""
    for one in entries:
        views.save(
            connection,
            CityView(
                view_id=one.view,
                name=one.name,
                kelurahan=one.kelurahan,
                lat=one.lat,
                lon=one.lon,
                position=one.position,
            ),
        )
        drawing = one.drawing()
        if drawing is not None:
            outlines.add(connection, one.view, drawing, now_ms=now_ms, author=one.author, reason=one.reason)
        if one.node is not None and one.source is not None and standing(connection, one.node) is not Standing.REVOKED:
            view_bindings.bind(connection, node_id=one.node, source=one.source, view_id=one.view, now_ms=now_ms)


def written_down(connection: Connection) -> tuple[ViewEntry, ...]:
    """Return every view with its camera of now and the newest drawing."""
    counting = view_bindings.counting(view_bindings.all_bindings(connection))
    eyes = {one.view_id: eye for eye, one in counting.items()}
    drawn = outlines.newest(connection)
    entries = []
    for view in views.all_views(connection):
        node, source = eyes.get(view.view_id, (None, None))
        held = drawn.get(view.view_id)
        entries.append(
            ViewEntry(
                view=view.view_id,
                name=view.name,
                node=node,
                source=source,
                kelurahan=view.kelurahan,
                lat=view.lat,
                lon=view.lon,
                position=view.position,
                author=held.author if held else "",
                reason=held.reason if held else "",
                purpose=held.drawing.purpose if held else None,
                zones=held.drawing.zones if held else None,
                lines=held.drawing.lines if held else None,
            )
        )
    return tuple(entries)
