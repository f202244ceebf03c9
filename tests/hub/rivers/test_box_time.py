"""Hours that people are told are the hub's where the clock of a box is not trusted, and left out where nobody knows."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.support.hub_worlds import SPOOL, START_MS, STATION, HubWorld, level, reading

BEHIND_MS = 8 * 3_600_000
HIGH_STATE = {"severity": 2, "threshold_version": 1}


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    world = HubWorld(tmp_path)
    world.add_station()
    return world


def behind(record: dict[str, Any], *, clock: str = "saved") -> dict[str, Any]:
    """Return a record as a box writes it whose clock stood still for eight hours."""
    since = {"since_ms": record["since_ms"] - BEHIND_MS} if record.get("since_ms") else {}
    return record | since | {"at_ms": record["at_ms"] - BEHIND_MS, "clock": clock}


def hello(hub: HubWorld, *, following: int) -> None:
    hub.hello(spools={"gauge": {"spool": SPOOL, "low": 1, "next": following}})


def rise(seq: int, *, since_seq: int | None = None, **values: Any) -> dict[str, Any]:
    since_ms = START_MS + (since_seq or seq) * 60_000
    return level(seq, 2, since_ms=since_ms, state=HIGH_STATE | {"since_ms": since_ms - BEHIND_MS}, **values)


@pytest.mark.parametrize("clock", ["saved", "unsynced"])
def test_a_live_rise_by_a_clock_eight_hours_behind_is_told_by_the_hubs(hub: HubWorld, clock: str) -> None:
    hello(hub, following=1)
    hub.clock.advance(60)
    hub.batch([behind(rise(1), clock=clock)])
    (change,) = hub.desk.changes
    now_ms = hub.clock.now_ms()
    assert (change.since_ms, change.sample_ms, change.decided_ms) == (now_ms, now_ms, now_ms)
    assert not change.is_late


def test_the_boot_clock_says_how_long_before_the_newest_record_the_hub_saw_the_rise(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.clock.advance(600)
    hub.batch([behind(reading(seq, stage_cm)) for seq, stage_cm in enumerate((60.0, 180.0, 181.0, 182.0, 183.0), 1)])
    rose = hub.desk.changes[-1]
    now_ms = hub.clock.now_ms()
    assert (rose.severity, rose.sample_ms, rose.since_ms) == (2, now_ms - 60_000, now_ms - 60_000)


def test_a_late_rise_by_a_clock_that_nobody_trusts_has_no_hour(hub: HubWorld) -> None:
    hub.clock.advance(3600)
    hello(hub, following=61)
    hub.batch([behind(rise(61, since_seq=20, cause={"code": "state"}))])
    (change,) = hub.desk.changes
    assert (change.is_late, change.since_ms, change.sample_ms, change.decided_ms) == (True, None, None, None)


def test_what_was_written_before_the_newest_hello_has_no_hour_either(hub: HubWorld) -> None:
    hello(hub, following=2)
    hub.batch([behind(rise(1))])
    (change,) = hub.desk.changes
    assert (change.is_late, change.since_ms, change.sample_ms) == (True, None, None)


def test_nothing_is_known_to_be_live_until_a_hub_that_begins_has_heard_a_hello(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.start()
    hub.batch([behind(rise(1))])
    assert hub.desk.changes[0].since_ms is None


def test_a_commit_that_failed_does_not_forget_what_is_live(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.memory.load(hub.connection)
    hub.batch([behind(rise(1))])
    assert hub.desk.changes[0].since_ms == hub.clock.now_ms()


def test_a_trusted_clock_is_believed(hub: HubWorld) -> None:
    hub.clock.advance(3600)
    hello(hub, following=61)
    held = {"since_ms": START_MS + 1_200_000}
    hub.batch([level(61, 2, state=HIGH_STATE | held, cause={"code": "state"}, **held)])
    (change,) = hub.desk.changes
    assert (change.is_late, change.since_ms, change.decided_ms) == (True, START_MS + 1_200_000, START_MS + 1_200_000)


def test_pages_are_given_the_hubs_reckoning_beside_what_the_box_wrote(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.clock.advance(600)
    hub.batch([behind(reading(seq, stage_cm)) for seq, stage_cm in enumerate((60.0, 180.0, 181.0, 182.0, 183.0), 1)])
    now, now_ms = hub.now(), hub.clock.now_ms()
    assert (now.is_since_doubted, now.since_hub_ms, now.since_ms) == (
        True,
        now_ms - 60_000,
        START_MS + 4 * 60_000 - BEHIND_MS,
    )
    assert (now.is_at_doubted, now.at_hub_ms, now.at_ms) == (True, now_ms, START_MS + 5 * 60_000 - BEHIND_MS)


def test_a_level_that_began_by_a_doubted_clock_stays_doubted_when_the_clock_is_good_again(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.clock.advance(60)
    hub.batch([behind(rise(1))])
    risen_ms = hub.clock.now_ms()
    hub.start()
    hub.clock.advance(60)
    hub.batch([reading(2, 180.0)])
    now = hub.now()
    assert (now.is_since_doubted, now.since_hub_ms) == (True, risen_ms)
    assert (now.is_at_doubted, now.at_hub_ms, now.at_ms) == (False, None, START_MS + 120_000)


def test_a_new_level_by_a_good_clock_is_doubted_no_longer(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.clock.advance(60)
    hub.batch([behind(rise(1))])
    hub.batch([level(2, 3, state={"severity": 3, "threshold_version": 1, "since_ms": START_MS + 120_000})])
    now = hub.now()
    assert (now.since_ms, now.is_since_doubted, now.since_hub_ms) == (START_MS + 120_000, False, None)


def test_of_what_a_doubted_clock_says_of_the_time_before_the_link_no_page_has_an_hour(hub: HubWorld) -> None:
    hub.clock.advance(3600)
    hello(hub, following=61)
    hub.batch([behind(rise(61, since_seq=20, cause={"code": "state"}))])
    now = hub.now()
    assert (now.is_since_doubted, now.since_hub_ms) == (True, None)
    assert now.at_hub_ms == hub.clock.now_ms()


def test_the_hour_of_a_backlog_by_a_doubted_clock_is_unknown(hub: HubWorld) -> None:
    hello(hub, following=2)
    hub.batch([behind(reading(1))])
    assert (hub.now().is_at_doubted, hub.now().at_hub_ms) == (True, None)


def test_what_a_good_clock_says_is_not_doubted(hub: HubWorld) -> None:
    hub.batch([reading(1), level(2, 2, state=HIGH_STATE | {"since_ms": START_MS + 120_000})])
    now = hub.now()
    assert (now.since_ms, now.is_since_doubted, now.is_at_doubted) == (START_MS + 120_000, False, False)


def test_other_thresholds_raise_a_level_by_the_hubs_own_clock(hub: HubWorld) -> None:
    hello(hub, following=1)
    hub.clock.advance(600)
    hub.batch([behind(reading(seq, 100.0)) for seq in range(1, 6)])
    assert hub.now().is_since_doubted
    place = hub.memory.layout.places[STATION]
    assert place.settings is not None
    limits = structs.replace(
        place.settings.thresholds, version=2, raise_cm=(90.0, 170.0, 220.0), clear_cm=(82.0, 162.0, 212.0)
    )
    settings = structs.replace(place.settings, thresholds=limits)
    moved = hub.memory.keeper.judge_again(dataclasses.replace(place, settings=settings))
    assert moved is not None
    now = moved.held.now
    assert (now.severity, now.since_ms, now.is_since_doubted) == (1, hub.clock.now_ms(), False)


def roll_up(hub: HubWorld) -> None:
    while hub.ticks.roll_up():
        pass


YEAR_MS = 365 * 86_400_000


@pytest.mark.parametrize(
    "off_ms", [10 * YEAR_MS, 1_000_000, -25 * YEAR_MS], ids=["years ahead", "minutes ahead", "2001"]
)
def test_a_hardware_clock_that_cannot_be_right_is_not_believed(hub: HubWorld, off_ms: int) -> None:
    hello(hub, following=1)
    hub.clock.advance(600)
    waters = (60.0, 180.0, 181.0, 182.0, 183.0)
    hub.batch(
        [
            reading(seq, stage_cm, clock="rtc", at_ms=START_MS + 300_000 + seq * 60_000 + off_ms)
            for seq, stage_cm in enumerate(waters, 1)
        ]
    )
    change, now_ms = hub.desk.changes[-1], hub.clock.now_ms()
    assert (change.severity, change.is_late, change.since_ms) == (2, False, now_ms - 60_000)
    assert (hub.now().at_hub_ms, hub.now().is_at_doubted, hub.now().is_stale) == (now_ms, True, False)
    roll_up(hub)
    assert hub.count("rollups_60") == 0
    hub.batch([reading(6, 184.0, at_ms=START_MS + 660_000)])
    roll_up(hub)
    assert hub.rows("SELECT min(start_ms), max(start_ms) FROM rollups_60") == [(START_MS + 360_000, START_MS + 660_000)]


def test_a_backlog_of_months_by_a_good_clock_is_believed(hub: HubWorld) -> None:
    hub.batch([reading(1, clock="ntp", at_ms=START_MS - YEAR_MS)])
    assert (hub.now().at_ms, hub.now().is_at_doubted) == (START_MS - YEAR_MS, False)


def test_a_clock_some_minutes_ahead_is_believed(hub: HubWorld) -> None:
    hub.batch([reading(1, clock="rtc", at_ms=hub.clock.now_ms() + 590_000)])
    assert not hub.now().is_at_doubted


@pytest.mark.parametrize(("rate", "is_doubted"), [(1.0, True), (60.0, True), (1000.0, False)])
def test_a_fast_clock_has_ten_real_seconds_at_least(tmp_path: Path, rate: float, *, is_doubted: bool) -> None:
    hub = HubWorld(tmp_path, rate=rate)
    hub.add_station()
    hub.batch([reading(1, clock="ntp", at_ms=hub.clock.now_ms() + 1_200_000)])
    assert hub.now().is_at_doubted == is_doubted
