from random import Random

from contract.quality import Flag
from edge_agent.gauges.quality.assess import Verdict
from edge_agent.gauges.quality.reasons import Reason
from tests.support.gauges import Reader, estimate_of

HOUR = 60
"""Readings at one a minute."""


def _live(reader: Reader, readings: int, *, stage_cm: float = 30.0) -> None:
    rng = Random(3)
    for _ in range(readings):
        reader.read(estimate_of(stage_cm + rng.gauss(0, 0.15), spread_mm=2.0))


def _still(reader: Reader, readings: int, *, spread_mm: float) -> list[Verdict]:
    return [reader.read(estimate_of(30.0, spread_mm=spread_mm)) for _ in range(readings)]


def test_a_sensor_that_repeats_itself_to_the_millimetre_is_suspect_after_three_hours_and_failed_after_twelve() -> None:
    reader = Reader()
    _live(reader, HOUR)
    verdicts = _still(reader, 13 * HOUR, spread_mm=2.0)
    assert {verdict.flag for verdict in verdicts[: 3 * HOUR]} == {Flag.PASS}
    assert {verdict.flag for verdict in verdicts[3 * HOUR + 2 : 12 * HOUR]} == {Flag.SUSPECT}
    assert verdicts[-1] == Verdict(flag=Flag.FAIL, reason=Reason.FLAT_LINE)


def test_a_creek_at_rest_under_a_living_sensor_is_not_flat() -> None:
    reader = Reader()
    _live(reader, 15 * HOUR)
    assert reader.read(estimate_of(30.0, spread_mm=2.0)).flag is Flag.PASS


def test_a_sensor_too_quiet_to_tell_is_not_called_stuck() -> None:
    assert {verdict.flag for verdict in _still(Reader(), 13 * HOUR, spread_mm=0.1)[1:]} == {Flag.PASS}


def test_a_series_without_spread_is_not_called_stuck() -> None:
    assert {verdict.flag for verdict in Reader().read_all([30.0] * (13 * HOUR))[1:]} == {Flag.PASS}


def test_bursts_far_quieter_than_usual_are_suspect_after_half_an_hour() -> None:
    reader = Reader()
    _live(reader, 5 * HOUR)
    verdicts = _still(reader, 40, spread_mm=0.1)
    assert {verdict.flag for verdict in verdicts[:30]} == {Flag.PASS}
    assert verdicts[-1] == Verdict(flag=Flag.SUSPECT, reason=Reason.ATTENUATED)


def test_one_lively_burst_ends_the_doubt() -> None:
    reader = Reader()
    _live(reader, 5 * HOUR)
    _still(reader, 40, spread_mm=0.1)
    assert reader.read(estimate_of(30.1, spread_mm=2.0)).flag is Flag.PASS
