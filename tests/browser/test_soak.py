"""What only shows after a while: the wall's memory, and the hub's real thirty seconds of silence."""

import threading

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.storage import connection as database
from tests.support.browsers import watched
from tests.support.hub_data import HubData
from tests.support.processes import free_port
from tests.support.webs import StandingClock, serving

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

SECONDS = 60
CHANGES_PER_S = 100


def measured(page: Page) -> dict[str, float]:
    """Return heap in MB, nodes and listeners after a collection of garbage."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {"heap_mb": found["JSHeapUsedSize"] / 1e6, "nodes": found["Nodes"], "listeners": found["JSEventListeners"]}


def keep_changing(city: HubData, stop: threading.Event) -> None:
    """Let the water of every station move a hundred times a second."""
    connection = database.open(city.path)
    stations = ["wai-ruhu-1", "wai-batu-merah", "wai-tomu", "wai-batu-gajah"]
    number = 0
    while not stop.wait(1 / CHANGES_PER_S):
        number += 1
        station_id = stations[number % 4]
        with database.write(connection):
            connection.execute(
                "UPDATE station_now SET stage_cm = ? WHERE station_id = ?", (100 + number % 90, station_id)
            )
            connection.execute("INSERT INTO changes (at_ms, kind, ref) VALUES (0, 'station', ?)", (station_id,))
            if number % 10 == 0:
                connection.execute("INSERT INTO changes (at_ms, kind, ref) VALUES (0, 'alert', 'a-awas')")
    connection.close()


def test_the_wall_does_not_grow_while_a_hundred_changes_come_each_second(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    stop = threading.Event()
    changing = threading.Thread(target=keep_changing, args=(city, stop))
    with serving(city.path, clock=clock) as web, watched(browser) as seen:
        seen.page.goto(f"{web.base_url}/dinding")
        changing.start()
        try:
            seen.page.wait_for_timeout(5_000)
            before = measured(seen.page)
            seen.page.wait_for_timeout(1_000 * SECONDS)
            after = measured(seen.page)
        finally:
            stop.set()
            changing.join()
    assert after["heap_mb"] - before["heap_mb"] < 0.5, (before, after)
    assert abs(after["nodes"] / before["nodes"] - 1) < 0.1, (before, after)
    assert after["listeners"] == before["listeners"], (before, after)


def test_in_real_time_the_wall_says_within_thirty_seconds_that_the_hub_is_gone_and_heals_in_five(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    port = free_port()
    with watched(browser) as seen:
        body = seen.page.locator("body")
        with serving(city.path, clock=clock, port=port) as web:
            seen.page.goto(f"{web.base_url}/dinding")
            expect(body).to_have_attribute("data-link", "good")
        expect(body).to_have_attribute("data-link", "gone", timeout=31_000)
        for process in ("ingest", "dispatch"):
            city.beat(process, at_real_ms=clock.real_ms())
        with serving(city.path, clock=clock, port=port):
            expect(body).to_have_attribute("data-link", "good", timeout=5_000)
