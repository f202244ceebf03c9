"""Who asks: a signed-in person by cookie, a program by API token, a wall's screen by its own cookie, or nobody.

1. An `Authorization: Bearer` header decides alone; a wrong token is nobody, whatever cookies come with it.
2. A person's session goes before a screen's cookie, so an operator may sign in at the wall.
3. A screen's cookie counts only from the address that its token is bound to.
"""

import ipaddress
from typing import Annotated

from fastapi import Depends, Request
from msgspec import Struct

from hub.api import rights
from hub.api.house import House
from hub.api.rights import Right, Role
from hub.storage import api_tokens, sessions
from hub.storage.connection import Connection

SESSION_COOKIE = "jagawai_session"
WALL_COOKIE = "jagawai_wall"
HOST_ONLY = "__Host-"
"""Browsers keep a cookie of such a name only from this very host, by TLS: no neighbour can plant one."""


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks. `csrf` is empty where a browser sends nothing by itself; `key` stands for the secret that was shown."""

    name: str
    role: str
    rights: frozenset[Right]
    key: str
    csrf: str = ""
    user_id: str | None = None
    """Of the person: who is signed in, or who owns the token; None: nobody's."""

    def __repr__(self) -> str:
        """Return the caller without secrets."""
        return f"Caller({self.name!r}, {self.role!r})"

    def may(self, right: str) -> bool:
        """Answer whether they have a right; templates ask by its word."""
        return Right(right) in self.rights


def is_by_tls(request: Request, house: House) -> bool:
    """Answer whether this browser comes by TLS: all do where the city says so, others by the hub's own HTTPS."""
    return house.secure_cookies or request.url.scheme == "https"


def cookie_name(name: str, request: Request, house: House) -> str:
    """Return what a cookie is called on this way to the hub."""
    return HOST_ONLY + name if is_by_tls(request, house) else name


def place_of(request: Request) -> str:
    """Return the address that asks, an IPv4 one in its plain form."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def shows_secret(request: Request, house: House) -> bool:
    """Answer whether the request claims to come from somebody; if not, nothing has to be looked up."""
    names = [cookie_name(name, request, house) for name in (SESSION_COOKIE, WALL_COOKIE)]
    return _bearer(request) is not None or any(name in request.cookies for name in names)


def look_up(request: Request, house: House) -> Caller | None:
    """Return who asks, or None."""
    now_ms = house.real.now_ms()
    token = _bearer(request)
    with house.connections.reading() as connection:
        if token is not None:
            return _program(connection, token, place=place_of(request), now_ms=now_ms)
        session = request.cookies.get(cookie_name(SESSION_COOKIE, request, house), "")
        found = sessions.of_secret(connection, session, now_real_ms=now_ms) if session else None
        if found is None:
            screen = request.cookies.get(cookie_name(WALL_COOKIE, request, house), "")
            return screen_of(connection, screen, place=place_of(request), now_ms=now_ms) if screen else None
    if found.is_to_be_noted(now_ms):
        house.seen.note(house.connections.writing, found.key, now_ms=now_ms)
    return Caller(
        name=found.name,
        role=found.role,
        rights=rights.of_role(found.role),
        key=found.key,
        csrf=found.csrf,
        user_id=found.user_id,
    )


def screen_of(connection: Connection, token: str, *, place: str, now_ms: int) -> Caller | None:
    """Return the wall's screen of this token if it asks from its own address; `now_ms` is real time."""
    found = api_tokens.of_secret(connection, token, now_real_ms=now_ms)
    if found is None or found.address is None or found.address != place:
        return None
    return Caller(name=found.name, role=Role.WALL, rights=rights.GRANTS[Role.WALL], key=found.key)


def _program(connection: Connection, token: str, *, place: str, now_ms: int) -> Caller | None:
    found = api_tokens.of_secret(connection, token, now_real_ms=now_ms)
    if found is None:
        return None
    if found.address is not None:
        return screen_of(connection, token, place=place, now_ms=now_ms)
    granted = rights.of_scopes(found.scopes)
    if found.owner_role is not None:  # a person's own token does no more than they may now
        granted &= rights.of_role(found.owner_role)
    name = found.name if found.owner is None else f"{found.owner} ({found.name})"
    return Caller(name=name, role="", rights=granted, key=found.key, user_id=found.owner_id)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _caller(request: Request) -> Caller | None:
    """Return who the gate has found."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def _person(request: Request) -> Caller | None:
    """Return who is signed in with a session; a page greets nobody else."""
    found = _caller(request)
    return found if found is not None and found.csrf else None


TheCaller = Annotated[Caller | None, Depends(_caller)]
ThePerson = Annotated[Caller | None, Depends(_person)]
