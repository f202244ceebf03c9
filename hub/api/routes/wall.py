"""The wall's snapshot."""

from fastapi import APIRouter

from hub.api.house import House, Reader, TheHouse
from hub.api.panorama import alarms_of, layout_of, nodes_of, processes_of, views_of, wall_station
from hub.api.shapes.view import wall_view
from hub.api.shapes.wall import CityFacts, Wall
from hub.storage import changes, meta
from hub.storage.board import stations
from hub.storage.connection import Connection

router = APIRouter(tags=["wall"])


@router.get("/wall", summary="Everything the wall shows, as of one change")
def wall(house: TheHouse, connection: Reader) -> Wall:
    """Return the snapshot; follow `/api/v1/events?since=<as_of>` from there."""
    return wall_of(connection, house)


def wall_of(connection: Connection, house: House) -> Wall:
    """Return the snapshot as of the newest change; what changes while it is read is told again by the stream."""
    as_of = f"{meta.db_epoch(connection)}-{changes.newest_id(connection)}"
    now_ms, rate = house.clock.now_ms(), house.clock.rate
    rows = stations.stations(connection, now_ms=now_ms)
    views = views_of(connection, now_ms=now_ms, rate=rate)
    layout = layout_of(rows, views)
    positions = {row.station_id: row.position for row in rows}
    return Wall(
        as_of=as_of,
        hub_ms=now_ms,
        rate=rate,
        version=house.version,
        city=CityFacts(
            name=house.city.name,
            zone_name=house.city.zone_name,
            utc_offset_h=house.city.utc_offset_h,
            words={str(severity): word for severity, word in house.city.words.items()},
            mark=house.city.mark,
        ),
        processes=processes_of(connection, real_ms=house.clock.real_ms()),
        layout=layout,
        stations=tuple(
            wall_station(connection, row, now_ms=now_ms, rate=rate, has_tile=row.station_id in layout.shown)
            for row in rows
        ),
        views=tuple(wall_view(view) for view in views if view.id in layout.views),
        alarms=alarms_of(connection, positions=positions, now_ms=now_ms, rate=rate),
        nodes=nodes_of(connection, now_ms=now_ms, rate=rate),
    )
