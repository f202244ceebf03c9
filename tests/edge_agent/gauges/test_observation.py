from contract.quality import Flag
from edge_agent.gauges.observation import Observation, observe
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.reasons import Reason
from edge_agent.gauges.quality.state import QualityState
from edge_agent.gauges.sensor import Burst
from tests.support.gauges import SPAN


def _observe(*bursts: Burst) -> Observation:
    observation, state, up_ms = None, QualityState(), 0
    for burst in bursts:
        up_ms += 60_000
        observation, state = observe(
            burst,
            boot=1,
            up_ms=up_ms,
            interval_s=60.0,
            offset_cm=300.0,
            span=SPAN,
            limits=QualityLimits(),
            state=state,
        )
    assert observation is not None
    return observation


def test_a_burst_becomes_a_stage_with_flag_and_whole_millimetres() -> None:
    burst = Burst(distances_mm=(1653.6, 1654.2, 1655.0), interpolated=True)
    got = _observe(burst, burst)
    assert (got.stage_cm, got.distance_mm, got.flag, got.reason) == (134.6, 1654, Flag.PASS, Reason.GOOD)
    assert got.interpolated


def test_a_failed_reading_keeps_its_raw_distance_and_stage() -> None:
    got = _observe(Burst(distances_mm=(10_300.0,) * 13))
    assert (got.flag, got.reason) == (Flag.FAIL, Reason.OVER_RANGE)
    assert (got.distance_mm, got.stage_cm) == (10_300, -730.0)


def test_a_burst_without_an_echo_is_missing_and_has_no_value() -> None:
    got = _observe(Burst(distances_mm=(None,) * 13))
    assert (got.stage_cm, got.distance_mm, got.flag) == (None, None, Flag.MISSING)


def test_water_in_the_blind_zone_is_told_as_maybe_very_high_and_never_as_low() -> None:
    high = Burst(distances_mm=(400.0,) * 13)
    false_far = Burst(distances_mm=(10_300.0,) * 13)
    got = _observe(high, high, false_far, false_far, false_far)
    assert got.flag is Flag.FAIL
    assert got.hidden_high.is_suspected
    assert got.hidden_high.last_good_cm == 260.0
