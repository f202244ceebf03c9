"""How often a gauge looks."""

from contract.desired import Sampling
from contract.level.settings import Rise
from contract.level.state import LevelState, Value
from edge_agent.alarm.sampling import interval_s, is_rising

SAMPLING = Sampling(peace=60.0, flood=5.0)
RISE = Rise(cm=10.0, in_s=300.0)


def state(*stages_cm: float, severity: int = 0, step_s: int = 60) -> LevelState:
    values = tuple(Value(1000 * step_s * number, stage_cm) for number, stage_cm in enumerate(stages_cm))
    return LevelState(severity=severity, window=values[-5:], minutes=values)


def test_a_still_river_is_read_every_minute() -> None:
    assert interval_s(state(30, 30, 30), sampling=SAMPLING, rise=RISE, clock_rate=1.0) == 60.0


def test_before_the_first_reading_it_is_peace() -> None:
    assert interval_s(LevelState(), sampling=SAMPLING, rise=RISE, clock_rate=1.0) == 60.0


def test_waspada_and_above_are_read_every_five_seconds() -> None:
    for severity in (1, 2, 3):
        assert interval_s(state(130, severity=severity), sampling=SAMPLING, rise=RISE, clock_rate=1.0) == 5.0


def test_a_river_that_rises_at_half_the_fast_rate_is_looked_at_closely() -> None:
    assert is_rising(state(30, 31, 32, 33, 34, 35), rise=RISE)
    assert not is_rising(state(30, 30.5, 31, 31.5, 32, 32.5), rise=RISE)


def test_a_river_that_has_stopped_rising_comes_to_rest() -> None:
    assert not is_rising(state(30, 50, 50, 50, 50, 50, 50, 50), rise=RISE)


def test_no_sample_comes_more_often_than_once_a_real_second() -> None:
    flood = state(130, severity=1)
    assert interval_s(flood, sampling=SAMPLING, rise=RISE, clock_rate=60.0) == 60.0
    assert interval_s(flood, sampling=SAMPLING, rise=RISE, clock_rate=2.0) == 5.0
    assert interval_s(state(30), sampling=SAMPLING, rise=RISE, clock_rate=600.0) == 600.0
