"""Readings of a doubted clock get their true hour by the first good record of their boot, whatever comes when."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.rivers import rollup_desk
from hub.storage import rollups
from hub.storage.board import series
from hub.storage.counters import READINGS_DATED
from hub.storage.rollups import STEPS_S
from tests.support.hub_worlds import OTHER_SPOOL, START_MS, STATION, HubWorld, reading, record

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
BEHIND_MS = 8 * HOUR_MS
WORLD = (START_MS - 24 * HOUR_MS, START_MS + 24 * HOUR_MS)


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    world = HubWorld(tmp_path)
    world.add_station()
    return world


def doubted(seq: int, stage_cm: float = 60.0, *, clock: str = "saved", **values: Any) -> dict[str, Any]:
    """Return a reading of minute `seq` by a clock eight hours behind."""
    told = reading(seq, stage_cm, **values)
    return told | {"at_ms": told["at_ms"] - BEHIND_MS, "clock": clock}


def anchor(seq: int, **values: Any) -> dict[str, Any]:
    """Return the word of minute `seq` that the clock is good now."""
    return record(seq, "clock_anchor", **({"clock": "hub", "step_ms": BEHIND_MS, "was": "saved"} | values))


def roll_up(hub: HubWorld) -> None:
    while hub.ticks.roll_up():
        pass


def charted(hub: HubWorld, step_s: int = 60) -> dict[int, float | None]:
    """Return minute to mean stage, of all that is in the roll-ups."""
    roll_up(hub)
    found = rollups.series(hub.connection, station_id=STATION, step_s=step_s, from_ms=WORLD[0], to_ms=WORLD[1])
    return {(one.start_ms - START_MS) // MINUTE_MS: one.mean_cm for one in found}


def told(hub: HubWorld) -> list[int]:
    """Return the minutes of all readings as the API lists them."""
    found = series.readings(hub.connection, STATION, from_ms=0, to_ms=WORLD[1])
    return [(one.at_ms - START_MS) // MINUTE_MS for one in found]


@pytest.mark.parametrize("clock", ["saved", "unsynced"])
def test_an_anchor_that_comes_later_dates_what_was_passed_over(hub: HubWorld, clock: str) -> None:
    hub.batch([doubted(1, 10.0, clock=clock), doubted(2, 20.0, clock=clock)])
    assert charted(hub) == {}
    hub.batch([anchor(3), reading(4, 40.0)])
    assert charted(hub) == {1: 10.0, 2: 20.0, 4: 40.0}
    assert hub.counters()[READINGS_DATED] == 2


def test_a_backlog_that_comes_after_its_anchor_is_dated_at_once(hub: HubWorld) -> None:
    hub.batch([anchor(3)])
    roll_up(hub)
    hub.batch([doubted(1, 10.0), doubted(2, 20.0)])
    assert charted(hub) == {1: 10.0, 2: 20.0}


def test_a_good_reading_dates_as_well_as_an_anchor(hub: HubWorld) -> None:
    hub.batch([doubted(1, 10.0), reading(2, 20.0)])
    assert charted(hub) == {1: 10.0, 2: 20.0}


def test_what_the_box_wrote_stays_and_the_list_of_readings_has_the_true_hour(hub: HubWorld) -> None:
    hub.batch([doubted(1), doubted(2)])
    hub.batch([reading(3)])
    roll_up(hub)
    assert told(hub) == [1, 2, 3]
    assert hub.rows("SELECT at_ms FROM records WHERE seq = 1") == [(START_MS + MINUTE_MS - BEHIND_MS,)]
    assert b'"clock": "saved"' in hub.rows("SELECT body FROM records WHERE seq = 1")[0][0]


def test_another_boot_and_another_spool_date_nothing(hub: HubWorld) -> None:
    hub.batch([doubted(1, 10.0), anchor(2, boot=2, up_ms=5)])
    hub.batch([anchor(1)], spool=OTHER_SPOOL)
    assert charted(hub) == {}
    assert hub.rows("SELECT dated_ms FROM records WHERE kind = 'reading'") == [(None,)]


def test_the_first_good_word_of_a_boot_stands(hub: HubWorld) -> None:
    hub.batch([doubted(1, 10.0), anchor(2)])
    roll_up(hub)
    step_ms = 10 * MINUTE_MS
    hub.batch([anchor(3, at_ms=START_MS + 3 * MINUTE_MS + step_ms), doubted(4, 40.0)])
    assert charted(hub) == {1: 10.0, 4: 40.0}


def test_a_second_time_over_changes_nothing(hub: HubWorld) -> None:
    batch = [doubted(1, 10.0), anchor(2)]
    hub.batch(batch)
    before = charted(hub)
    hub.batch(batch)
    hub.start()
    assert charted(hub) == before == {1: 10.0}
    assert hub.counters()[READINGS_DATED] == 1


def test_a_boot_is_dated_in_portions(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup_desk, "LATE_A_TIME", 3)
    hub.batch([doubted(seq) for seq in range(1, 8)])
    roll_up(hub)
    hub.batch([anchor(8)])
    most = done = 0
    while hub.ticks.roll_up():
        now = int(hub.rows("SELECT count(dated_ms) FROM records")[0][0])
        most, done = max(most, now - done), now
    assert (most, done) == (3, 7)
    assert len(charted(hub)) == 7


ARRIVALS = st.permutations(range(1, 13))
"""Two boots of six minutes each; the clock is good from the fourth minute of each on."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=ARRIVALS, portion=st.integers(1, 5), cuts=st.integers(1, 6))
def test_by_any_order_portions_and_restarts_every_reading_is_charted_once_at_its_hour(
    tmp_path_factory: pytest.TempPathFactory, arrivals: list[int], portion: int, cuts: int
) -> None:
    hub = HubWorld(tmp_path_factory.mktemp("hub"))
    hub.add_station()
    hub.clock.advance(12 * 60)
    words: dict[int, dict[str, Any]] = {}
    for seq in range(1, 13):
        boot, minute = divmod(seq - 1, 6)
        envelope: dict[str, Any] = {"boot": boot + 1, "up_ms": (minute + 1) * MINUTE_MS}
        words[seq] = (doubted if minute < 3 else reading)(seq, float(seq), **envelope)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollup_desk, "RECORDS_A_TIME", portion)
        patch.setattr(rollup_desk, "LATE_A_TIME", portion)
        for first in range(0, 12, cuts):
            hub.batch([words[seq] for seq in arrivals[first : first + cuts]], low=1, following=13)
            hub.ticks.roll_up()
            hub.start()
        assert charted(hub) == {seq: float(seq) for seq in range(1, 13)}
    for step_s in STEPS_S:
        found = rollups.series(hub.connection, station_id=STATION, step_s=step_s, from_ms=WORLD[0], to_ms=WORLD[1])
        assert sum(one.count for one in found) == 12
    assert told(hub) == list(range(1, 13))
    assert hub.counters()[READINGS_DATED] == 6
    hub.connection.close()


