import pytest

from contract.quality import Flag
from edge_agent.gauges.filtering import BurstFault
from edge_agent.gauges.hidden_high import HiddenHigh, judge_hidden_high
from edge_agent.gauges.quality.assess import Verdict
from edge_agent.gauges.quality.reasons import Reason
from tests.support.gauges import OFFSET_CM, SPAN, Reader, estimate_of

NEAR_BLIND_CM = 350.0


def _judge(reader: Reader, verdict: Verdict) -> HiddenHigh:
    return judge_hidden_high(reader.state, verdict, offset_cm=OFFSET_CM, span=SPAN, limits=reader.limits)


def _fail(reader: Reader, readings: int, *, fault: BurstFault = BurstFault.NO_ECHO) -> HiddenHigh:
    stage_cm = None if fault is BurstFault.NO_ECHO else 0.0
    hidden = HiddenHigh(is_suspected=False)
    for _ in range(readings):
        hidden = _judge(reader, reader.read(estimate_of(stage_cm, fault=fault)))
    return hidden


def _rise(reader: Reader, *, cm_per_min: float, readings: int = 15) -> None:
    reader.read_all([50.0 + cm_per_min * minute for minute in range(readings)])


def test_a_gauge_that_fails_while_the_river_rises_may_hide_a_flood() -> None:
    reader = Reader()
    _rise(reader, cm_per_min=1.0)
    assert _fail(reader, 3) == HiddenHigh(is_suspected=True, reason="failing_while_rising", last_good_cm=64.0)


@pytest.mark.parametrize("fault", [BurstFault.NO_ECHO, BurstFault.OVER_RANGE, BurstFault.ZERO_ECHO])
def test_a_gauge_that_fails_near_its_blind_zone_may_hide_a_flood(fault: BurstFault) -> None:
    assert _fail(Reader().settle(NEAR_BLIND_CM), 3, fault=fault).reason == "failing_near_blind_zone"


def test_a_pinned_minimum_may_hide_a_flood_whatever_was_before() -> None:
    assert _fail(Reader(), 3, fault=BurstFault.BLIND_ZONE).reason == "blind_zone"


def test_a_false_low_after_high_water_may_hide_a_flood() -> None:
    reader = Reader().settle(NEAR_BLIND_CM)
    verdicts = reader.read_all([100.0] * 3)
    assert _judge(reader, verdicts[-1]).is_suspected


def test_a_gauge_that_fails_over_a_quiet_creek_hides_nothing() -> None:
    assert _fail(Reader().settle(50.0), 10) == HiddenHigh(is_suspected=False, last_good_cm=50.0)


def test_a_falling_river_hides_nothing() -> None:
    reader = Reader()
    _rise(reader, cm_per_min=-1.0)
    assert not _fail(reader, 5).is_suspected


def test_one_or_two_lost_bursts_are_no_news() -> None:
    reader = Reader()
    _rise(reader, cm_per_min=2.0)
    assert not _fail(reader, 2).is_suspected


def test_the_suspicion_holds_for_hours_and_ends_with_the_first_usable_reading() -> None:
    reader = Reader()
    _rise(reader, cm_per_min=1.0)
    assert _fail(reader, 600).is_suspected
    verdict = reader.read(60.0)
    assert verdict.flag in {Flag.PASS, Flag.SUSPECT}
    assert not _judge(reader, verdict).is_suspected


def test_the_suspicion_near_the_blind_zone_survives_a_reboot() -> None:
    reader = Reader().settle(NEAR_BLIND_CM)
    reader.boot += 1
    assert _fail(reader, 3).reason == "failing_near_blind_zone"


def test_a_rise_of_an_hour_ago_is_not_a_rise_of_now() -> None:
    reader = Reader()
    _rise(reader, cm_per_min=1.0)
    reader.settle(64.0, readings=60)
    verdict = Verdict(flag=Flag.MISSING, reason=Reason.NO_ECHO)
    assert not _fail(reader, 3).is_suspected
    assert not _judge(reader, verdict).is_suspected
