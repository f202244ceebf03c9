"""The page behind a link by which a person chooses a password: an administrator gives it, it works once, for a day.

The link is the right: no session, no CSRF token, and no `Origin` either, which browsers do not tell where no referrer
is told. Looking at it changes nothing.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from hub.api.caller import place_of
from hub.api.errors import NotFoundError
from hub.api.house import House, Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.sign_in import set_cookie
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.masking import Value
from hub.errors import PasswordError
from hub.passwords import verify_choice
from hub.storage import password_links, people, sessions
from hub.storage.connection import Connection
from hub.storage.people import PASSWORD_LONGEST, PASSWORD_SHORTEST, User
from hub.wall.wording import Wording

SECRET_LONGEST = 64
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
Secret = Annotated[str, Path(min_length=1, max_length=SECRET_LONGEST)]
Password = Annotated[str, Form(max_length=PASSWORD_LONGEST)]

router = APIRouter(prefix="/sandi", include_in_schema=False)


@router.get("/{secret}")
def choose_page(request: Request, secret: Secret, house: TheHouse, connection: Reader, wording: TheWording) -> Response:
    """Return the form."""
    return _form(request, house=house, wording=wording, user=_owner(connection, secret, house))


@router.post("/{secret}")
def choose(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request, secret: Secret, house: TheHouse, wording: TheWording, password: Password, again: Password
) -> Response:
    """Take the password, end the link and sign the person in."""
    place = place_of(request)
    with house.connections.reading() as connection:
        user = _owner(connection, secret, house)
    try:
        verify_choice(password, name=user.name)
    except PasswordError as problem:
        return _form(request, house=house, wording=wording, user=user, problem=str(problem))
    if password != again:
        other = wording.say("Kedua kata sandi tidak sama.")
        return _form(request, house=house, wording=wording, user=user, problem=other)
    with house.turns.turn(place):
        hashed = people.hash_of(password)
    session = _enter(house, secret, hashed=hashed, place=place)
    response = RedirectResponse("/dinding" if session else "/masuk", status_code=303, headers=_HEADERS)
    if session is not None:
        set_cookie(response, session, request, house, life_s=sessions.LONGEST_REAL_MS // 1000)
    return response


def _enter(house: House, secret: str, *, hashed: str, place: str) -> str | None:
    """Write the password down and begin a session, all or nothing; the link ends with it."""
    now_ms, now_real_ms = house.clock.now_ms(), house.real.now_ms()
    with house.connections.writing() as writer:
        user = _owner(writer, secret, house)  # again: somebody may have been faster
        people.set_password(writer, user.user_id, password_hash=hashed)
        detail: dict[str, Value] = {"is_new": False, "by": "link", "place": place}
        audit_log.note(
            writer, now_ms=now_ms, actor=user.name, action=Action.USER_SAVED, subject=user.name, detail=detail
        )
        return sessions.begin(writer, user.user_id, now_real_ms=now_real_ms, place=place)


def _owner(connection: Connection, secret: str, house: House) -> User:
    user = password_links.owner(connection, secret, now_real_ms=house.real.now_ms())
    if user is None:
        raise NotFoundError(
            "Tautan ini sudah dipakai, sudah lewat 24 jam, atau bukan dari hub ini. Minta yang baru kepada pengelola.",
            "This link was used, is older than 24 hours, or is not of this hub. Ask an administrator for a new one.",
        )
    return user


def _form(request: Request, *, house: House, wording: Wording, user: User, problem: str = "") -> Response:
    answer = page(
        request,
        "password_link.html",
        house=house,
        wording=wording,
        person=None,
        status=422 if problem else 200,
        problem=problem,
        whose=user.name,
        shortest=PASSWORD_SHORTEST,
    )
    answer.headers.update(_HEADERS)
    return answer
