"""One Chromium for all pages, and a flooded city on a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from contract.clock import SystemClock
from tests.support.browsers import CHROMIUM, chromium
from tests.support.cities import flooded_city
from tests.support.hub_data import HubData
from tests.support.webs import StandingClock

expect.set_options(timeout=20_000)
"""Not 5 s: three workers, each with a browser of its own, may share two cores. What is there is not waited for."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; one a module, for its driver keeps an event loop running that other tests would meet."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there. Try: apt-get install chromium")
    with chromium() as started:
        yield started


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood."""
    made = flooded_city(tmp_path / "hub.db")
    for process in ("ingest", "dispatch"):
        made.beat(process, at_real_ms=SystemClock().real_ms())
    yield made
    made.close()


@pytest.fixture
def clock(city: HubData) -> StandingClock:
    """The hub's clock, at the city's moment: two pictures taken one after the other show the same time."""
    return StandingClock(city.now_ms)
