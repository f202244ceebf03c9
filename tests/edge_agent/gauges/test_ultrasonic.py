from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from edge_agent.gauges.errors import SensorClosedError, SensorUnavailableError
from edge_agent.gauges.sensor import EchoLoss
from edge_agent.gauges.sound import echo_from_distance_s
from edge_agent.gauges.thermometer import FixedThermometer, NoThermometer, Thermometer
from edge_agent.gauges.ultrasonic import JSN_SR04T, STUCK_LIMIT, UltrasonicSensor

TRIGGER, ECHO = 23, 24
WARM_C = 33.0


class Target:
    """Mock pins whose echo rings for the next of given times, s; None: it stays silent."""

    def __init__(self) -> None:
        self.factory = MockFactory()
        self.echoes_s: list[float | None] = []
        self.pings = 0
        self.looks = 0
        """How often the echo line was looked at; on one that stays high each look is a whole wait."""
        self.in_thread = False
        target = self

        class Trigger(MockPin):  # type: ignore[misc]  # gpiozero ships no types
            def _change_state(self, value: Any) -> Any:
                has_changed = super()._change_state(value)
                if has_changed and not value:
                    target.ping()
                return has_changed

        class Echo(MockPin):  # type: ignore[misc]  # as above
            def _get_state(self) -> Any:
                target.looks += 1
                return super()._get_state()

        self.factory.pin(TRIGGER, pin_class=Trigger)
        self.echo: Any = self.factory.pin(ECHO, pin_class=Echo)

    def ping(self) -> None:
        """Answer a falling trigger."""
        self.pings += 1
        echo_s = self.echoes_s.pop(0)
        if echo_s is None:
            return
        if self.in_thread:
            Thread(target=self._ring, args=(echo_s,)).start()
        else:
            self._ring(echo_s)

    def _ring(self, echo_s: float) -> None:
        heard = self.echo.when_changed
        heard(100.0, 1)
        heard(100.0 + echo_s, 0)

    def sensor(self, *, thermometer: Thermometer | None = None, echo_timeout_s: float = 1.0) -> UltrasonicSensor:
        """Return the driver on these pins."""
        return UltrasonicSensor(
            trigger_pin=TRIGGER,
            echo_pin=ECHO,
            model=JSN_SR04T,
            thermometer=thermometer or NoThermometer(),
            pin_factory=self.factory,
            ping_gap_s=0.0,
            echo_timeout_s=echo_timeout_s,
        )


@pytest.fixture
def target() -> Iterator[Target]:
    target = Target()
    yield target
    target.factory.close()


def _echo_s(distance_mm: float, temperature_c: float = 27.0) -> float:
    return echo_from_distance_s(distance_mm=distance_mm, temperature_c=temperature_c)


def test_each_ping_is_given_raw_and_in_order(target: Target) -> None:
    target.echoes_s = [_echo_s(2000), _echo_s(10_300), 0.0, _echo_s(2001)]
    burst = target.sensor().measure_burst(count=4)
    assert burst.distances_mm == pytest.approx((2000, 10_300, 0, 2001))
    assert burst.temperature_c is None


def test_the_distance_follows_the_measured_temperature(target: Target) -> None:
    target.echoes_s = [_echo_s(4000, WARM_C)] * 2
    assert target.sensor(thermometer=FixedThermometer(WARM_C)).measure_burst(count=1).distances_mm == pytest.approx(
        (4000,)
    )


def test_without_a_thermometer_a_hot_noon_reads_as_higher_water(target: Target) -> None:
    target.echoes_s = [_echo_s(4000, WARM_C)]
    (distance_mm,) = target.sensor().measure_burst(count=1).distances_mm
    assert distance_mm == pytest.approx(3959, abs=1)


def test_a_lost_echo_is_none_and_the_next_ping_is_heard(target: Target) -> None:
    target.echoes_s = [_echo_s(2000), None, _echo_s(2002)]
    burst = target.sensor(echo_timeout_s=0.0).measure_burst(count=3)
    assert burst.distances_mm == pytest.approx((2000, None, 2002))
    assert burst.loss is EchoLoss.NO_ECHO


def test_an_edge_heard_in_another_thread_ends_the_wait(target: Target) -> None:
    target.in_thread = True
    target.echoes_s = [_echo_s(2000)]
    assert target.sensor(echo_timeout_s=5.0).measure_burst(count=1).distances_mm == pytest.approx((2000,))


def test_a_fall_without_a_rise_is_a_lost_echo(target: Target) -> None:
    sensor = target.sensor(echo_timeout_s=0.0)
    target.echoes_s = [None]
    target.ping = lambda: target.echo.when_changed(5.0, 0)  # type: ignore[method-assign]
    assert sensor.measure_burst(count=1).distances_mm == (None,)


def test_an_echo_line_that_stays_high_ends_the_burst_early(target: Target) -> None:
    sensor = target.sensor()
    target.echo.drive_high()
    target.looks = 0
    burst = sensor.measure_burst(count=13)
    assert target.looks == STUCK_LIMIT
    assert burst.distances_mm == (None,) * 13
    assert burst.loss is EchoLoss.ECHO_STUCK
    assert target.pings == 0


def test_a_pin_in_use_is_named(target: Target) -> None:
    sensor = target.sensor()
    with pytest.raises(SensorUnavailableError, match="trigger pin 23"):
        target.sensor()
    sensor.close()


def test_a_pin_that_does_not_exist_is_named_and_the_other_is_given_back(target: Target) -> None:
    def sensor(echo_pin: int) -> UltrasonicSensor:
        return UltrasonicSensor(
            trigger_pin=TRIGGER,
            echo_pin=echo_pin,
            model=JSN_SR04T,
            thermometer=NoThermometer(),
            pin_factory=target.factory,
        )

    with pytest.raises(SensorUnavailableError, match="echo pin 99"):
        sensor(99)
    sensor(ECHO).close()


def test_closing_gives_the_pins_back_and_ends_measuring(target: Target) -> None:
    sensor = target.sensor()
    sensor.close()
    with pytest.raises(SensorClosedError):
        sensor.measure_burst(count=1)
    target.sensor().close()
