import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.quality import Flag
from edge_agent.gauges.filtering import BurstFault, Estimate
from edge_agent.gauges.quality.assess import Verdict
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.sensor import EchoLoss
from tests.support.gauges import Reader, estimate_of


def test_the_very_first_reading_has_nothing_to_be_compared_with() -> None:
    reader = Reader()
    assert reader.read(30.0) == Verdict(flag=Flag.NOT_EVALUATED, reason=Reason.NO_HISTORY)
    assert reader.read(30.0) == Verdict(flag=Flag.PASS, reason=Reason.GOOD)


def test_after_a_pause_of_over_three_intervals_the_past_says_nothing() -> None:
    reader = Reader().settle(30.0)
    reader.up_ms += 130_000
    assert reader.read(120.0) == Verdict(flag=Flag.NOT_EVALUATED, reason=Reason.TIME_GAP)


def test_going_from_peace_to_flood_sampling_is_no_pause() -> None:
    reader = Reader().settle(30.0)
    reader.interval_s = 5.0
    assert reader.read(30.1).flag is Flag.PASS


def test_another_boot_or_another_offset_empties_the_past() -> None:
    reader = Reader().settle(30.0)
    reader.boot += 1
    assert reader.read(130.0).reason is Reason.NO_HISTORY
    reader.settle(130.0)
    reader.offset_cm += 100.0
    assert reader.read(130.0).reason is Reason.NO_HISTORY


@pytest.mark.parametrize(
    ("fault", "flag", "reason"),
    [
        (BurstFault.NO_ECHO, Flag.MISSING, Reason.NO_ECHO),
        (BurstFault.ZERO_ECHO, Flag.FAIL, Reason.ZERO_ECHO),
        (BurstFault.BLIND_ZONE, Flag.FAIL, Reason.BLIND_ZONE),
        (BurstFault.OVER_RANGE, Flag.FAIL, Reason.OVER_RANGE),
        (BurstFault.SCATTERED, Flag.SUSPECT, Reason.SCATTERED),
        (BurstFault.FEW_ECHOES, Flag.SUSPECT, Reason.FEW_ECHOES),
    ],
)
def test_a_faulty_burst_has_its_own_flag_and_reason(fault: BurstFault, flag: Flag, reason: Reason) -> None:
    stage_cm = None if fault is BurstFault.NO_ECHO else 30.0
    verdict = Reader().settle(30.0).read(estimate_of(stage_cm, fault=fault))
    assert verdict == Verdict(flag=flag, reason=reason)


@pytest.mark.parametrize(("spread_mm", "flag"), [(120.0, Flag.SUSPECT), (299.0, Flag.SUSPECT), (301.0, Flag.FAIL)])
def test_a_scattered_burst_is_doubted_and_one_that_is_noise_is_failed(spread_mm: float, flag: Flag) -> None:
    verdict = Reader().settle(30.0).read(estimate_of(30.0, fault=BurstFault.SCATTERED, spread_mm=spread_mm))
    assert verdict == Verdict(flag=flag, reason=Reason.SCATTERED)


@pytest.mark.parametrize("loss", list(EchoLoss))
def test_a_missing_reading_says_what_the_driver_knows(loss: EchoLoss) -> None:
    missing = Estimate(
        distance_mm=None, spread_mm=None, pings=13, lost=13, outliers=0, fault=BurstFault.NO_ECHO, loss=loss
    )
    assert Reader().read(missing) == Verdict(flag=Flag.MISSING, reason=Reason(loss.value))


@pytest.mark.parametrize("stage_cm", [-21.0, 301.0])
def test_a_stage_the_site_cannot_have_is_suspect_and_not_failed(stage_cm: float) -> None:
    reader = Reader(limits=QualityLimits(site_min_cm=-20.0, site_max_cm=300.0)).settle(stage_cm)
    assert reader.read(stage_cm) == Verdict(flag=Flag.SUSPECT, reason=Reason.SITE_SPAN)


def test_the_worst_flag_wins() -> None:
    reader = Reader(limits=QualityLimits(site_max_cm=60.0)).settle(50.0)
    assert reader.read(130.0) == Verdict(flag=Flag.FAIL, reason=Reason.SPIKE)


def test_failed_readings_are_counted_until_one_is_usable() -> None:
    reader = Reader().settle(50.0)
    reader.read_all([None, 150.0, None])
    assert (reader.state.unusable, reader.state.last_good_cm) == (3, 50.0)
    reader.read(51.0)
    assert (reader.state.unusable, reader.state.last_good_cm) == (0, 51.0)


@given(st.lists(st.one_of(st.none(), st.floats(-50, 380)), max_size=40))
def test_whatever_comes_there_is_a_flag_and_every_doubt_has_a_reason(stages_cm: list[float | None]) -> None:
    for stage_cm, verdict in zip(stages_cm, Reader().read_all(stages_cm), strict=True):
        assert (verdict.flag is Flag.MISSING) == (stage_cm is None)
        assert (verdict.flag is Flag.PASS) == (verdict.reason is Reason.GOOD)
