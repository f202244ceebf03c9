"""The receipt page as a phone's browser and a chat's link preview see it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.api import receipts
from hub.api.house import Connections, House
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.storage import alerts, deliveries
from hub.storage.connection import Connection, write
from hub.wall.city import City
from tests.support.alerts import START_MS, change, hub_database, person
from tests.support.clocks import FakeClock

POLICY = AlertPolicy(phone="0911-123456")


class Browser:
    """Asks the application as a phone's browser would, each request on its own."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def request(self, method: str, path: str, *, follow_redirects: bool = True) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, path, follow_redirects=follow_redirects)

        return asyncio.run(ask())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, *, follow_redirects: bool = True) -> httpx.Response:
        return self.request("POST", path, follow_redirects=follow_redirects)


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    connection = hub_database(tmp_path, person("rt-1", Role.RT))
    with write(connection):
        desk.on_station_change(connection, change(3), policy=POLICY)
    return connection


@pytest.fixture
def browser(tmp_path: Path, connection: Connection) -> Iterator[Browser]:
    assert connection.total_changes
    house = House(
        connections=Connections(tmp_path / "hub.db"),
        clock=FakeClock(now_ms=START_MS + 60_000),
        city=City(mark="PERAGAAN 60x"),
        policy=POLICY,
        version="v",
        secure_cookies=False,
    )
    app = FastAPI()
    app.state.house = house
    app.include_router(receipts.router)
    yield Browser(app)
    house.connections.close()


def delivery_of(connection: Connection) -> Delivery:
    row = connection.execute("SELECT alert_id FROM alerts").fetchone()
    return deliveries.of_alert(connection, str(row[0]))[0]


def test_opening_the_link_shows_the_message_and_a_button_and_changes_nothing(
    browser: Browser, connection: Connection
) -> None:
    before = delivery_of(connection)
    browser.request("HEAD", f"/t/{before.token}")
    page = browser.get(f"/t/{before.token}").text
    assert "MENGUNGSI SEKARANG" in page
    assert "■</span> AWAS" in page
    assert "Untuk Orang rt-1 · dibuat 21 Nov 17:00 WIT" in page
    assert '<form method="post"><button type="submit">Sudah dibaca</button></form>' in page
    assert "PERAGAAN 60x" in page
    assert delivery_of(connection) == before


def test_pressing_the_button_reads_without_a_session_and_leads_back_to_the_page(
    browser: Browser, connection: Connection
) -> None:
    token = delivery_of(connection).token
    answer = browser.post(f"/t/{token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{token}")
    page = browser.get(f"/t/{token}").text
    assert "<strong>Terima kasih.</strong> Dibaca 21 Nov 17:01 WIT." in page
    assert "<button" not in page
    assert delivery_of(connection).state is DeliveryState.READ
    assert delivery_of(connection).read_ms == START_MS + 60_000


def test_pressing_twice_reads_once(browser: Browser, connection: Connection) -> None:
    token = delivery_of(connection).token
    assert [browser.post(f"/t/{token}").status_code for _ in range(2)] == [200, 200]
    assert connection.execute("SELECT count(*) FROM changes WHERE kind = 'delivery'").fetchone() == (1,)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_link_is_answered_kindly(browser: Browser, method: str) -> None:
    answer = browser.request(method, "/t/tidak-ada")
    assert answer.status_code == 404
    assert "Tautan ini tidak dikenal" in answer.text
    assert "Hubungi 0911-123456" in answer.text


def test_a_warning_that_is_over_says_so(browser: Browser, connection: Connection) -> None:
    token = delivery_of(connection).token
    with write(connection):
        desk.on_station_change(connection, change(0, at_ms=START_MS + 30_000), policy=POLICY)
        connection.execute("UPDATE alerts SET is_latched = 0")
    assert "Keadaan sekarang" not in browser.get(f"/t/{token}").text
    with write(connection):
        alert = alerts.list_open(connection)[0]
        connection.execute(
            "UPDATE alerts SET state = 'resolved', resolved_ms = ?, severity = 0 WHERE alert_id = ?",
            (START_MS + 60_000, alert.alert_id),
        )
    assert "Peringatan ini sudah selesai 21 Nov 17:01 WIT." in browser.get(f"/t/{token}").text


def test_a_message_that_was_overtaken_says_what_holds_now(browser: Browser, connection: Connection) -> None:
    token = delivery_of(connection).token
    with write(connection):
        connection.execute("UPDATE alerts SET severity = 1, is_latched = 0")
    assert "Keadaan sekarang: <strong>Waspada</strong>." in browser.get(f"/t/{token}").text


def test_the_token_is_neither_kept_nor_passed_on_by_the_browser(browser: Browser, connection: Connection) -> None:
    answer = browser.get(f"/t/{delivery_of(connection).token}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in answer.text


def test_a_name_with_markup_is_shown_as_text(browser: Browser, connection: Connection) -> None:
    with write(connection):
        connection.execute("UPDATE recipients SET name = '<b>RT</b>'")
    assert "&lt;b&gt;RT&lt;/b&gt;" in browser.get(f"/t/{delivery_of(connection).token}").text
