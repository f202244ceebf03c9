"""One Chromium for all pages, and a flooded city on a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browsers import CHROMIUM, chromium
from tests.support.cities import flooded_city
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData

STANDING = 1e-6
"""Scaled seconds per real second: two pictures taken one after the other show the same time."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there. Try: apt-get install chromium")
    with chromium() as started:
        yield started


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood."""
    made = flooded_city(tmp_path / "hub.db")
    made.beat("ingest", at_real_ms=0)
    made.beat("dispatch", at_real_ms=0)
    yield made
    made.close()


@pytest.fixture
def clock(city: HubData) -> FakeClock:
    """The hub's clock, at the city's moment; only a test moves it."""
    return FakeClock(now_ms=city.now_ms, rate=STANDING)
