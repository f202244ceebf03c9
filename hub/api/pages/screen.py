"""The link that makes a browser one of the wall's screens: `hub user token add NAME --wall --address A` prints it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from hub.api.caller import WALL_COOKIE, place_of, screen_of
from hub.api.errors import NotFoundError
from hub.api.house import Reader, TheHouse
from hub.api.sign_in import set_cookie
from hub.storage import api_tokens

SECRET_LONGEST = 64

router = APIRouter(prefix="/layar", include_in_schema=False)


@router.get("/{secret}")
def open_screen(
    request: Request,
    secret: Annotated[str, Path(min_length=1, max_length=SECRET_LONGEST)],
    house: TheHouse,
    connection: Reader,
) -> Response:
    """Give the screen its cookie and lead to the wall; from any other address the link is none."""
    now_ms, place = house.real.now_ms(), place_of(request)
    token = api_tokens.of_secret(connection, secret, now_real_ms=now_ms)
    if token is None or screen_of(connection, secret, place=place, now_ms=now_ms) is None:
        raise NotFoundError(
            f"Tautan layar ini sudah berakhir, atau bukan untuk alamat ini ({place}).",
            f"This screen's link has ended, or is not for this address ({place}).",
        )
    response = RedirectResponse("/dinding", status_code=303, headers={"Referrer-Policy": "no-referrer"})
    life_s = (token.expires_real_ms - now_ms) // 1000
    set_cookie(response, secret, request, house, name=WALL_COOKIE, life_s=life_s)
    return response
