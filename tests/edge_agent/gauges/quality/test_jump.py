from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.quality import Flag
from edge_agent.gauges.quality.reasons import Reason
from tests.support.gauges import Reader, rippled

NEAR_BLIND_CM = 350.0
"""50 cm below a sensor at 400 cm with a blind zone of 25 cm."""


def _flags(reader: Reader, *stages_cm: float | None) -> list[int]:
    return [int(verdict.flag) for verdict in reader.read_all(stages_cm)]


@pytest.mark.parametrize(
    ("jump_cm", "flag", "reason"),
    [
        (5.9, Flag.PASS, Reason.GOOD),
        (6.1, Flag.SUSPECT, Reason.RATE_OF_CHANGE),
        (15.1, Flag.SUSPECT, Reason.SPIKE),
        (20.1, Flag.FAIL, Reason.RATE_OF_CHANGE),
        (40.1, Flag.FAIL, Reason.SPIKE),
        (-30.0, Flag.FAIL, Reason.RATE_OF_CHANGE),
    ],
)
def test_a_jump_within_a_minute_is_judged_by_its_size(jump_cm: float, flag: Flag, reason: Reason) -> None:
    verdict = Reader().settle(50.0).read(50.0 + jump_cm)
    assert (verdict.flag, verdict.reason) == (flag, reason)


@pytest.mark.parametrize("spike_cm", [80.0, 150.0, -30.0])
def test_a_single_spike_is_failed_and_the_river_after_it_is_not(spike_cm: float) -> None:
    assert _flags(Reader().settle(50.0), 50.0 + spike_cm, 50.1, 50.0) == [4, 1, 1]


def test_two_spikes_in_a_row_are_still_spikes() -> None:
    assert _flags(Reader().settle(50.0), 130.0, 200.0, 50.0, 50.0) == [4, 4, 1, 1]


def test_spikes_that_do_not_agree_never_bear_each_other_out() -> None:
    assert _flags(Reader().settle(50.0), 200.0, 130.0, 210.0, 140.0, 50.0) == [4, 4, 4, 4, 1]


def test_a_small_spike_that_was_only_doubted_does_not_make_the_return_doubtful() -> None:
    assert _flags(Reader().settle(50.0), 60.0, 50.0, 50.0) == [3, 1, 1]


def test_a_fast_true_jump_costs_one_failed_reading() -> None:
    assert _flags(Reader().settle(50.0), 75.0, 76.0, 77.0, 78.0) == [4, 3, 1, 1]


def test_a_true_jump_of_spike_size_stays_suspect_for_five_minutes() -> None:
    reader = Reader().settle(50.0)
    assert _flags(reader, 130.0, 131.0, 132.0) == [4, 4, 3]
    verdicts = reader.read_all([133.0] * 6)
    assert [(int(verdict.flag), verdict.reason) for verdict in verdicts] == [
        *[(3, Reason.SUDDEN_CHANGE)] * 4,
        *[(1, Reason.GOOD)] * 2,
    ]


def test_the_fastest_burst_in_three_years_of_a_real_creek_is_never_failed() -> None:
    rise = [40.0 + 51.0 * minute / 5 for minute in range(6)]
    assert 4 not in _flags(Reader().settle(40.0), *rise, 88.0, 85.0, 83.0, 81.0)


def test_what_may_change_grows_with_a_slower_series() -> None:
    reader = Reader(interval_s=300.0).settle(40.0)
    assert _flags(reader, 91.0, 85.0, 81.0) == [3, 1, 1]


def test_waves_between_readings_five_seconds_apart_are_not_doubted() -> None:
    reader = Reader(interval_s=5.0).settle(200.0)
    assert set(_flags(reader, *[200.0, 204.0, 199.0, 203.0, 200.5] * 4)) == {1}


def test_missing_readings_do_not_break_what_bears_a_jump_out() -> None:
    assert _flags(Reader().settle(50.0), 130.0, None, 131.0, None, 132.0) == [4, 9, 4, 9, 3]


