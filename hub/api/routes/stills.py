"""Pictures of views for programs: the list, and asking for one of now."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from hub.api.actor import Actor
from hub.api.house import Reader, TheHouse
from hub.api.pictures import ask_for_still, keeps_pictures, pictures_of
from hub.api.routes.answers import BUSY, INVALID, NOT_ALLOWED, NOT_FOUND, Answers
from hub.api.routes.times import MOST_MS
from hub.api.routes.views import one_view
from hub.api.shapes.shape import Problem
from hub.api.shapes.still import StillAsked, ViewStills
from hub.storage.board.stills import EVER_MS

LISTED, LISTED_MOST = 24, 200
ASKED: Answers = {
    409: {
        "model": Problem,
        "description": "This hub keeps no pictures, no camera looks there, or its box cannot be asked now",
    },
    429: {"model": Problem, "description": "Asked a moment ago, or very often; Retry-After says when again"},
}

router = APIRouter(prefix="/views", tags=["pictures"])


@router.get(
    "/{view_id}/stills",
    summary="The newest pictures of a view, blurred, and the newest request for one",
    responses=NOT_FOUND | NOT_ALLOWED | INVALID,
)
def stills(
    view_id: str,
    house: TheHouse,
    connection: Reader,
    before_ms: Annotated[int | None, Query(ge=0, le=MOST_MS, description="Only pictures taken before, UTC ms")] = None,
    limit: Annotated[int, Query(ge=1, le=LISTED_MOST)] = LISTED,
) -> ViewStills:
    """Return what is here, newest first; the pictures themselves stand at each one's address."""
    view = one_view(view_id, house, connection)
    return pictures_of(house, connection, view, before_ms=EVER_MS if before_ms is None else before_ms, limit=limit)


@router.post(
    "/{view_id}/stills",
    status_code=202,
    summary="Ask the camera for a picture of now; within 5 s it is in the list, or the request says why not",
    responses=NOT_FOUND | NOT_ALLOWED | ASKED | BUSY,
)
def ask(request: Request, view_id: str, house: TheHouse, actor: Actor) -> StillAsked:
    """Ask, or join the request that is open."""
    return ask_for_still(house, view_id, by=actor.name, keeps=keeps_pictures(request))
