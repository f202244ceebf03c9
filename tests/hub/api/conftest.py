"""A flooded city and a client to its hub, without a network."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.cities import flooded_city
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.seats import Browser, Seat, seated
from tests.support.webs import answering


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood."""
    made = flooded_city(tmp_path / "hub.db")
    yield made
    made.close()


@pytest.fixture
def clock(city: HubData) -> FakeClock:
    """The hub's clock, at the city's moment."""
    return FakeClock(now_ms=city.now_ms)


@pytest.fixture
def hub(city: HubData, clock: FakeClock) -> Iterator[httpx.Client]:
    """A client to the hub's application."""
    with answering(city.path, clock=clock) as client:
        yield client


@pytest.fixture
def browser(hub: httpx.Client) -> Browser:
    """Makes browsers at one hub, each with its own cookies."""

    def made() -> httpx.Client:
        return httpx.Client(transport=hub._transport, base_url="http://127.0.0.1")

    return made


@pytest.fixture
def admin(city: HubData, browser: Browser) -> Seat:
    """The one administrator, signed in."""
    return seated(city, browser(), "admin")
