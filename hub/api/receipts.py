"""The page behind the link in a message: `GET /t/{token}` shows and changes nothing, `POST` says "Sudah dibaca".

The token is the right: no session, no CSRF token, no script. Chat programs fetch links to preview them, so looking must
never count as reading.
"""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.house import House, Reader, TheHouse
from hub.dispatch import receipts
from hub.dispatch.receipts import Receipt
from hub.wall.language import language
from hub.wall.pages import render
from hub.wall.wording import Wording

TOKEN_LONGEST = 64
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

router = APIRouter(prefix="/t", include_in_schema=False)
Token = Annotated[str, Path(min_length=1, max_length=TOKEN_LONGEST)]


@router.get("/{token}")
def show(token: Token, house: TheHouse, connection: Reader) -> Response:
    """Return the message and a button; change nothing."""
    return _page(house, receipts.look(connection, token))


@router.post("/{token}")
def read(token: Token, house: TheHouse) -> Response:
    """Note that the person has read the message, once, and lead back to the page."""
    with house.connections.writing() as connection:
        receipt = receipts.read(connection, token, now_ms=house.clock.now_ms())
    if receipt is None:
        return _page(house, None)
    return RedirectResponse(f"/t/{token}", status_code=303, headers=_HEADERS)


def _page(house: House, receipt: Receipt | None) -> HTMLResponse:
    wording = Wording(language=language("id"), city=house.city)
    text = render("receipt.html", wording=wording, receipt=receipt, phone=house.policy.phone)
    return HTMLResponse(text, status_code=200 if receipt else 404, headers=_HEADERS)
