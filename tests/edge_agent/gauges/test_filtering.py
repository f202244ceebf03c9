from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.gauges.filtering import BurstFault, estimate
from edge_agent.gauges.sensor import Burst, EchoLoss
from tests.support.gauges import SPAN

HUGE_MM = 10_300.0


def _burst(*distances_mm: float | None) -> Burst:
    return Burst(distances_mm=distances_mm)


def test_a_quiet_burst_is_its_median_with_its_spread() -> None:
    got = estimate(_burst(1998, 1999, 2000, 2001, 2002), span=SPAN)
    assert (got.distance_mm, got.fault, got.lost, got.outliers) == (2000, None, 0, 0)
    assert got.spread_mm == pytest.approx(1.48, abs=0.01)


def test_lost_echoes_are_counted_and_do_not_move_the_distance() -> None:
    got = estimate(_burst(2000, None, 2002, None, 2001), span=SPAN)
    assert (got.distance_mm, got.lost, got.fault) == (2001, 2, None)


@pytest.mark.parametrize("spike", [HUGE_MM, 0.0, 3500.0, 600.0])
def test_a_spike_moves_the_distance_by_nothing(spike: float) -> None:
    got = estimate(_burst(2000, 2001, spike, 1999, 2000, spike, 2000), span=SPAN)
    assert (got.distance_mm, got.outliers, got.fault) == (2000, 2, None)


def test_no_echo_at_all_is_missing_and_says_what_the_driver_knows() -> None:
    got = estimate(Burst(distances_mm=(None,) * 13, loss=EchoLoss.ECHO_STUCK), span=SPAN)
    assert (got.distance_mm, got.fault, got.loss) == (None, BurstFault.NO_ECHO, EchoLoss.ECHO_STUCK)


@pytest.mark.parametrize(
    ("distance_mm", "fault"),
    [(0.0, BurstFault.ZERO_ECHO), (250.0, BurstFault.BLIND_ZONE), (HUGE_MM, BurstFault.OVER_RANGE)],
)
def test_a_burst_outside_the_span_is_a_fault_and_keeps_its_raw_distance(distance_mm: float, fault: BurstFault) -> None:
    got = estimate(_burst(*[distance_mm] * 10, 2000, 2000, 2000), span=SPAN)
    assert (got.fault, got.distance_mm) == (fault, distance_mm)


def test_a_burst_that_cannot_agree_on_a_surface_is_scattered() -> None:
    got = estimate(_burst(*[2000] * 6, *[3400] * 7), span=SPAN)
    assert got.fault is BurstFault.SCATTERED


@pytest.mark.parametrize("seed", range(40))
def test_echoes_from_anywhere_are_no_distance(seed: int) -> None:
    rng = Random(seed)
    got = estimate(_burst(*[rng.uniform(260, 4400) for _ in range(13)]), span=SPAN)
    assert (got.fault, got.is_noise) == (BurstFault.SCATTERED, True)


@pytest.mark.parametrize("wave_mm", [50, 100, 150])
def test_rough_water_is_never_taken_for_noise(wave_mm: int) -> None:
    rng = Random(wave_mm)
    bursts = [_burst(*[rng.gauss(2000, wave_mm) for _ in range(13)]) for _ in range(200)]
    assert not any(estimate(burst, span=SPAN).is_noise for burst in bursts)


def test_two_echoes_of_thirteen_are_too_few_to_be_trusted() -> None:
    got = estimate(_burst(2000, 2001, *[None] * 11), span=SPAN)
    assert (got.fault, got.distance_mm) == (BurstFault.FEW_ECHOES, 2000.5)


@given(
    good=st.lists(st.floats(1995, 2005), min_size=8, max_size=13),
    bad=st.lists(st.one_of(st.none(), st.floats(0, 15_000)), max_size=6),
)
def test_a_minority_of_bad_pings_never_moves_the_distance(good: list[float], bad: list[float | None]) -> None:
    got = estimate(_burst(*bad, *good), span=SPAN)
    assert got.distance_mm is not None
    assert 1995 <= got.distance_mm <= 2005


@given(st.lists(st.one_of(st.none(), st.floats(0, 15_000)), max_size=20))
def test_every_ping_is_accounted_for_and_raw_is_kept(pings: list[float | None]) -> None:
    got = estimate(_burst(*pings), span=SPAN)
    heard = [ping for ping in pings if ping is not None]
    assert got.pings == len(pings)
    assert got.lost == len(pings) - len(heard)
    assert 0 <= got.outliers <= len(heard)
    assert (got.distance_mm is None) == (not heard)
