"""Roll-ups are the sum of the readings, by any portions, also over a crash between them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.rivers import rollup_desk
from hub.storage import bindings, rollups
from hub.storage import connection as database
from hub.storage.rollups import STEPS_S, Bucket
from tests.support.hub_worlds import START_MS, STATION, HubWorld, reading

HOUR_MS = 3_600_000


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    world = HubWorld(tmp_path)
    world.add_station()
    return world


def summed(hub: HubWorld, step_s: int, station_id: str = STATION) -> list[Bucket]:
    while hub.ticks.roll_up():
        pass
    return rollups.series(
        hub.connection, station_id=station_id, step_s=step_s, from_ms=START_MS - HOUR_MS, to_ms=START_MS + 9 * HOUR_MS
    )


def test_a_minute_has_mean_lowest_and_highest(hub: HubWorld) -> None:
    hub.batch(
        [reading(seq, stage_cm, at_ms=START_MS + 5_000 * seq) for seq, stage_cm in enumerate([10.0, 40.0, 16.0], 1)]
    )
    (bucket,) = summed(hub, 60)
    assert (bucket.start_ms, bucket.count, bucket.mean_cm, bucket.min_cm, bucket.max_cm, bucket.worst_flag) == (
        START_MS,
        3,
        22.0,
        10.0,
        40.0,
        1,
    )


def test_a_thinned_reading_counts_for_all_it_stands_for(hub: HubWorld) -> None:
    thinned = reading(1, 50.0, at_ms=START_MS, mean_of=10, min_cm=20.0, max_cm=90.0)
    hub.batch([thinned, reading(2, 61.0, at_ms=START_MS + 1)])
    (bucket,) = summed(hub, 600)
    assert (bucket.count, bucket.mean_cm, bucket.min_cm, bucket.max_cm) == (11, 51.0, 20.0, 90.0)


def test_an_unusable_reading_shows_in_the_flag_alone(hub: HubWorld) -> None:
    hub.batch([reading(1, None, at_ms=START_MS)])
    assert [(one.count, one.mean_cm, one.worst_flag) for one in summed(hub, 60)] == [(0, None, 9)]
    hub.batch([reading(2, 5000.0, flag=4, at_ms=START_MS + 1), reading(3, 50.0, at_ms=START_MS + 2)])
    assert [(one.count, one.mean_cm, one.max_cm, one.worst_flag) for one in summed(hub, 60)] == [(1, 50.0, 50.0, 9)]


def test_a_reading_belongs_to_where_its_gauge_stood_when_it_was_measured(hub: HubWorld) -> None:
    hub.clock.advance(600)
    hub.add_station("wai-tomu-1")
    hub.batch([reading(1, 10.0, at_ms=START_MS + 1), reading(2, 90.0, at_ms=START_MS + 600_001)])
    assert [one.max_cm for one in summed(hub, 60)] == [10.0]
    assert [one.max_cm for one in summed(hub, 60, "wai-tomu-1")] == [90.0]


def test_readings_of_a_gauge_that_was_never_bound_are_passed_over(hub: HubWorld) -> None:
    hub.batch([reading(1, 10.0, source="g7")])
    assert summed(hub, 60) == []
    with database.write(hub.connection):
        bindings.bind(hub.connection, node_id="n-other1", source="g7", station_id=STATION, now_ms=0)
    assert summed(hub, 60) == []


STAGES = st.lists(
    st.tuples(st.integers(0, 7200), st.one_of(st.none(), st.floats(-50, 400, width=16)), st.sampled_from([1, 2, 3, 4])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stages=STAGES, portion=st.integers(1, 9), cuts=st.integers(1, 20))
def test_by_any_portions_the_sums_are_those_of_the_readings(
    tmp_path_factory: pytest.TempPathFactory, stages: list[Any], portion: int, cuts: int
) -> None:
    hub = HubWorld(tmp_path_factory.mktemp("hub"))
    hub.add_station()
    hub.clock.advance(7200)
    told = [
        reading(seq, cm, at_ms=START_MS + 1000 * second, flag=9 if cm is None else flag)
        for seq, (second, cm, flag) in enumerate(stages, 1)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollup_desk, "RECORDS_A_TIME", portion)
        for first in range(0, len(told), cuts):
            hub.batch(told[first : first + cuts])
            hub.ticks.roll_up()
            hub.start()
        found = {step_s: summed(hub, step_s) for step_s in STEPS_S}
    for step_s, buckets in found.items():
        for bucket in buckets:
            inside = [one for one in told if one["at_ms"] // (1000 * step_s) * 1000 * step_s == bucket.start_ms]
            usable = [one["stage_cm"] for one in inside if one["flag"] in {1, 2, 3}]
            assert bucket.count == len(usable)
            assert bucket.worst_flag == max(one["flag"] for one in inside)
            if usable:
                assert bucket.mean_cm == pytest.approx(sum(usable) / len(usable))
                assert (bucket.min_cm, bucket.max_cm) == (min(usable), max(usable))
        assert sum(bucket.count for bucket in buckets) == sum(1 for one in told if one["flag"] in {1, 2, 3})
    hub.connection.close()
