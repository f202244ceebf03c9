"""The form by which a person asks a camera for a picture of now; refused, the page says why."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from hub.api.caller import TheCaller
from hub.api.errors import NotSignedInError, RefusedError
from hub.api.house import TheHouse
from hub.api.pages.page import TheWording
from hub.api.pages.views import view_answer
from hub.api.pictures import TooOftenError, ask_for_still, keeps_pictures

router = APIRouter(prefix="/kamera", include_in_schema=False)


@router.post("/{view_id}/lihat")
def look_now(request: Request, view_id: str, house: TheHouse, wording: TheWording, caller: TheCaller) -> Response:
    """Ask, and lead back; the page follows what comes of it."""
    if caller is None:
        raise NotSignedInError
    try:
        ask_for_still(house, view_id, by=caller.name, keeps=keeps_pictures(request))
    except (RefusedError, TooOftenError) as problem:
        with house.connections.reading() as connection:
            return view_answer(
                request,
                view_id,
                house=house,
                connection=connection,
                wording=wording,
                person=caller,
                status=problem.status,
                problem=problem.sentence_id if wording.language.code == "id" else problem.sentence_en,
            )
    return RedirectResponse(f"/kamera/{view_id}#gambar", status_code=303)
