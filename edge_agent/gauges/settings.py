"""What a configuration says of a gauge's driver and of the siren: one struct per table, unknown keys refused.

Loads no board library, so that a configuration can be checked on any machine.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from edge_agent.gauges.pins import PinKind

Share = Annotated[float, Meta(ge=0, le=1)]
Temperature = Annotated[float, Meta(ge=-30, le=70)]
LEAST_MAX_ON_S = 5.0
"""A look at a sensor without echo takes 2 s, and in that time the box says nothing to its siren."""

Model = Literal["hc-sr04", "jsn-sr04t", "a02"]


class ReplaySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[gauge.<source>.replay]`: a faultless sensor above a recorded river."""

    file: str
    """Series CSV; relative to the configuration's folder unless absolute."""
    mounted_offset_cm: float
    """Height of the simulated sensor's zero above the series' datum. The box's own offset is desired state."""
    shift_s: float = 0.0
    """The box's date minus the series' own date, s: whole days keep the time of day."""
    repeats: bool = False
    """Begin again after the last sample; otherwise echoes are lost from then on."""
    noise_mm: Annotated[float, Meta(ge=0, le=1000)] = 2.0
    seed: int = 0
    model: Model = "jsn-sr04t"
    """Whose blind zone and range it has."""


class SimulatedSettings(ReplaySettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[gauge.<source>.simulated]`: the real ultrasonic driver on mock pins above a recorded river."""

    air_temperature_c: Temperature = 27.0
    thermometer_c: Temperature | None = None
    """What the thermometer says; without one the driver assumes 27 °C."""
    lost_share: Share = 0.02
    spike_share: Share = 0.02
    zero_share: Share = 0.0
    blind_zone: Literal["far", "pinned"] = "far"
    """What the sensor says about water in its blind zone."""


class UltrasonicSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[gauge.<source>.ultrasonic]`: a trigger/echo sensor on the board's pins."""

    model: Model = "jsn-sr04t"
    trigger_pin: int | str = 23
    echo_pin: int | str = 24
    thermometer: str | None = None
    """The kernel's file of a DS18B20, `/sys/bus/w1/devices/28-…/temperature`."""
    assumed_temperature_c: Temperature = 27.0
    """Used without a thermometer, or while it does not answer."""
    pins: PinKind = PinKind.BOARD


class SirenSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[siren]`: one output."""

    pin: int | str
    driver: Literal["gpio", "mock"] = "gpio"
    max_on_s: Annotated[float, Meta(gt=0, le=600)] = 180.0
    """After so long without a new word from the box it falls silent, real s."""

    def stutter(self) -> str:
        """Return why the siren would fall silent between two words of the box; empty when it would not.

        No reason not to start: such a box uses `LEAST_MAX_ON_S`, and guards.
        """
        if self.max_on_s >= LEAST_MAX_ON_S:
            return ""
        return (
            f"max_on_s must be {LEAST_MAX_ON_S:g} or more, got {self.max_on_s:g}: the box says each second or two "
            "that the siren is to go on, and it would stutter"
        )


SensorSettings = ReplaySettings | SimulatedSettings | UltrasonicSettings
SENSOR_TABLES: dict[str, type[ReplaySettings] | type[SimulatedSettings] | type[UltrasonicSettings]] = {
    "replay": ReplaySettings,
    "simulated": SimulatedSettings,
    "ultrasonic": UltrasonicSettings,
}
"""By the name that `driver` has in `[gauge.<source>]`."""
