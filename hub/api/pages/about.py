"""Sources and licences."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from hub.api.caller import ThePerson
from hub.api.house import TheHouse
from hub.api.pages.page import TheWording, page
from hub.wall.sources import sources

router = APIRouter(include_in_schema=False)


@router.get("/tentang")
def about_page(request: Request, house: TheHouse, wording: TheWording, person: ThePerson) -> HTMLResponse:
    """Return where data, drawings and letters come from."""
    return page(
        request,
        "about.html",
        house=house,
        wording=wording,
        person=person,
        sources=sources(house.city.map_pack),
    )
