import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.records import AnyRecord, Reading, encode_record
from edge_agent.outbox.schema import Row
from edge_agent.outbox.thinning import Thinning, mean_reading, plan_thinning
from tests.support.clocks import FakeClock
from tests.support.outbox_records import debug, reading

TEN_MINUTES_S = 600


def row(record: AnyRecord) -> Row:
    return Row(record.seq, record.at_ms, encode_record(record))


def minutes(*stages_cm: float | None, source: str = "g1", clock: FakeClock | None = None) -> list[Reading]:
    clock = clock or FakeClock(up_ms=0)
    found = []
    for number, stage_cm in enumerate(stages_cm):
        found.append(reading(number + 1, clock, stage_cm=stage_cm, source=source, flag=1 if stage_cm else 9))
        clock.advance(60)
    return found


def plan(readings: list[Reading], *, width_s: int = TEN_MINUTES_S, is_full_page: bool = False) -> Thinning:
    return plan_thinning([row(each) for each in readings], width_s=width_s, is_full_page=is_full_page)


def test_ten_minutes_become_one_mean_with_least_and_greatest() -> None:
    mean = mean_reading(minutes(100.0, 110.0, 130.0), width_s=TEN_MINUTES_S)
    assert (mean.stage_cm, mean.min_cm, mean.max_cm, mean.mean_of) == (113.33, 100.0, 130.0, 3)
    assert (mean.interval_s, mean.distance_mm, mean.flag) == (600.0, None, 1)
    assert mean.at_ms == minutes(100.0)[0].at_ms


def test_a_mean_of_means_counts_each_by_what_it_stands_for_and_keeps_the_peak() -> None:
    ten = mean_reading(minutes(*[100.0] * 9, 250.0), width_s=600)
    one = mean_reading(minutes(100.0, 100.0), width_s=600)
    hour = mean_reading([ten, one], width_s=3600)
    assert (hour.mean_of, hour.min_cm, hour.max_cm) == (12, 100.0, 250.0)
    assert hour.stage_cm == pytest.approx((9 * 100 + 250 + 200) / 12, abs=0.01)


def test_readings_that_failed_make_no_mean_but_suspect_ones_leave_their_mark() -> None:
    clock = FakeClock()
    mixed = [
        reading(1, clock, stage_cm=100.0),
        reading(2, clock, stage_cm=900.0, flag=4, reason="range"),
        reading(3, clock, stage_cm=120.0, flag=3, reason="spike"),
    ]
    mean = mean_reading(mixed, width_s=600)
    assert (mean.stage_cm, mean.max_cm, mean.flag, mean.reason, mean.mean_of) == (110.0, 120.0, 3, "spike", 2)


def test_a_silent_stretch_stays_a_silent_stretch() -> None:
    mean = mean_reading(minutes(None, None, None), width_s=600)
    assert (mean.stage_cm, mean.flag, mean.mean_of, mean.min_cm) == (None, 9, 3, None)


def test_only_stretches_that_are_over_are_thinned() -> None:
    result = plan(minutes(*[100.0] * 25))
    assert [row.seq for row in result.removed] == list(range(1, 21))
    assert [mean.mean_of for mean in result.means] == [10, 10]
    assert result.after_seq == 20
    assert result.loss.ranges.as_lists() == [[1, 20]]


def test_gauges_do_not_mix() -> None:
    clock = FakeClock(up_ms=0)
    both = []
    for number in range(1, 41, 2):
        both += [reading(number, clock, stage_cm=10.0), reading(number + 1, clock, stage_cm=90.0, source="g2")]
        clock.advance(60)
    assert {(mean.source, mean.stage_cm) for mean in plan(both).means} == {("g1", 10.0), ("g2", 90.0)}


def test_a_boot_ends_a_stretch() -> None:
    clock = FakeClock(up_ms=0)
    before = [reading(n, clock, boot=1) for n in (1, 2)]
    after = [reading(n, clock, boot=2) for n in (3, 4, 5)]
    result = plan([*before, *after])
    assert [mean.mean_of for mean in result.means] == [2]


def test_what_is_slow_already_or_no_reading_stays() -> None:
    clock = FakeClock(up_ms=0)
    page = []
    for number in range(1, 9):
        page.append(row(reading(number, clock, interval_s=600.0) if number % 2 else row_free(number, clock)))
        clock.advance(600)
    result = plan_thinning(page, width_s=600, is_full_page=True)
    assert (result.removed, result.means, result.after_seq) == ([], [], 8)


def row_free(seq: int, clock: FakeClock) -> AnyRecord:
    return debug(seq, clock)


def test_a_page_of_one_stretch_is_thinned_as_it_is_when_more_follows() -> None:
    result = plan(minutes(*[100.0] * 8), is_full_page=True)
    assert [mean.mean_of for mean in result.means] == [8]
    assert result.after_seq == 8


@given(
    stages=st.lists(
        st.one_of(st.none(), st.floats(-50, 900, allow_nan=False).map(lambda cm: round(cm, 1))), min_size=1, max_size=80
    ),
    is_full_page=st.booleans(),
)
def test_thinning_keeps_the_extremes_and_names_every_row_it_takes(
    stages: list[float | None],
    is_full_page: bool,  # noqa: FBT001
) -> None:
    readings = minutes(*stages)
    result = plan(readings, is_full_page=is_full_page)
    taken = {row.seq for row in result.removed}
    assert result.loss.ranges.count() == len(taken)
    usable = [each.stage_cm for each in readings if each.seq in taken and each.stage_cm and each.flag == 1]
    means = [mean for mean in result.means if mean.stage_cm is not None]
    assert min((mean.min_cm or 0.0 for mean in means), default=None) == min(usable, default=None)
    assert max((mean.max_cm or 0.0 for mean in means), default=None) == max(usable, default=None)
    assert sum(mean.mean_of for mean in means) == len(usable)
    assert len(result.means) < max(1, len(taken)) or not taken
