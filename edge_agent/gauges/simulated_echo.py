"""A trigger/echo sensor in simulated air: the real driver on gpiozero's mock pins, answered by physics.

The trigger pin's falling edge makes the echo pin ring for as long as sound takes to the water and back at the air's
own temperature. Noise, lost echoes, echo spikes and the two ways in which a JSN-SR04T fails in its blind zone are
drawn from a seeded generator. Edges carry simulated ticks, so a burst takes no real time and needs no thread.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

from edge_agent.gauges.errors import SensorUnavailableError
from edge_agent.gauges.replay import LOSSES, SeriesPlayer
from edge_agent.gauges.sensor import Burst, SensorSpan
from edge_agent.gauges.sound import echo_from_distance_s
from edge_agent.gauges.thermometer import TROPICAL_AIR_C, NoThermometer, Thermometer
from edge_agent.gauges.ultrasonic import EchoModel, UltrasonicSensor

try:
    from gpiozero.pins.mock import MockFactory, MockPin
except ImportError as error:
    raise SensorUnavailableError(
        "simulated sensor: gpiozero is not installed. Try: pip install 'jagawai[pins]'"
    ) from error

TRIGGER_GPIO, ECHO_GPIO = 23, 24

FAR_FALSE_MM = 10_300
"""What a JSN-SR04T of the second revision says about water in its blind zone."""

SPIKE_FARTHEST_MM = 12_000
"""Multiple reflections between bank and deck arrive late: spikes lie between the water and here."""


class BlindZone(StrEnum):
    """What the sensor says about water in its blind zone."""

    FAR = "far"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoFaults:
    """How bad the air and the sensor are; shares are of pings."""

    noise_mm: float = 2.0
    lost_share: float = 0.02
    spike_share: float = 0.02
    zero_share: float = 0.0
    blind_zone: BlindZone = BlindZone.FAR


class SimulatedAir:
    """What a ping meets between sensor and water."""

    def __init__(
        self, *, span: SensorSpan, faults: EchoFaults, rng: Random, temperature_c: float = TROPICAL_AIR_C
    ) -> None:
        """Fill the air with `faults`; `temperature_c` is its true temperature, whatever a thermometer says."""
        self.temperature_c = temperature_c
        self._span = span
        self._faults = faults
        self._rng = rng

    def echo_s(self, distance_mm: float | None) -> float | None:
        """Return how long the echo line is high for water at a true distance, s; None: no echo."""
        if distance_mm is None or self._rng.random() < self._faults.lost_share:
            return None
        heard_mm = self._heard_mm(distance_mm)
        if heard_mm is None:
            return None
        return echo_from_distance_s(distance_mm=max(0.0, heard_mm), temperature_c=self.temperature_c)

    def _heard_mm(self, distance_mm: float) -> float | None:
        faults = self._faults
        if distance_mm <= self._span.blind_zone_mm:
            return FAR_FALSE_MM if faults.blind_zone is BlindZone.FAR else self._span.blind_zone_mm
        if self._rng.random() < faults.zero_share:
            return 0.0
        if self._rng.random() < faults.spike_share:
            return self._rng.uniform(distance_mm, SPIKE_FARTHEST_MM)
        if distance_mm > self._span.max_range_mm:
            return None
        return self._rng.gauss(distance_mm, faults.noise_mm)


class EchoPin(MockPin):  # type: ignore[misc]  # gpiozero ships no types
    """A mock input that rings for a simulated time."""

    def ring(self, *, echo_s: float) -> None:
        """Rise at tick 0 and fall at tick `echo_s`."""
        self._edge(0.0, 1)
        self._edge(echo_s, 0)

    def _edge(self, ticks: float, level: int) -> None:
        if self._when_changed is not None:
            self._call_with_ticks(ticks, level)

    def _call_with_ticks(self, ticks: float, level: int) -> None:
        super(MockPin, self)._call_when_changed(ticks, level)  # MockPin's own would put in the real time


class TriggerPin(MockPin):  # type: ignore[misc]  # gpiozero ships no types
    """A mock output that pings when it falls."""

    on_ping: Callable[[], None] | None = None

    def _change_state(self, value: Any) -> Any:
        has_changed = super()._change_state(value)
        self.clear_states()  # a mock pin keeps every state it ever had
        if has_changed and not value and self.on_ping is not None:
            self.on_ping()
        return has_changed


class SimulatedUltrasonic:
    """The real ultrasonic driver above a recorded river."""

    def __init__(
        self, *, player: SeriesPlayer, air: SimulatedAir, model: EchoModel, thermometer: Thermometer | None = None
    ) -> None:
        """Hang above `player`'s river in `air`; without a thermometer the driver assumes its usual temperature."""
        self._player = player
        self._air = air
        self._distance_mm: float | None = None
        factory = MockFactory()
        trigger = factory.pin(TRIGGER_GPIO, pin_class=TriggerPin)
        self._echo = factory.pin(ECHO_GPIO, pin_class=EchoPin)
        self._sensor = UltrasonicSensor(
            trigger_pin=TRIGGER_GPIO,
            echo_pin=ECHO_GPIO,
            model=model,
            thermometer=thermometer or NoThermometer(),
            pin_factory=factory,
            ping_gap_s=0.0,
            echo_timeout_s=0.0,
        )
        trigger.on_ping = self._answer

    @property
    def span(self) -> SensorSpan:
        """The distances at which it can be believed."""
        return self._sensor.span

    def measure_burst(self, *, count: int) -> Burst:
        """Send `count` pings through the real driver at the water of this instant."""
        played = self._player.now()
        self._distance_mm = played.distance_mm
        burst = self._sensor.measure_burst(count=count)
        if played.distance_mm is None:
            return replace(burst, loss=LOSSES[played.state])
        return replace(burst, interpolated=played.is_interpolated)

    def close(self) -> None:
        """Give the mock pins back."""
        self._sensor.close()

    def _answer(self) -> None:
        echo_s = self._air.echo_s(self._distance_mm)
        if echo_s is not None:
            self._echo.ring(echo_s=echo_s)
