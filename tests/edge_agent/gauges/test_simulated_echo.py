from random import Random

import pytest

from edge_agent.gauges.filtering import BurstFault, estimate
from edge_agent.gauges.sensor import EchoLoss
from edge_agent.gauges.simulated_echo import BlindZone, EchoFaults, SimulatedAir, SimulatedUltrasonic
from edge_agent.gauges.thermometer import FixedThermometer
from edge_agent.gauges.ultrasonic import JSN_SR04T
from tests.support.clocks import FakeClock
from tests.support.gauges import START_MS, player, series

CALM = EchoFaults(noise_mm=0.0, lost_share=0.0, spike_share=0.0)
BLIND_STAGE_CM = 380.0
"""20 cm below a sensor at 400 cm."""


def _sensor(
    *stages_cm: float,
    faults: EchoFaults = CALM,
    air_c: float = 27.0,
    thermometer_c: float | None = None,
    clock: FakeClock | None = None,
) -> SimulatedUltrasonic:
    air = SimulatedAir(span=JSN_SR04T.span, faults=faults, rng=Random(7), temperature_c=air_c)
    return SimulatedUltrasonic(
        player=player(series(*stages_cm), clock or FakeClock(now_ms=START_MS)),
        air=air,
        model=JSN_SR04T,
        thermometer=None if thermometer_c is None else FixedThermometer(thermometer_c),
    )


def test_the_real_driver_measures_the_simulated_water() -> None:
    assert _sensor(100.0, 100.0).measure_burst(count=3).distances_mm == pytest.approx((3000,) * 3)


def test_water_between_two_samples_is_marked_interpolated() -> None:
    clock = FakeClock(now_ms=START_MS)
    sensor = _sensor(100.0, 110.0, clock=clock)
    assert not sensor.measure_burst(count=1).interpolated
    clock.advance(150)
    burst = sensor.measure_burst(count=1)
    assert burst.interpolated
    assert burst.distances_mm == pytest.approx((2950,))


def test_hot_air_shortens_the_echo_and_a_thermometer_makes_it_good() -> None:
    (wrong_mm,) = _sensor(0.0, 0.0, air_c=33.0).measure_burst(count=1).distances_mm
    assert wrong_mm == pytest.approx(3959, abs=1)
    right = _sensor(0.0, 0.0, air_c=33.0, thermometer_c=33.0).measure_burst(count=1)
    assert right.distances_mm == pytest.approx((4000,))


def test_spikes_and_lost_echoes_come_at_their_shares_and_do_not_reach_the_distance() -> None:
    faults = EchoFaults(noise_mm=2.0, lost_share=0.1, spike_share=0.1)
    sensor = _sensor(100.0, 100.0, faults=faults)
    pings = sensor.measure_burst(count=2000).distances_mm
    assert sum(ping is None for ping in pings) == pytest.approx(200, abs=50)
    assert sum(ping is not None and ping > 3050 for ping in pings) == pytest.approx(180, abs=50)
    got = [estimate(sensor.measure_burst(count=13), span=sensor.span) for _ in range(50)]
    assert all(one.distance_mm == pytest.approx(3000, abs=4) for one in got)


@pytest.mark.parametrize(
    ("blind_zone", "distance_mm", "fault"),
    [(BlindZone.FAR, 10_300, BurstFault.OVER_RANGE), (BlindZone.PINNED, 250, BurstFault.BLIND_ZONE)],
)
def test_in_the_blind_zone_it_lies_as_the_real_one_does(
    blind_zone: BlindZone, distance_mm: float, fault: BurstFault
) -> None:
    faults = EchoFaults(noise_mm=0.0, lost_share=0.0, spike_share=0.0, blind_zone=blind_zone)
    sensor = _sensor(BLIND_STAGE_CM, BLIND_STAGE_CM, faults=faults)
    got = estimate(sensor.measure_burst(count=13), span=sensor.span)
    assert got.distance_mm == pytest.approx(distance_mm)
    assert got.fault is fault


def test_a_sensor_that_says_zero_is_not_believed() -> None:
    faults = EchoFaults(noise_mm=0.0, lost_share=0.0, spike_share=0.0, zero_share=1.0)
    sensor = _sensor(100.0, 100.0, faults=faults)
    assert estimate(sensor.measure_burst(count=13), span=sensor.span).fault is BurstFault.ZERO_ECHO


def test_water_out_of_range_gives_no_echo() -> None:
    assert _sensor(-100.0, -100.0).measure_burst(count=2).distances_mm == (None, None)


def test_the_end_of_the_series_is_lost_echoes_with_the_reason() -> None:
    burst = _sensor(100.0, 100.0, clock=FakeClock(now_ms=START_MS + 3_600_000)).measure_burst(count=2)
    assert (burst.distances_mm, burst.loss) == ((None, None), EchoLoss.SERIES_ENDED)


def test_mock_pins_do_not_remember_every_ping() -> None:
    sensor = _sensor(100.0, 100.0)
    sensor.measure_burst(count=200)
    assert len(sensor._sensor._trigger.pin.states) <= 2
    assert len(sensor._echo.states) <= 2
    sensor.close()