def test_readings_are_found_by_their_hour_through_an_index(hub: HubWorld) -> None:
    plan = hub.rows(
        "EXPLAIN QUERY PLAN SELECT id FROM records AS r WHERE r.spool_no = 1 AND r.kind = 'reading'"
        " AND coalesce(r.dated_ms, r.at_ms) >= 5 AND coalesce(r.dated_ms, r.at_ms) < 9"
    )
    assert "readings_by_hour (spool_no=? AND <expr>>? AND <expr><?)" in plan[0][3]


AHEAD_MS = 11 * MINUTE_MS
"""How far behind the boxes a hub's own clock is in these tests."""


def right(seq: int, stage_cm: float = 60.0, **values: Any) -> dict[str, Any]:
    """Return a reading by a clock that is right, told to a hub whose clock is behind."""
    told = reading(seq, stage_cm, **values)
    return told | {"at_ms": told["at_ms"] + AHEAD_MS}


def test_what_a_hub_behind_the_boxes_did_not_believe_is_charted_once_its_own_clock_is_right(hub: HubWorld) -> None:
    hub.batch([right(1, 10.0), right(2, 20.0)])
    assert charted(hub) == {}
    hub.clock.advance(AHEAD_MS / 1000 + 300)
    hub.batch([right(4, 40.0, boot=2, up_ms=5)])
    assert charted(hub) == {12: 10.0, 13: 20.0, 15: 40.0}


def test_an_earlier_boot_whose_hours_lie_after_the_next_began_stays_without_an_hour(hub: HubWorld) -> None:
    hub.batch([right(1, 10.0), right(2, 20.0)])
    hub.batch([reading(3, 40.0, boot=2, up_ms=5)])
    assert charted(hub) == {3: 40.0}


def test_an_earlier_boot_by_a_clock_that_never_was_good_stays_without_an_hour(hub: HubWorld) -> None:
    hub.batch([doubted(1), right(2, 20.0, clock="rtc")])
    hub.clock.advance(AHEAD_MS / 1000 + 300)
    hub.batch([right(4, 40.0, boot=2, up_ms=5)])
    assert charted(hub) == {15: 40.0}


@pytest.mark.parametrize("is_backlog", [False, True])
def test_what_counts_of_an_earlier_boot_is_its_newest_hour_in_whatever_order_it_came(
    hub: HubWorld, *, is_backlog: bool
) -> None:
    lead_ms = 30 * MINUTE_MS
    told = [reading(seq, at_ms=START_MS + seq * MINUTE_MS + lead_ms) for seq in range(1, 41)]
    for portion in (told[1:], told[:1]) if is_backlog else (told,):
        hub.batch(portion)
    hub.clock.advance(45 * 60)
    hub.batch([reading(50, 40.0, boot=2, up_ms=5, at_ms=hub.clock.now_ms())])
    assert charted(hub) == {45: 40.0}


def test_an_earlier_boot_of_long_ago_stays_without_an_hour(hub: HubWorld) -> None:
    hub.batch([reading(1, at_ms=1_000_000)])
    hub.batch([reading(2, 40.0, boot=2, up_ms=5)])
    assert charted(hub) == {2: 40.0}
    assert READINGS_DATED not in hub.counters()
