"""Hours that people are told are the hub's where the clock of a box is not trusted, and left out where nobody knows."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.hub_worlds import SPOOL, START_MS, HubWorld, level, reading

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
