"""Exports: the raw readings and the roll-ups hold the same, and a long export costs its rows, not its span."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.api.readings import steps
from hub.storage import bindings, rollups
from hub.storage import connection as database
from hub.storage.board import series
from tests.support.hub_worlds import NODE, START_MS, STATION, HubWorld, reading

OTHER, END_MS = "wai-tomu-1", 2**53 + 1
YEAR_MS = 365 * 86_400_000
HOURS = st.one_of(st.just(START_MS - YEAR_MS), st.integers(START_MS - 3_600_000, START_MS + 600_000))


def raw_hours(hub: HubWorld, station_id: str) -> list[int]:
    return [one.at_ms for one in series.readings(hub.connection, station_id, from_ms=0, to_ms=END_MS)]


def summed_hours(hub: HubWorld, station_id: str) -> list[int]:
    """Return the start of the minute of every reading in the roll-ups, one for each."""
    found = rollups.series(hub.connection, station_id=station_id, step_s=60, from_ms=0, to_ms=END_MS)
    return [bucket.start_ms for bucket in found for _ in range(bucket.count)]


def bucket(start_ms: int) -> rollups.Bucket:
    return rollups.Bucket(
        station_id=STATION, start_ms=start_ms, count=1, mean_cm=60.0, min_cm=60.0, max_cm=60.0, worst_flag=1
    )


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    world = HubWorld(tmp_path)
    world.add_station()
    return world


def test_readings_timed_before_their_gauge_was_ever_bound_are_in_both(hub: HubWorld) -> None:
    hub.batch([reading(1, at_ms=START_MS - YEAR_MS), reading(2, at_ms=START_MS - 60_000), reading(3)])
    hub.ticks.roll_up()
    assert raw_hours(hub, STATION) == [START_MS - YEAR_MS, START_MS - 60_000, START_MS + 180_000]
    assert len(summed_hours(hub, STATION)) == 3


def test_what_a_gauge_says_after_another_took_its_place_is_in_neither(hub: HubWorld) -> None:
    hub.clock.advance(600)
    with database.write(hub.connection):
        bindings.bind(hub.connection, node_id="n-other1", source="g1", station_id=STATION, now_ms=hub.clock.now_ms())
    hub.start()
    hub.batch([reading(1), reading(20)])
    hub.ticks.roll_up()
    assert raw_hours(hub, STATION) == [START_MS + 60_000]
    assert summed_hours(hub, STATION) == [START_MS + 60_000]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(HOURS, min_size=1, max_size=12), moved_at_s=st.integers(1, 3600), ended_for_s=st.integers(0, 3600)
)
def test_wherever_a_gauge_stood_raw_readings_and_roll_ups_agree(
    tmp_path_factory: pytest.TempPathFactory, hours: list[int], moved_at_s: int, ended_for_s: int
) -> None:
    hub = HubWorld(tmp_path_factory.mktemp("hub"))
    hub.add_station()
    hub.clock.advance(moved_at_s)
    with database.write(hub.connection):
        bindings.end(hub.connection, node_id=NODE, source="g1", now_ms=hub.clock.now_ms())
    hub.clock.advance(ended_for_s)
    hub.add_station(OTHER)
    hub.batch([reading(seq, at_ms=at_ms) for seq, at_ms in enumerate(hours, 1)])
    hub.ticks.roll_up()
    for station_id in (STATION, OTHER):
        minutes = [at_ms // 60_000 * 60_000 for at_ms in raw_hours(hub, station_id)]
        assert minutes == summed_hours(hub, station_id)
    hub.connection.close()


def test_an_export_over_all_of_time_asks_as_often_as_there_are_rows(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.readings.CHUNK_STEPS", 2)
    starts_ms = [0, *range(START_MS, START_MS + 240_000, 60_000), 2**53 // 60_000 * 60_000]
    with database.write(hub.connection):
        rollups.merge(hub.connection, 60, [bucket(start_ms) for start_ms in starts_ms])
    asked: list[str] = []
    hub.connection.set_trace_callback(asked.append)
    found = [one.at_ms for one in steps(hub.connection, STATION, step="60", from_ms=-(2**53), to_ms=END_MS)]
    hub.connection.set_trace_callback(None)
    assert found == starts_ms
    assert len(asked) == 4


def test_each_piece_of_a_raw_export_begins_where_the_last_ended(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.board.series.CHUNK_ROWS", 2)
    told = [START_MS, START_MS, START_MS, START_MS + 1, START_MS + 1, START_MS + 2]
    hub.batch([reading(seq, at_ms=at_ms) for seq, at_ms in enumerate(told, 1)])
    asked: list[str] = []
    hub.connection.set_trace_callback(asked.append)
    assert raw_hours(hub, STATION) == told
    hub.connection.set_trace_callback(None)
    begins = [int(sql.split(">= max(")[1].split(",")[0]) for sql in asked]
    assert begins == [0, START_MS, START_MS + 1, START_MS + 2]


def test_four_times_the_span_of_a_raw_export_is_four_times_the_work_not_sixteen(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.storage.board.series.CHUNK_ROWS", 10)
    for first in range(1, 1_601, 100):
        hub.batch([reading(seq, at_ms=START_MS - YEAR_MS + seq * 3_600_000) for seq in range(first, first + 100)])
    work: list[int] = []
    for days in (16, 64):
        steps_taken: list[int] = []
        hub.connection.set_progress_handler(lambda taken=steps_taken: taken.append(1), 100)  # type: ignore[misc]
        to_ms = START_MS - YEAR_MS + days * 86_400_000
        found = sum(1 for _ in series.readings(hub.connection, STATION, from_ms=0, to_ms=to_ms))
        hub.connection.set_progress_handler(None, 0)
        assert found == days * 24 - 1
        work.append(len(steps_taken))
    assert work[1] < 5 * work[0]
