import logging
from random import Random
from statistics import mean, stdev

import pytest

from edge_agent.gauges.errors import SensorClosedError
from edge_agent.gauges.replay import PlayState, ReplaySensor
from edge_agent.gauges.sensor import EchoLoss
from tests.support.clocks import FakeClock
from tests.support.gauges import OFFSET_CM, SPAN, START_MS, STEP_MS, player, series


def _sensor(
    clock: FakeClock, *stages_cm: float, repeats: bool = False, shift_s: float = 0.0, noise_mm: float = 0.0
) -> ReplaySensor:
    played = player(series(*stages_cm), clock, repeats=repeats, shift_s=shift_s)
    return ReplaySensor(player=played, rng=Random(1), noise_mm=noise_mm)


def test_it_plays_distance_and_not_stage() -> None:
    burst = _sensor(FakeClock(now_ms=START_MS), 30.0, 40.0).measure_burst(count=3)
    assert burst.distances_mm == ((OFFSET_CM - 30.0) * 10,) * 3
    assert not burst.interpolated


def test_it_follows_the_clock_and_marks_what_lies_between_samples() -> None:
    clock = FakeClock(now_ms=START_MS, rate=60)
    sensor = _sensor(clock, 30.0, 40.0)
    clock.advance(60)
    burst = sensor.measure_burst(count=1)
    assert burst.distances_mm == pytest.approx(((OFFSET_CM - 32.0) * 10,))
    assert burst.interpolated


def test_a_shift_maps_a_creeks_own_date_to_the_boxs() -> None:
    year_s = 354 * 86_400
    clock = FakeClock(now_ms=START_MS - year_s * 1000)
    assert _sensor(clock, 30.0, 40.0, shift_s=-year_s).measure_burst(count=1).distances_mm == (3700.0,)


def test_pings_of_a_burst_spread_like_a_sensors() -> None:
    burst = _sensor(FakeClock(now_ms=START_MS), 30.0, 40.0, noise_mm=2.0).measure_burst(count=500)
    pings = [ping for ping in burst.distances_mm if ping is not None]
    assert mean(pings) == pytest.approx(3700, abs=0.5)
    assert stdev(pings) == pytest.approx(2.0, abs=0.3)


def test_the_same_seed_gives_the_same_pings() -> None:
    bursts = [_sensor(FakeClock(now_ms=START_MS), 30.0, 40.0, noise_mm=2.0).measure_burst(count=5) for _ in range(2)]
    assert bursts[0] == bursts[1]


@pytest.mark.parametrize(("offset_ms", "loss"), [(-1, EchoLoss.SERIES_NOT_BEGUN), (STEP_MS + 1, EchoLoss.SERIES_ENDED)])
def test_outside_the_series_every_echo_is_lost_and_says_why(offset_ms: int, loss: EchoLoss) -> None:
    burst = _sensor(FakeClock(now_ms=START_MS + offset_ms), 30.0, 40.0).measure_burst(count=3)
    assert (burst.distances_mm, burst.loss) == ((None, None, None), loss)


def test_a_repeated_series_does_not_end() -> None:
    clock = FakeClock(now_ms=START_MS + 2 * STEP_MS)
    assert _sensor(clock, 30.0, 40.0, repeats=True).measure_burst(count=1).distances_mm == (3700.0,)


def test_the_end_of_a_series_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    played = player(series(30.0, 40.0), FakeClock(now_ms=START_MS + 10 * STEP_MS))
    with caplog.at_level(logging.INFO):
        assert [played.now().state for _ in range(3)] == [PlayState.ENDED] * 3
    assert [record.getMessage() for record in caplog.records] == ["replayed series: ended"]


def test_a_closed_sensor_measures_no_more() -> None:
    sensor = _sensor(FakeClock(now_ms=START_MS), 30.0, 40.0)
    assert sensor.span == SPAN
    sensor.close()
    with pytest.raises(SensorClosedError):
        sensor.measure_burst(count=1)
