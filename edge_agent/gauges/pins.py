"""Which pins a driver uses: the board's own, or gpiozero's mock ones.

gpiozero is imported here and not before; on a Raspberry Pi it needs lgpio, which the extra `pins` installs. lgpio
makes a pipe named `.lgd-nfy…` in the folder that LG_WD names, or else in the working directory: a sandboxed service
must be allowed to write there.
"""

from enum import StrEnum
from typing import Any

from edge_agent.gauges.errors import SensorUnavailableError


class PinKind(StrEnum):
    """Where the pins come from."""

    BOARD = "board"
    MOCK = "mock"


def open_pin_factory(kind: PinKind) -> Any:
    """Return a gpiozero pin factory; a mock one is new at each call.

    Raises:
        SensorUnavailableError: gpiozero or a library for this board's pins is missing.
    """
    if kind is PinKind.MOCK:
        from gpiozero.pins.mock import MockFactory

        return MockFactory()
    try:
        import lgpio
        from gpiozero import GPIOZeroError
        from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as exc:
        raise SensorUnavailableError(
            "GPIO pins: lgpio is not installed. Try: pip install 'jagawai[pins]', or the driver `simulated` on a "
            "machine without pins"
        ) from exc
    try:
        return LGPIOFactory()
    except (lgpio.error, GPIOZeroError, OSError) as exc:
        raise SensorUnavailableError(
            f"GPIO pins: this board's pins cannot be opened: {exc}. Check that /dev/gpiochip0 is there and that the "
            "user is in the group gpio"
        ) from exc
