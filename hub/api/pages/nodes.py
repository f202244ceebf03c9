"""Boxes of the fleet."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from hub.api.caller import ThePerson
from hub.api.house import Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.routes.nodes import all_nodes
from hub.storage import stations

router = APIRouter(prefix="/simpul", include_in_schema=False)


@router.get("")
def nodes_page(
    request: Request, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return every box as a row."""
    return page(
        request,
        "nodes.html",
        house=house,
        wording=wording,
        person=person,
        nodes=all_nodes(house, connection),
        names={station.station_id: station.name for station in stations.all_stations(connection)},
    )
