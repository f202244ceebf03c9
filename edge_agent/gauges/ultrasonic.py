"""Trigger/echo ultrasonic sensors on two GPIO pins: HC-SR04, JSN-SR04T, A02 in its trig/echo form.

**Wiring** (pins by their GPIO number; a wrong 5 V on an input kills the Pi):

    sensor      Raspberry Pi
    VCC         5 V (pin 2 or 4)
    GND         GND (pin 6)
    TRIG        GPIO23, straight: 3.3 V is enough to trigger
    ECHO        330 Ω to GPIO24, and 470 Ω from GPIO24 to GND: the sensor answers with 5 V, the divider makes 2.9 V

An A02 or an HC-SR04P fed with 3.3 V answers with 3.3 V and needs no divider. Keep the cable of a JSN-SR04T's head
(2.5 m) whole; lengthen the four wires between its board and the Pi instead, shielded, up to about 5 m.

**Range.** HC-SR04 2 to 400 cm, demo only, not for rain. JSN-SR04T 25 to 450 cm, beam about 30° wide: at 4 m it
sees a disc 2 m across, so no wall, stair or pipe may stand in it. A02 3 to 450 cm.

**Blind zone.** Nearer than that, the JSN-SR04T gives a far too large distance (second revision) or a pinned minimum
(third): a flood looks like low water. Mount it at least 50 cm above the highest flood known.

**Temperature.** The distance comes from the speed of sound: 0.18 % per °C, so 6 °C wrong over 4 m is 4 cm. Hang a
thermometer in the shade beside the sensor.

gpiozero's own `DistanceSensor` is not used: it pings for ever in a thread, averages, clips at a maximum and drops
lost echoes, where quality control must see every ping. The pins under it are the same.
"""

from dataclasses import dataclass
from threading import Event
from typing import Any

from edge_agent.gauges.errors import SensorClosedError, SensorUnavailableError
from edge_agent.gauges.sensor import Burst, EchoLoss, SensorSpan
from edge_agent.gauges.sound import distance_from_echo_mm
from edge_agent.gauges.thermometer import TROPICAL_AIR_C, Thermometer

PING_GAP_S = 0.06
"""Between pings, so that the last echo has died away: the data sheet of the HC-SR04 asks for over 60 ms a cycle."""

ECHO_TIMEOUT_S = 0.1
"""Longest wait for the end of an echo: 4.5 m take 26 ms, a JSN-SR04T without a target holds the line for 60 ms."""

SETTLE_TIMEOUT_S = 0.2
"""Some HC-SR04 copies hold the line this long after a ping without an echo."""

STUCK_LIMIT = 2
"""After so many stuck pings in a row the rest of a burst is not tried: a burst stays under its sampling interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoModel:
    """What one kind of trigger/echo sensor is like."""

    name: str
    span: SensorSpan
    trigger_s: float
    """Length of the trigger pulse, at least."""


HC_SR04 = EchoModel(name="hc-sr04", span=SensorSpan(blind_zone_mm=20, max_range_mm=4000), trigger_s=10e-6)
JSN_SR04T = EchoModel(name="jsn-sr04t", span=SensorSpan(blind_zone_mm=250, max_range_mm=4500), trigger_s=20e-6)
A02 = EchoModel(name="a02", span=SensorSpan(blind_zone_mm=30, max_range_mm=4500), trigger_s=20e-6)
ECHO_MODELS = {model.name: model for model in (HC_SR04, JSN_SR04T, A02)}


class EchoTimer:
    """Hears the edges of the echo line, in whatever thread the pins call from."""

    def __init__(self) -> None:
        self.fell = Event()
        self.rise_ticks: float | None = None
        self.fall_ticks: float | None = None

    def arm(self) -> None:
        """Forget the edges of the ping before."""
        self.rise_ticks = self.fall_ticks = None
        self.fell.clear()

    def on_edge(self, ticks: float, level: int) -> None:
        """Note an edge; the ticks are the pin factory's own."""
        if level:
            self.rise_ticks = ticks
            return
        self.fall_ticks = ticks
        self.fell.set()


