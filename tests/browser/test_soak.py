"""What only shows after a while: the wall's memory, and the hub's real thirty seconds of silence."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from contract.clock import SystemClock
from hub.storage import connection as database
from tests.support.browsers import watched
from tests.support.hub_data import HubData
from tests.support.processes import Child, free_port, is_listening, wait_until
from tests.support.webs import StandingClock, serving

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

SECONDS = 60
CHANGES_PER_S = 100
LOOKS = 10


def measured(page: Page) -> dict[str, float]:
    """Return the least heap in MB, nodes and listeners of some looks: a page in the middle of a patch holds both."""
    looks = []
    for _ in range(LOOKS):
        looks.append(_look(page))
        page.wait_for_timeout(150)
    return {name: min(look[name] for look in looks) for name in looks[0]}


def _look(page: Page) -> dict[str, float]:
    """Return heap, nodes and listeners after a collection of garbage."""
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
    assert after["nodes"] / before["nodes"] < 1.1, (before, after)
    assert after["listeners"] <= before["listeners"], (before, after)


# Whoever ends right after a sign of life is missed latest.
NEXT_SIGN_OF_LIFE = """() => new Promise((heard) => {
  const stream = new EventSource("/api/v1/events");
  let signs = 0;
  stream.addEventListener("tik", () => {
    signs += 1;
    if (signs === 2) { stream.close(); heard(); }
  });
})"""
PAINTED_GONE = """() => new Promise((painted) => {
  const look = () => document.querySelector("#gone").innerText.includes("TAUTAN KE PUSAT TERPUTUS sejak")
    ? requestAnimationFrame(() => setTimeout(painted)) : requestAnimationFrame(look);
  look();
})"""


@contextlib.contextmanager
def pages_of(folder: Path, *, port: int, rate: float) -> Iterator[Child]:
    """Run the hub's pages as the process that they are, over the database in `folder`."""
    now_ms = SystemClock().now_ms()
    config = folder / "hub.toml"
    config.write_text(
        f"[clock]\nrate = {rate}\nanchor_real_ms = {now_ms}\nanchor_data_ms = {now_ms}\n"
        f"[broker]\nembedded = false\n[web]\nport = {port}\n",
        encoding="utf-8",
    )
    with Child([sys.executable, "-m", "hub", "web", "--config", config], log=folder / "web.log") as web:
        wait_until(lambda: is_listening(port), what="the pages to answer", deadline_s=30)
        yield web


@pytest.mark.parametrize("rate", [1.0, 60.0], ids=["a city", "a demo"])
def test_in_real_time_the_wall_says_within_thirty_seconds_that_the_hub_is_gone_and_heals_in_five(
    browser: Browser, city: HubData, rate: float
) -> None:
    port, folder = free_port(), city.path.parent
    with watched(browser) as seen:
        body = seen.page.locator("body")
        with pages_of(folder, port=port, rate=rate) as web:
            seen.page.goto(f"http://127.0.0.1:{port}/dinding")
            expect(body).to_have_attribute("data-link", "good")
            seen.page.evaluate(NEXT_SIGN_OF_LIFE)
            killed_ms = SystemClock().real_ms()
            web.kill()
            seen.page.evaluate(PAINTED_GONE)
            said_after_s = (SystemClock().real_ms() - killed_ms) / 1000
        assert said_after_s < 30.0
        for process in ("ingest", "dispatch"):
            city.beat(process, at_real_ms=SystemClock().real_ms())
        with pages_of(folder, port=port, rate=rate):
            back_ms = SystemClock().real_ms()
            expect(body).to_have_attribute("data-link", "good", timeout=5_000)
            healed_after_s = (SystemClock().real_ms() - back_ms) / 1000
    sys.stdout.write(f"rate {rate:g}: gone is said after {said_after_s:.1f} s, healed after {healed_after_s:.1f} s\n")
