"""Pictures of cameras in the database: which are here, in which order, whose view, and how long."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.clock import ClockTrust
from hub.storage import connection as database
from hub.storage import stills, view_bindings
from hub.storage.board import stills as board
from tests.support.hub_data import HubData
from tests.support.sightings import watched_city
from tests.support.stills import MARKET_EYE, add_still

VIEW, OTHER = "pasar-mardika", ("n-7f3k2m99", "c1")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    made = watched_city(tmp_path / "hub.db", minutes=2)
    yield made
    made.close()


def ages_s(city: HubData, **wanted: int) -> list[float]:
    return [(city.now_ms - one.at_ms) / 1000 for one in board.of_view(city.connection, VIEW, **{"limit": 9, **wanted})]


def test_the_newest_comes_first_and_a_portion_ends_where_it_is_told(city: HubData) -> None:
    for number, ago_s in enumerate((7_200, 60, 3_600), 1):
        add_still(city, MARKET_EYE, ago_s=ago_s, number=number)
    assert ages_s(city) == [60, 3_600, 7_200]
    assert ages_s(city, limit=2) == [60, 3_600]
    assert ages_s(city, before_ms=city.now_ms - 3_600_000) == [7_200]


def test_a_view_keeps_its_pictures_when_another_camera_takes_over(city: HubData) -> None:
    add_still(city, MARKET_EYE, ago_s=60, number=1)
    with database.write(city.connection) as connection:
        view_bindings.bind(
            connection, node_id=OTHER[0], source=OTHER[1], view_id=VIEW, now_ms=city.now_ms - 30_000
        )  # fmt: skip
    add_still(city, MARKET_EYE, ago_s=10, number=2)
    assert ages_s(city) == [60], "what its old camera sees now is not this view"
    assert board.of_view(city.connection, ".".join(MARKET_EYE), limit=9)[0].at_ms == city.now_ms - 10_000


def test_the_hour_of_a_doubted_clock_is_when_it_was_heard_of_until_its_boot_is_dated(city: HubData) -> None:
    add_still(city, MARKET_EYE, ago_s=60, clock=ClockTrust.UNSYNCED)
    (doubted,) = board.of_view(city.connection, VIEW, limit=9)
    assert (doubted.is_at_doubted, doubted.at_ms) == (True, doubted.received_ms)
    city.insert("boots", spool_no=90, boot=1, zero_ms=city.now_ms - 10**9, is_waiting=0)
    (dated,) = board.of_view(city.connection, VIEW, limit=9)
    assert (dated.is_at_doubted, dated.at_ms) == (False, city.now_ms - 60_000)


def test_the_same_record_again_is_one_picture_and_old_ones_are_forgotten(city: HubData) -> None:
    for _ in range(2):
        add_still(city, MARKET_EYE, ago_s=90_000, number=1)
    add_still(city, MARKET_EYE, ago_s=60, number=2)
    assert len(ages_s(city)) == 2
    with database.write(city.connection) as connection:
        assert stills.forget_some(connection, before_ms=city.now_ms - 86_400_000) == 1
        assert stills.forget_some(connection, before_ms=city.now_ms - 86_400_000) == 0
    assert ages_s(city) == [60]