class UltrasonicSensor:
    """One trigger/echo sensor."""

    def __init__(
        self,
        *,
        trigger_pin: int | str,
        echo_pin: int | str,
        model: EchoModel,
        thermometer: Thermometer,
        pin_factory: Any,
        ping_gap_s: float = PING_GAP_S,
        echo_timeout_s: float = ECHO_TIMEOUT_S,
        assumed_temperature_c: float = TROPICAL_AIR_C,
    ) -> None:
        """Take both pins.

        Args:
            trigger_pin: GPIO number or name of TRIG.
            echo_pin: GPIO number or name of ECHO, behind the divider.
            model: which sensor it is.
            thermometer: air temperature beside it.
            pin_factory: from `pins.open_pin_factory`.
            ping_gap_s: pause between pings, s.
            echo_timeout_s: how long to wait for the end of an echo, s; 0 for pins that answer at once.
            assumed_temperature_c: used while the thermometer does not know, °C.

        Raises:
            SensorUnavailableError: gpiozero is missing, or a pin does not exist or is in use.
        """
        self._model = model
        self._thermometer = thermometer
        self._pin_factory = pin_factory
        self._ping_gap_s = ping_gap_s
        self._echo_timeout_s = echo_timeout_s
        self._assumed_temperature_c = assumed_temperature_c
        self._timer = EchoTimer()
        self._closing = Event()
        self._trigger, self._echo = _open_pins(trigger_pin, echo_pin, pin_factory)
        self._echo.pin.edges = "both"
        self._echo.pin.bounce = None
        self._echo.pin.when_changed = self._timer.on_edge

    @property
    def span(self) -> SensorSpan:
        """The distances at which it can be believed."""
        return self._model.span

    def measure_burst(self, *, count: int) -> Burst:
        """Send `count` pings, `ping_gap_s` apart; about 1 s for 13 pings, at worst `count` x 0.16 s."""
        if self._closing.is_set():
            raise SensorClosedError(f"{self._model.name}: asked to measure after close(). Open it again.")
        measured_c = self._thermometer.read_c()
        temperature_c = self._assumed_temperature_c if measured_c is None else measured_c
        echoes = self._ping_in_a_row(count)
        losses = [echo for echo in echoes if isinstance(echo, EchoLoss)]
        return Burst(
            distances_mm=tuple(
                None if isinstance(echo, EchoLoss) else distance_from_echo_mm(echo_s=echo, temperature_c=temperature_c)
                for echo in echoes
            ),
            temperature_c=measured_c,
            loss=losses[-1] if losses else None,
        )

    def close(self) -> None:
        """Give both pins back."""
        self._closing.set()
        self._echo.pin.when_changed = None
        self._trigger.close()
        self._echo.close()

    def _ping_in_a_row(self, count: int) -> list[float | EchoLoss]:
        echoes: list[float | EchoLoss] = []
        while len(echoes) < count:
            if echoes:
                self._closing.wait(self._ping_gap_s)
            echoes.append(self._ping())
            if echoes[-STUCK_LIMIT:] == [EchoLoss.ECHO_STUCK] * STUCK_LIMIT:
                break
        return echoes + [EchoLoss.ECHO_STUCK] * (count - len(echoes))

    def _ping(self) -> float | EchoLoss:
        """Send one ping; return how long the echo line was high, s, or why it cannot be said."""
        if not self._is_settled():
            return EchoLoss.ECHO_STUCK
        self._timer.arm()
        self._trigger.on()
        self._closing.wait(self._model.trigger_s)
        self._trigger.off()
        if not self._timer.fell.wait(self._echo_timeout_s):
            return EchoLoss.NO_ECHO
        rise, fall = self._timer.rise_ticks, self._timer.fall_ticks
        if rise is None or fall is None:  # only one edge was heard: the pulse was too short for the machine
            return EchoLoss.NO_ECHO
        return float(self._pin_factory.ticks_diff(fall, rise))

    def _is_settled(self) -> bool:
        """Wait for the end of an echo that is still going on from the ping before."""
        return not self._echo.value or self._timer.fell.wait(SETTLE_TIMEOUT_S)


def _open_pins(trigger_pin: int | str, echo_pin: int | str, pin_factory: Any) -> tuple[Any, Any]:
    try:
        from gpiozero import GPIOZeroError, InputDevice, OutputDevice
    except ImportError as exc:
        raise SensorUnavailableError(
            "ultrasonic sensor: gpiozero is not installed. Try: pip install 'jagawai[pins]'"
        ) from exc
    try:
        trigger = OutputDevice(trigger_pin, initial_value=False, pin_factory=pin_factory)
    except GPIOZeroError as exc:
        raise SensorUnavailableError(f"ultrasonic sensor: trigger pin {trigger_pin}: {exc}") from exc
    try:
        return trigger, InputDevice(echo_pin, pull_up=False, pin_factory=pin_factory)
    except GPIOZeroError as exc:
        trigger.close()
        raise SensorUnavailableError(f"ultrasonic sensor: echo pin {echo_pin}: {exc}") from exc
