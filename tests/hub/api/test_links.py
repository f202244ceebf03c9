"""Links with a secret in them: the first administrator's start, and a screen of the wall."""

import logging

import httpx
import pytest

from hub.api.caller import SESSION_COOKIE, WALL_COOKIE
from hub.audit.verification import verify
from hub.storage import api_tokens, audit, first_admin, people, sessions
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.webs import answering

CHOICE = {"name": "rina", "password": "empat kata yang panjang", "again": "empat kata yang panjang"}
SCREEN = "192.0.2.7"


@pytest.fixture
def link(city: HubData) -> str:
    """The link of a hub that has no administrator yet."""
    with database.write(city.connection) as connection:
        connection.execute("DELETE FROM users")
        return f"/mulai/{first_admin.new_link(connection, now_real_ms=city.now_ms)}"


@pytest.fixture
def screen(city: HubData) -> str:
    """The link of a screen, for a day."""
    with database.write(city.connection) as connection:
        token = api_tokens.add(
            connection,
            name="layar",
            scopes="look",
            now_real_ms=city.now_ms,
            expires_real_ms=city.now_ms + 86_400_000,
            address=SCREEN,
        )
    return f"/layar/{token}"


def test_the_first_administrator_chooses_a_name_and_is_signed_in(hub: httpx.Client, city: HubData, link: str) -> None:
    page = hub.get(link)
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert link.rsplit("/", 1)[1] not in page.text, "the page repeats its own secret nowhere"
    answer = hub.post(link, data=CHOICE, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert "Keluar rina" in hub.get("/sungai").text
    user = people.user(city.connection, "rina")
    assert user is not None
    assert user.role == "admin"
    (row,) = audit.rows(city.connection, Wanted(action="user"))
    assert (row.actor, row.subject) == ("rina", "rina")
    (opened,) = sessions.of_user(city.connection, user.user_id, now_real_ms=city.now_ms)
    assert opened.place == "127.0.0.1", "who sees a session in the list knows where it began"
    assert '"place":"127.0.0.1"' in row.detail
    assert verify(audit.all_rows(city.connection), witnesses=(), say=print).damage is None


def test_the_link_works_once_and_for_a_day(hub: httpx.Client, clock: FakeClock, city: HubData, link: str) -> None:
    assert hub.post(link, data=CHOICE, follow_redirects=False).status_code == 303
    hub.cookies.clear()
    assert hub.get(link).status_code == 404
    assert hub.post(link, data=CHOICE | {"name": "budi"}).status_code == 404
    with database.write(city.connection) as connection:
        connection.execute("DELETE FROM users")
        late = f"/mulai/{first_admin.new_link(connection, now_real_ms=clock.now_ms())}"
    clock.advance(24 * 3600)
    assert hub.get(late).status_code == 404
    assert hub.get("/mulai/tebakan").status_code == 404


def test_where_there_is_an_administrator_no_link_makes_another(hub: httpx.Client, city: HubData, link: str) -> None:
    city.person("budi", "admin")
    assert hub.get(link).status_code == 404
    assert hub.post(link, data=CHOICE).status_code == 404
    assert people.user(city.connection, "rina") is None


@pytest.mark.parametrize(
    "wrong",
    [{"password": "pendek", "again": "pendek"}, {"again": "lain sama sekali"}, {"name": "shell:root"}, {"name": " "}],
)
def test_what_cannot_be_taken_is_said_and_the_link_still_works(
    hub: httpx.Client, link: str, wrong: dict[str, str]
) -> None:
    answer = hub.post(link, data=CHOICE | wrong, follow_redirects=False)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert CHOICE["password"] not in answer.text
    assert hub.post(link, data=CHOICE, follow_redirects=False).status_code == 303


def test_a_screen_looks_from_its_own_address_and_does_nothing_else(
    city: HubData, clock: FakeClock, screen: str
) -> None:
    with answering(city.path, clock=clock, is_open=False, place=SCREEN) as hub:
        answer = hub.get(screen, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/dinding")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert hub.get("/dinding").status_code == 200
        assert "Keluar" not in hub.get("/sungai").text
        assert hub.get("/simpul").status_code == 403
        assert hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 3}).status_code == 403
        cookie = hub.cookies[WALL_COOKIE]
        clock.advance(86_400)
        assert hub.get("/dinding", follow_redirects=False).status_code == 401
    with answering(city.path, clock=FakeClock(now_ms=city.now_ms), is_open=False, place="192.0.2.8") as elsewhere:
        assert elsewhere.get(screen).status_code == 404
        elsewhere.cookies.set(WALL_COOKIE, cookie)
        assert elsewhere.get("/dinding").status_code == 401
        assert elsewhere.get("/dinding", headers={"Authorization": f"Bearer {cookie}"}).status_code == 401
        elsewhere.cookies.clear()
        elsewhere.cookies.set(SESSION_COOKIE, cookie)
        assert elsewhere.get("/dinding").status_code == 401


def test_a_program_is_no_screen(city: HubData, clock: FakeClock) -> None:
    token = city.api_token()
    with answering(city.path, clock=clock, is_open=False) as hub:
        assert hub.get(f"/layar/{token}").status_code == 404
        hub.cookies.set(WALL_COOKIE, token)
        assert hub.get("/dinding").status_code == 401


def test_an_ipv4_address_in_the_dress_of_ipv6_is_the_same(city: HubData, clock: FakeClock, screen: str) -> None:
    with answering(city.path, clock=clock, is_open=False, place=f"::ffff:{SCREEN}") as hub:
        assert hub.get(screen, follow_redirects=False).status_code == 303


def test_no_secret_of_an_address_is_in_the_log_when_something_fails(
    hub: httpx.Client, city: HubData, link: str, screen: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="hub")
    city.connection.execute("DROP TABLE first_admin_link")
    city.connection.execute("DROP TABLE api_tokens")
    for path in (link, screen):
        assert hub.get(path).status_code == 500
        assert path.rsplit("/", 1)[1] not in caplog.text
    assert "GET /mulai/*** failed" in caplog.text


def test_the_page_of_a_link_that_is_none_does_not_repeat_it(hub: httpx.Client) -> None:
    answer = hub.get("/mulai/rahasia-sekali", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "rahasia-sekali" not in answer.text