def test_a_sudden_fall_from_near_the_blind_zone_is_failed_for_half_an_hour() -> None:
    reader = Reader().settle(NEAR_BLIND_CM)
    verdicts = reader.read_all([200.0] * 30)
    assert {(verdict.flag, verdict.reason) for verdict in verdicts} == {(Flag.FAIL, Reason.FALL_FROM_BLIND_ZONE)}
    assert int(reader.read(200.0).flag) == 3


def test_a_fall_from_near_the_blind_zone_stays_suspect_for_hours_and_no_longer() -> None:
    flags = _flags(Reader().settle(NEAR_BLIND_CM), *[200.0] * 30, *rippled([200.0] * 400))
    assert flags.index(1) == 30 + 6 * 60
    assert set(flags[30 : 30 + 6 * 60]) == {3}


def _reboot(reader: Reader) -> None:
    reader.boot += 1
    reader.up_ms = 5_000


def _pause(reader: Reader) -> None:
    reader.up_ms += 200_000


@pytest.mark.parametrize("break_off", [_reboot, _pause])
@pytest.mark.parametrize("blind_readings", [0, 10, 60], ids=["just high", "failed", "in doubt"])
def test_no_reboot_and_no_pause_makes_a_blind_sensor_see_again(
    break_off: Callable[[Reader], None], blind_readings: int
) -> None:
    reader = Reader().settle(NEAR_BLIND_CM)
    reader.read_all(rippled([-70.0] * blind_readings))
    break_off(reader)
    verdicts = reader.read_all(rippled([-70.0] * 30))
    assert {(verdict.flag, verdict.reason) for verdict in verdicts} == {(Flag.FAIL, Reason.FALL_FROM_BLIND_ZONE)}
    assert set(_flags(reader, *rippled([-70.0] * 300))) == {3}


def test_a_datum_set_right_while_the_sensor_is_blind_does_not_make_it_see_again() -> None:
    reader = Reader().settle(NEAR_BLIND_CM)
    reader.offset_cm += 20.0
    assert reader.read(-50.0).reason is Reason.FALL_FROM_BLIND_ZONE


def test_after_a_reboot_water_that_is_still_high_or_fell_as_rivers_do_is_believed() -> None:
    for stage_cm in (NEAR_BLIND_CM, NEAR_BLIND_CM - 14.0):
        reader = Reader().settle(NEAR_BLIND_CM)
        _reboot(reader)
        assert reader.read(stage_cm).reason is Reason.NO_HISTORY


def test_a_blind_sensor_that_sees_high_water_again_is_believed_in_minutes() -> None:
    reader = Reader().settle(NEAR_BLIND_CM)
    reader.read_all([-70.0] * 60)
    assert _flags(reader, *[NEAR_BLIND_CM] * 9) == [4, 4, 3, 3, 3, 3, 3, 1, 1]


def test_an_ordinary_recession_from_near_the_blind_zone_passes() -> None:
    falling = [NEAR_BLIND_CM - 3.5 * minute for minute in range(40)]
    assert set(_flags(Reader().settle(NEAR_BLIND_CM), *falling)) == {1}


@given(
    cm_per_min=st.floats(-19, 19),
    start_cm=st.floats(50, 150),
)
def test_a_steady_rise_or_fall_under_the_fail_rate_is_never_failed(cm_per_min: float, start_cm: float) -> None:
    stages = [start_cm + cm_per_min * minute for minute in range(10)]
    assert 4 not in _flags(Reader().settle(start_cm), *stages)


@given(cm_per_min=st.floats(20.5, 80))
def test_a_wall_of_water_is_failed_twice_at_most(cm_per_min: float) -> None:
    flags = _flags(Reader().settle(-50.0), *[-50.0 + cm_per_min * minute for minute in range(1, 6)])
    assert flags[2:].count(4) == 0
    assert flags[0] == 4
