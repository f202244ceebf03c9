"""A wall time is an annotation: whatever hour a broken clock writes, the alert is raised and every page is there."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.alerting import desk
from hub.alerting.routing import ALL_STATIONS, Recipient, Role
from hub.ingest.commit import Committer
from hub.storage import connection as database
from hub.storage import recipients
from tests.support.hub_worlds import STATION, HubWorld, reading
from tests.support.webs import answering

ABSURD_MS = 2**53
PAGES = ("/dinding", "/sungai", f"/sungai/{STATION}", "/simpul", "/alarm", "/api/v1/stations", "/api/v1/wall")


@pytest.fixture
def world(tmp_path: Path) -> HubWorld:
    made = HubWorld(tmp_path)
    made.committer = Committer(made.connection, made.memory, clock=made.clock, desk=desk, policy=made.policy)
    made.add_station()
    officer = Recipient(
        recipient_id="piket", name="Piket", role=Role.OFFICER, channel="webhook", target="http://127.0.0.1:9/"
    )
    with database.write(made.connection):
        recipients.save(made.connection, officer, station_ids=[ALL_STATIONS])
    return made


@pytest.fixture
def web(world: HubWorld) -> Iterator[httpx.Client]:
    with answering(world.path, clock=world.clock) as client:
        yield client


@pytest.mark.parametrize("clock", ["ntp", "rtc", "saved"])
@pytest.mark.parametrize("at_ms", [0, ABSURD_MS])
def test_an_awas_by_an_absurd_clock_is_raised_and_every_page_shows_it(
    world: HubWorld, web: httpx.Client, clock: str, at_ms: int
) -> None:
    world.hello(spools={"gauge": {"spool": "5e0c6f0a1b2c3d4e5f60718293a4b5c6", "low": 1, "next": 1}})
    world.batch([reading(seq, 240.0, at_ms=at_ms, clock=clock) for seq in range(1, 5)])
    assert world.now().rule_error is None
    assert [alert["severity"] for alert in web.get("/api/v1/alerts").json()] == [3]
    ((alert_id,),) = world.rows("SELECT alert_id FROM alerts")
    assert (alert_id, 3) in world.rows("SELECT alert_id, severity FROM deliveries")
    for is_stale in (False, True):
        world.rows("UPDATE station_now SET is_stale = ?, is_silent = ?", is_stale, is_stale)
        for page in (*PAGES, f"/alarm/{alert_id}", f"/api/v1/alerts/{alert_id}"):
            assert web.get(page).status_code == 200, page


@pytest.mark.parametrize("at_ms", [0, ABSURD_MS])
def test_readings_of_an_absurd_hour_can_be_asked_for(world: HubWorld, web: httpx.Client, at_ms: int) -> None:
    world.batch([reading(seq, 60.0, at_ms=at_ms) for seq in range(1, 3)])
    for form in ("json", "csv"):
        answer = web.get(f"/api/v1/stations/{STATION}/readings?step=raw&from=0&to={10**15 - 1}&format={form}")
        assert answer.status_code == 200
