"""The wall."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from hub.api.caller import ThePerson
from hub.api.house import Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.panorama import layout_of, views_of
from hub.api.recent_counts import recent_counts
from hub.api.routes.wall import wall_of
from hub.api.shapes.alert import Alert
from hub.wall import timeline
from hub.wall.coast import COAST_SOURCE, WallMap, draw_map, pins
from hub.wall.wording import Wording

MAP_WIDTH, MAP_HEIGHT = 1884, 1520
MAP_HEIGHT_OVER_VIEWS = 996
"""Where the tiles of cameras stand below it."""
UNREAD_OF_ALERT = {"decided_ms", "committed_ms", "rule_version", "is_latched", "borne_out_why", "shelved_why"}
EMBEDDED: dict[str, Any] = {
    "stations": {
        "__all__": {
            "chart": True,
            "decision_id": True,
            "kelurahan": True,
            "thresholds": {"author", "reason", "valid_from_ms"},
        }
    },
    "alarms": {"open": {"__all__": UNREAD_OF_ALERT}},
    "views": True,
}
"""Left out of the snapshot inside the page: what no script reads. Charts are drawn there already, and the hub writes
the tiles of cameras."""

router = APIRouter(include_in_schema=False)


@router.get("/")
def root() -> RedirectResponse:
    """Lead to the wall."""
    return RedirectResponse("/dinding", status_code=307)


@router.head("/dinding")
@router.get("/dinding")
def wall_page(
    request: Request, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return the wall with everything on it; scripts only keep it true."""
    wall = wall_of(connection, house)
    places = {st.id: (st.lon, st.lat) for st in wall.stations if st.lat is not None and st.lon is not None}
    height = MAP_HEIGHT_OVER_VIEWS if wall.layout.views else MAP_HEIGHT
    by_id = {view.id: view for view in wall.views}
    wall_map = _map(tuple(places.values()), house.city.map_pack, height)
    return page(
        request,
        "wall.html",
        house=house,
        wording=wording,
        person=person,
        wall=wall,
        stations_by_id={st.id: st for st in wall.stations},
        views_by_id=by_id,
        recents=recent_counts(
            connection,
            [by_id[view_id] for view_id in wall.layout.views],
            now_ms=wall.hub_ms,
            rate=house.clock.rate,
            wording=wording,
        ),
        map=wall_map,
        pins=pins(places, wall_map.view),
        coast_source=COAST_SOURCE,
        others=others(wall.alarms.open, wording),
        ticks=timeline.ticks(now_ms=wall.hub_ms, city=house.city),
        marks=[mark.model_dump() | {"x": timeline.x_of(mark.at_ms, now_ms=wall.hub_ms)} for mark in wall.alarms.marks],
        snapshot=wall.model_dump_json(exclude=EMBEDDED),
    )


@router.get("/dinding/kamera")
def wall_views(
    request: Request, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return the tiles of the wall's cameras alone, as the wall asks for them when one has changed."""
    now_ms, rate = house.clock.now_ms(), house.clock.rate
    views = views_of(connection, now_ms=now_ms, rate=rate)
    by_id = {view.id: view for view in views}
    shown = [by_id[view_id] for view_id in layout_of((), views).views]
    return page(
        request,
        "wall_views.html",
        house=house,
        wording=wording,
        person=person,
        shown=shown,
        recents=recent_counts(connection, shown, now_ms=now_ms, rate=rate, wording=wording),
    )


@lru_cache(maxsize=4)
def _map(places: tuple[tuple[float, float], ...], map_pack: Path | None, height: int) -> WallMap:
    return draw_map(places, map_pack=map_pack, width=MAP_WIDTH, height=height)


def others(alerts: Sequence[Alert], wording: Wording) -> list[str]:
    """Return what is open beside the first alert, in two lines: the highest level, and everything below it."""
    counted = Counter(alert.severity if alert.kind == "level" else -1 for alert in alerts[1:])
    trouble = wording.say("gangguan")
    counts = [
        f"+{count} {wording.level(severity) if severity >= 0 else trouble}"
        for severity, count in sorted(counted.items(), reverse=True)
    ]
    return [*counts[:1], " · ".join(counts[1:])] if len(counts) > 1 else counts
