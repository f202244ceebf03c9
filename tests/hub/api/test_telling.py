"""What changes come to, told from the database."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from hub.api.follower import REPLAY_LONGEST, replay
from hub.api.panorama import TILES
from hub.api.stream import Event
from hub.api.telling import Teller
from hub.storage import changes, meta
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData


def told(events: Sequence[Event]) -> list[tuple[str, str, Any]]:
    """Return (kind, id, data) of each event."""
    found = []
    for event in events:
        lines = dict(line.split(": ", 1) for line in event.payload.decode().strip().split("\n"))
        found.append((lines["event"], lines.get("id", ""), json.loads(lines["data"])))
    return found


@pytest.fixture
def epoch(city: HubData) -> str:
    return meta.db_epoch(city.connection)


@pytest.fixture
def teller(city: HubData, clock: FakeClock, epoch: str) -> Teller:
    return Teller(city.connection, clock=clock, epoch=epoch, version="v1")


def all_changes(city: HubData) -> list[changes.Change]:
    return changes.after(city.connection, 0, limit=10_000)


def test_a_station_that_changed_often_is_told_once_as_it_is_now(city: HubData, teller: Teller, epoch: str) -> None:
    for _ in range(3):
        city.change("station", "wai-ruhu-1", sample_real_ms=42)
    events = told(teller.events(all_changes(city)))
    assert [(kind, event_id) for kind, event_id, _ in events] == [("layout", ""), ("station", f"{epoch}-3")]
    station = events[1][2]
    assert (station["stage_cm"], station["severity"], station["sample_real_ms"]) == (226.4, 3, 42)
    assert station["chart"]["line"].startswith("M")


def test_alerts_and_deliveries_are_told_together_and_in_the_order_of_their_last_change(
    city: HubData, teller: Teller, epoch: str
) -> None:
    city.change("alert", "a-awas")
    city.change("node", "n-7f3k2m90")
    city.change("delivery", "a-awas-3-o1")
    events = told(teller.events(all_changes(city)))
    assert [(kind, event_id) for kind, event_id, _ in events] == [("nodes", f"{epoch}-2"), ("alarms", f"{epoch}-3")]
    assert events[1][2]["open"][0]["id"] == "a-awas"


def test_a_change_of_something_unknown_is_passed_over(city: HubData, teller: Teller) -> None:
    city.change("station", "gone")
    assert [kind for kind, _, _ in told(teller.events(all_changes(city)))] == ["layout"]


def test_a_change_of_the_hub_itself_asks_for_the_snapshot(city: HubData, teller: Teller, epoch: str) -> None:
    city.change("station", "wai-ruhu-1")
    city.change("hub", "layout")
    assert told(teller.events(all_changes(city))) == [("reset", f"{epoch}-2", {"as_of": f"{epoch}-2"})]


def test_with_many_stations_the_pressing_ones_have_a_tile_and_a_chart(city: HubData, teller: Teller) -> None:
    for number in range(6):
        city.add_station(f"more-{number}", f"Pos {number}", "Wai", lat=-3.7, lon=128.2, position=10 + number)
        city.set_now(f"more-{number}", stage_cm=20.0 + number)
        city.change("station", f"more-{number}")
    city.change("station", "wai-batu-merah")
    events = told(teller.events(all_changes(city)))
    layout = events[0][2]
    assert len(layout["shown"]) == TILES
    assert layout["shown"][:3] == ["wai-ruhu-1", "wai-batu-merah", "wai-tomu"]
    assert layout["folded"] == 6
    charts = {data["id"]: data["chart"] is not None for kind, _, data in events if kind == "station"}
    assert charts == {f"more-{number}": f"more-{number}" in layout["shown"] for number in range(6)} | {
        "wai-batu-merah": True
    }


def test_the_sign_of_life_has_no_id_so_a_replay_goes_on_from_the_last_change(teller: Teller, city: HubData) -> None:
    city.beat("ingest", at_real_ms=0)
    ((kind, event_id, tik),) = told([teller.tik(change_id=7)])
    assert (kind, event_id) == ("tik", "")
    assert tik["hub_ms"] == city.now_ms
    assert tik["processes"] == {"ingest_s": 0.0, "dispatch_s": None}


def test_a_client_that_was_away_is_told_what_it_missed_and_no_more(city: HubData, teller: Teller, epoch: str) -> None:
    city.change("station", "wai-ruhu-1")
    city.change("station", "wai-tomu")
    city.change("node", "n-7f3k2m90")
    events, newest = replay(city.connection, teller=teller, since=(epoch, 1))
    assert [event_id for _, event_id, _ in told(events)] == ["", f"{epoch}-2", f"{epoch}-3"]
    assert newest == 3


def test_a_client_that_missed_nothing_is_told_nothing(city: HubData, teller: Teller, epoch: str) -> None:
    city.change("station", "wai-ruhu-1")
    assert replay(city.connection, teller=teller, since=(epoch, 1)) == ([], 1)
    assert replay(city.connection, teller=teller, since=None) == ([], 1)


@pytest.mark.parametrize("away", ["another epoch", "too old", "from the future", "too far"])
def test_a_client_that_cannot_be_brought_up_to_date_is_told_to_begin_again(
    city: HubData, teller: Teller, epoch: str, away: str
) -> None:
    count = REPLAY_LONGEST + 2 if away == "too far" else 20
    city.connection.executemany(
        "INSERT INTO changes (at_ms, kind, ref) VALUES (?, 'node', 'n')", [(n,) for n in range(count)]
    )
    since = {
        "another epoch": ("other", 3),
        "too old": (epoch, 3),
        "from the future": (epoch, count + 5),
        "too far": (epoch, 1),
    }[away]
    if away == "too old":
        city.connection.execute("DELETE FROM changes WHERE id <= 10")
    events, newest = replay(city.connection, teller=teller, since=since)
    assert [kind for kind, _, _ in told(events)] == ["reset"]
    assert newest == count
