"""What can go wrong between a gauge's sensor and a judged stage.

GaugeError
├── SensorError
│   ├── SensorUnavailableError   a library, pin or file that the driver needs is not there
│   └── SensorClosedError        the driver was used after `close()`
├── SirenError                   the siren's output cannot be opened
└── SeriesError                  a series file does not hold what it should

A lost echo, a dead thermometer or an implausible value is no error: it is a measurement, and carries a flag.
"""


class GaugeError(Exception):
    """Something about a gauge does not work."""


class SensorError(GaugeError):
    """A sensor's driver does not work."""


class SensorUnavailableError(SensorError, OSError):
    """What a driver needs is not there; the text says what to install or to check."""


class SensorClosedError(SensorError, RuntimeError):
    """A sensor was asked to measure after it was closed."""


class SirenError(GaugeError, OSError):
    """The siren's output cannot be opened."""


class SeriesError(GaugeError, ValueError):
    """A series file has the wrong form; the text says file, line and why."""
