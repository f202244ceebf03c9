"""Air temperature beside the sensor, for the speed of sound.

Hang the thermometer in the shade of the sensor's housing, in the air that the sound crosses. One inside a sunlit
housing is worse than a fixed value: sun on the box is the usual cause of a stage that falls at noon.
"""

import logging
from pathlib import Path
from typing import Protocol

TROPICAL_AIR_C = 27.0
"""Assumed where nothing is measured: the yearly mean of the Indonesian coast, which swings about 5 °C in a day."""

COLDEST_C = -30.0
HOTTEST_C = 70.0
"""Below the 85 °C that a DS18B20 says before its first conversion."""

log = logging.getLogger(__name__)


class Thermometer(Protocol):
    """Something that knows the air's temperature, or knows that it does not."""

    def read_c(self) -> float | None:
        """Return the temperature, °C; None when it cannot be measured now."""


class NoThermometer:
    """A box without one: the driver's assumed temperature is used."""

    def read_c(self) -> float | None:
        """Return None."""
        return None


class FixedThermometer:
    """One that always says the same: for simulated air."""

    def __init__(self, temperature_c: float) -> None:
        self._temperature_c = temperature_c

    def read_c(self) -> float | None:
        """Return the temperature, °C."""
        return self._temperature_c


class OneWireThermometer:
    """A DS18B20 on the 1-wire bus, read through the kernel's `w1_therm` driver.

    Wiring: red 3.3 V, black ground, yellow to GPIO4 with 4.7 kΩ up to 3.3 V; `dtoverlay=w1-gpio` in config.txt.
    A conversion takes 0.75 s, so read it once a burst, not once a ping.
    """

    def __init__(self, *, path: Path) -> None:
        """Take the kernel's file, `/sys/bus/w1/devices/28-…/temperature`, in thousandths of a degree."""
        self._path = path
        self._is_failing = False

    def read_c(self) -> float | None:
        """Return the temperature, °C; None when the bus does not answer or the value cannot be air."""
        try:
            temperature_c = int(self._path.read_text(encoding="ascii")) / 1000
        except (OSError, ValueError) as exc:
            self._note_failure(str(exc))
            return None
        if not COLDEST_C <= temperature_c <= HOTTEST_C:
            self._note_failure(f"{temperature_c} °C is no air temperature")
            return None
        if self._is_failing:
            log.info("thermometer %s answers again", self._path)
        self._is_failing = False
        return temperature_c

    def _note_failure(self, what: str) -> None:
        level = logging.DEBUG if self._is_failing else logging.WARNING
        log.log(level, "thermometer %s: %s. Distances use the assumed temperature. Check its wire.", self._path, what)
        self._is_failing = True
