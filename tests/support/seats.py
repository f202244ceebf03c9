"""People at browsers of one hub, signed in without a password: hashing takes time that a test need not spend."""

import re
from collections.abc import Callable

import httpx

from hub.api.caller import SESSION_COOKIE
from hub.storage import audit, people, sessions
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.hub_data import HubData

PLACE = "192.0.2.5"
Browser = Callable[[], httpx.Client]
"""Makes a browser of its own, with its own cookies."""


class Seat:
    """Somebody at a browser, signed in."""

    def __init__(self, client: httpx.Client, csrf: str) -> None:
        self.client, self.csrf = client, csrf

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers={"Accept": "text/html"})

    def post(self, path: str, **fields: object) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.csrf, **fields}, headers={"Accept": "text/html"})


def seated(city: HubData, client: httpx.Client, name: str, *, after_s: int = 0) -> Seat:
    """Sign somebody in, so many seconds after the city's moment."""
    now_ms = city.now_ms + 1000 * after_s
    user = people.user(city.connection, name)
    assert user is not None
    with database.write(city.connection) as connection:
        secret = sessions.begin(connection, user.user_id, now_real_ms=now_ms, place=PLACE)
    assert secret is not None
    session = sessions.of_secret(city.connection, secret, now_real_ms=now_ms)
    assert session is not None
    client.cookies.set(SESSION_COOKIE, secret)
    return Seat(client, session.csrf)


def person(city: HubData, name: str, role: str) -> str:
    """Add a person that nobody has to sign in as by password."""
    with database.write(city.connection) as connection:
        return people.add(connection, name=name, password_hash="", role=role, now_ms=city.now_ms)


def shown(answer: httpx.Response) -> str:
    """Return the secret that a page shows once."""
    found = re.search(r"<textarea readonly[^>]*>([^<]+)</textarea>", answer.text)
    assert found, answer.text
    return found.group(1)


def deeds(city: HubData) -> list[tuple[str, str, str]]:
    """Return who did what to whom, without signing in and out."""
    rows = [row for row in audit.rows(city.connection, Wanted()) if not row.action.startswith(("log.", "sign_in."))]
    return [(row.actor, row.action, row.subject) for row in rows]
