"""A sensor at its post: opened when first needed, opened again after it failed, and never the end of the process.

A gauge that cannot be read says so in a reading without a value; the level that it had is held.
"""

import logging
from collections.abc import Callable

from edge_agent.gauges.filtering import PINGS_PER_BURST
from edge_agent.gauges.sensor import Burst, DistanceSensor, SensorSpan

SENSOR_FAILED = "sensor_failed"
"""Reason code of a reading whose driver failed."""

log = logging.getLogger(__name__)


class SensorPost:
    """One gauge's sensor behind a door that always answers."""

    def __init__(self, *, source: str, open_sensor: Callable[[], DistanceSensor], span: SensorSpan) -> None:
        """Hold the way to open the sensor.

        Args:
            source: the gauge's name, for the log.
            open_sensor: opens the driver; may raise, and is called again at the next look.
            span: where the sensor can be believed, for as long as it has not been opened.
        """
        self.source = source
        self.span = span
        self._open_sensor = open_sensor
        self._sensor: DistanceSensor | None = None
        self._is_failing = False

    def measure(self) -> tuple[Burst, str]:
        """Return a burst and no reason, or a burst without any echo and why."""
        try:
            burst = self._measure()
        except Exception as exc:  # whatever a driver does, the gauge process goes on  # noqa: BLE001
            self._note_failure(exc)
            self.close()
            return Burst(distances_mm=(None,) * PINGS_PER_BURST), SENSOR_FAILED
        if self._is_failing:
            log.info("sensor %s measures again", self.source)
        self._is_failing = False
        return burst, ""

    def close(self) -> None:
        """Give the sensor back; the next look opens it again."""
        sensor, self._sensor = self._sensor, None
        if sensor is None:
            return
        try:
            sensor.close()
        except Exception as exc:  # a driver that fails to close must not stop the others  # noqa: BLE001
            log.warning("sensor %s does not close: %s", self.source, exc)

    def _measure(self) -> Burst:
        if self._sensor is None:
            self._sensor = self._open_sensor()
            self.span = self._sensor.span
        return self._sensor.measure_burst(count=PINGS_PER_BURST)

    def _note_failure(self, problem: Exception) -> None:
        level = logging.DEBUG if self._is_failing else logging.WARNING
        log.log(level, "sensor %s: %s: %s", self.source, type(problem).__name__, problem)
        self._is_failing = True
