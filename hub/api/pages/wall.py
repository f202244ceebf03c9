"""The wall."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from hub.api.caller import ThePerson
from hub.api.house import Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.routes.wall import wall_of
from hub.api.shapes.alert import Alert
from hub.wall import timeline
from hub.wall.coast import COAST_SOURCE, WallMap, draw_map, pins
from hub.wall.wording import Wording

MAP_WIDTH, MAP_HEIGHT = 1884, 1520
EMBEDDED = {"stations": {"__all__": {"chart"}}}
"""Left out of the snapshot inside the page: the charts are drawn there already."""

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
    wall_map = _map(tuple(places.values()), house.city.map_pack)
    return page(
        request,
        "wall.html",
        house=house,
        wording=wording,
        person=person,
        wall=wall,
        stations_by_id={st.id: st for st in wall.stations},
        map=wall_map,
        pins=pins(places, wall_map.view),
        coast_source=COAST_SOURCE,
        others=others(wall.alarms.open, wording),
        ticks=timeline.ticks(now_ms=wall.hub_ms, city=house.city),
        marks=[mark.model_dump() | {"x": timeline.x_of(mark.at_ms, now_ms=wall.hub_ms)} for mark in wall.alarms.marks],
        snapshot=wall.model_dump_json(exclude=EMBEDDED),
    )


@lru_cache(maxsize=4)
def _map(places: tuple[tuple[float, float], ...], map_pack: Path | None) -> WallMap:
    return draw_map(places, map_pack=map_pack, width=MAP_WIDTH, height=MAP_HEIGHT)


def others(alerts: Sequence[Alert], wording: Wording) -> list[str]:
    """Return what is open beside the first alert, in two lines: the highest level, and everything below it."""
    counted = Counter(alert.severity if alert.kind == "level" else -1 for alert in alerts[1:])
    trouble = wording.say("gangguan")
    counts = [
        f"+{count} {wording.level(severity) if severity >= 0 else trouble}"
        for severity, count in sorted(counted.items(), reverse=True)
    ]
    return [*counts[:1], " · ".join(counts[1:])] if len(counts) > 1 else counts
