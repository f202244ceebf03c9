"""Who asks: a signed-in user by cookie, or a program by API token.

A cookie alone changes nothing: what a user does by form or script carries the session's CSRF token too. An API token
is never sent by a browser on its own, so it needs none. After five wrong passwords in a minute a place waits.
"""

import secrets
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from hub.api.errors import ForbiddenError, NotSignedInError, TooManyAttemptsError
from hub.api.house import House, Reader, TheHouse
from hub.storage import people
from hub.storage.connection import Connection
from hub.storage.people import Person

COOKIE = "jagawai_session"
CSRF_HEADER = "x-csrf-token"
ACTING_ROLES = ("admin", "operator")
WRONG_PASSWORDS = 5
WRONG_WITHIN_MS = 60_000
"""Real time."""
PLACES_MOST = 1_000


_token = HTTPBearer(scheme_name="token", description="An API token", auto_error=False)
_session = APIKeyCookie(
    name=COOKIE, scheme_name="session", description=f"Of /masuk; with its token in {CSRF_HEADER}", auto_error=False
)


def person_of(
    house: TheHouse,
    connection: Reader,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(_token)],
    session: Annotated[str | None, Security(_session)],
) -> Person | None:
    """Return who asks, or None."""
    if token is not None:
        return people.of_api_token(connection, token.credentials)
    return None if session is None else people.of_session(connection, session, now_ms=house.clock.now_ms())


ThePerson = Annotated[Person | None, Depends(person_of)]


def verify_acting(person: Person | None, csrf: str) -> Person:
    """Return the person if they may act.

    Raises:
        NotSignedInError: nobody is signed in.
        ForbiddenError: the CSRF token of the session is not there, or the right is not.
    """
    if person is None:
        raise NotSignedInError
    if person.csrf and not secrets.compare_digest(person.csrf.encode(), csrf.encode()):
        raise ForbiddenError(
            "Halaman ini sudah lama. Muat ulang halaman lalu coba lagi.",
            "This page is old: its CSRF token is missing or wrong. Load the page again and retry.",
        )
    if person.role not in ACTING_ROLES:
        raise ForbiddenError("Hanya operator yang boleh melakukan ini.", "Only an operator may do this.")
    return person


def actor_of(request: Request, person: ThePerson) -> Person:
    """Return who acts through the API; a session sends its CSRF token in a header."""
    return verify_acting(person, request.headers.get(CSRF_HEADER, ""))


Actor = Annotated[Person, Depends(actor_of)]


def check_attempts(house: House, place: str) -> None:
    """Refuse a place that has sent too many wrong passwords lately.

    Raises:
        TooManyAttemptsError: five within the last real minute.
    """
    now_ms = house.clock.real_ms()
    recent = [at_ms for at_ms in house.wrong_passwords.get(place, []) if now_ms - at_ms < WRONG_WITHIN_MS]
    if len(recent) < WRONG_PASSWORDS:
        return
    wait_s = max(1, round((WRONG_WITHIN_MS - (now_ms - recent[0])) / 1000))
    raise TooManyAttemptsError(
        f"Terlalu banyak kata sandi salah. Tunggu {wait_s} detik.",
        f"Too many wrong passwords. Wait {wait_s} seconds.",
        headers={"Retry-After": str(wait_s)},
    )


def note_wrong_password(house: House, place: str) -> None:
    """Remember a wrong password; the places longest quiet are forgotten first."""
    now_ms = house.clock.real_ms()
    recent = [at_ms for at_ms in house.wrong_passwords.pop(place, []) if now_ms - at_ms < WRONG_WITHIN_MS]
    house.wrong_passwords[place] = [*recent[-WRONG_PASSWORDS:], now_ms]
    while len(house.wrong_passwords) > PLACES_MOST:
        house.wrong_passwords.pop(next(iter(house.wrong_passwords)))


def verify_password(connection: Connection, house: House, *, place: str, name: str, password: str) -> str | None:
    """Return the id of the user who proves to be `name`, or None; `place` is where the attempt comes from.

    Raises:
        TooManyAttemptsError: too many wrong ones from there lately.
    """
    with house.password_turn:
        check_attempts(house, place)
        user_id = people.verify_password(connection, name=name, password=password)
        if user_id is None:
            note_wrong_password(house, place)
    return user_id


def set_cookie(response: Response, token: str, *, is_secure: bool) -> None:
    """Give the browser its session; scripts cannot read it, other sites cannot send it."""
    response.set_cookie(
        COOKIE, token, max_age=round(people.SESSION_REAL_S), httponly=True, samesite="lax", secure=is_secure, path="/"
    )
