"""The start of the first administrator: a link of `hub user first-admin`, which works once, within a day.

The link is the right: no session, no CSRF token. Looking at it changes nothing.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from hub.api.caller import place_of
from hub.api.errors import NotFoundError
from hub.api.house import House, Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.rights import Role
from hub.api.sign_in import set_cookie
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.errors import PasswordError
from hub.passwords import verified_name, verify_choice
from hub.storage import first_admin, people, sessions
from hub.storage.connection import Connection
from hub.storage.people import NAME_LONGEST, PASSWORD_LONGEST, PASSWORD_SHORTEST
from hub.wall.wording import Wording

SECRET_LONGEST = 64
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
Secret = Annotated[str, Path(min_length=1, max_length=SECRET_LONGEST)]

router = APIRouter(prefix="/mulai", include_in_schema=False)


@router.get("/{secret}")
def start_page(request: Request, secret: Secret, house: TheHouse, connection: Reader, wording: TheWording) -> Response:
    """Return the form."""
    _verify_open(connection, secret, house)
    return _form(request, house=house, wording=wording)


@router.post("/{secret}")
def start(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    secret: Secret,
    house: TheHouse,
    wording: TheWording,
    name: Annotated[str, Form(max_length=NAME_LONGEST)],
    password: Annotated[str, Form(max_length=PASSWORD_LONGEST)],
    again: Annotated[str, Form(max_length=PASSWORD_LONGEST)],
) -> Response:
    """Make the administrator and sign them in; the link ends with it."""
    with house.connections.reading() as connection:
        _verify_open(connection, secret, house)
    try:
        name = verified_name(name)
        verify_choice(password, name=name)
    except PasswordError as problem:
        return _form(request, house=house, wording=wording, status=422, problem=str(problem), name=name)
    if password != again:
        other = wording.say("Kedua kata sandi tidak sama.")
        return _form(request, house=house, wording=wording, status=422, problem=other, name=name)
    with house.turns.turn(place_of(request)):
        password_hash = people.hash_of(password)
    session = _enter(house, secret, name=name, password_hash=password_hash, place=place_of(request))
    if session is None:
        taken = wording.say("Nama ini sudah dipakai.")
        return _form(request, house=house, wording=wording, status=422, problem=taken, name=name)
    response = RedirectResponse("/dinding", status_code=303, headers=_HEADERS)
    set_cookie(response, session, request, house, life_s=sessions.LONGEST_REAL_MS // 1000)
    return response


def _enter(house: House, secret: str, *, name: str, password_hash: str, place: str) -> str | None:
    """Write the administrator down and begin their session, all or nothing; None where the name is taken."""
    now_ms, now_real_ms = house.clock.now_ms(), house.real.now_ms()
    with house.connections.writing() as writer:
        _verify_open(writer, secret, house)  # again: somebody may have been faster
        if people.is_taken(writer, name):
            return None
        first_admin.close(writer)
        user_id = people.add(writer, name=name, password_hash=password_hash, role=Role.ADMIN, now_ms=now_ms)
        detail = {"role": Role.ADMIN.value, "by": "first-admin", "place": place}
        audit_log.note(writer, now_ms=now_ms, actor=name, action=Action.USER_SAVED, subject=name, detail=detail)
        return sessions.begin(writer, user_id, now_real_ms=now_real_ms, place=place)


def _verify_open(connection: Connection, secret: str, house: House) -> None:
    if not first_admin.is_open(connection, secret, now_real_ms=house.real.now_ms()):
        raise NotFoundError(
            "Tautan ini sudah dipakai, sudah lewat 24 jam, atau bukan dari hub ini. Minta yang baru: "
            "hub user first-admin.",
            "This link was used, is older than 24 hours, or is not of this hub. For a new one: hub user first-admin.",
        )


def _form(
    request: Request, *, house: House, wording: Wording, status: int = 200, problem: str = "", name: str = ""
) -> Response:
    answer = page(
        request,
        "first_admin.html",
        house=house,
        wording=wording,
        person=None,
        status=status,
        problem=problem,
        chosen_name=name,
        shortest=PASSWORD_SHORTEST,
    )
    answer.headers.update(_HEADERS)
    return answer
