"""The siren at the pole: a pattern on one output, with a dead man's switch.

When it sounds is decided elsewhere (`edge_agent.alarm`). Whoever wants it to go on says so again before `max_on_s` is
over; a process that hangs says nothing, and the siren falls silent. All times are real seconds: people run in them.

The switch lives in this process. A box that is frozen or cut off leaves its pin as it was: give the siren's relay a
timer of its own (180 s), and let the service put the pin low when it stops.
"""

import logging
from enum import StrEnum
from itertools import cycle
from threading import Event, Lock, Thread
from typing import Any, Protocol

from edge_agent.gauges.errors import SirenError

MAX_ON_S = 180.0
"""Longer than a person needs to hear it, shorter than the neighbours' patience with a fault."""

log = logging.getLogger(__name__)


class SirenPattern(StrEnum):
    """What it sounds like; told apart with closed eyes."""

    AWAS = "awas"
    TEST = "test"


PATTERNS: dict[SirenPattern, tuple[tuple[bool, float], ...]] = {
    SirenPattern.AWAS: ((True, 6.0), (False, 2.0)),
    SirenPattern.TEST: ((True, 0.5), (False, 1.5)),
}
"""On or off, and for how many seconds; repeated."""


class Siren(Protocol):
    """Something loud."""

    @property
    def is_sounding(self) -> bool:
        """Whether a pattern is being played."""

    def sound(self, pattern: SirenPattern, *, for_s: float = MAX_ON_S) -> None:
        """Play a pattern for `for_s` seconds from now, at most the dead man's limit; the same one goes on unbroken."""

    def silence(self) -> None:
        """Be quiet at once."""

    def close(self) -> None:
        """Be quiet and give the output back."""


class SwitchedOutput(Protocol):
    """An output that is on or off: a gpiozero `OutputDevice`."""

    def on(self) -> None:
        """Switch on."""

    def off(self) -> None:
        """Switch off."""

    def close(self) -> None:
        """Give the pin back."""


class SwitchedSiren:
    """A siren behind a relay or a transistor on one output."""

    def __init__(self, *, output: SwitchedOutput, max_on_s: float = MAX_ON_S) -> None:
        """Own `output`; it is off until told otherwise, and after `max_on_s` without a new word."""
        self._output = output
        self._max_on_s = max_on_s
        self._lock = Lock()
        self._left_s = 0.0
        self._pattern: SirenPattern | None = None
        """Being played; None as soon as the player has decided to end."""
        self._stop = Event()
        self._player: Thread | None = None

    @property
    def is_sounding(self) -> bool:
        """Whether a pattern is being played."""
        return self._pattern is not None

    def sound(self, pattern: SirenPattern, *, for_s: float = MAX_ON_S) -> None:
        """Play a pattern for `for_s` seconds from now, at most `max_on_s`."""
        with self._lock:
            self._left_s = min(for_s, self._max_on_s)
            if self._pattern is pattern:
                return
        self._end_player()
        log.info("siren: %s", pattern.value)
        self._pattern = pattern
        self._stop = Event()
        self._player = Thread(target=self._play, args=(pattern, self._stop), name="siren", daemon=True)
        self._player.start()

    def silence(self) -> None:
        """Be quiet at once."""
        self._end_player()
        self._output.off()

    def close(self) -> None:
        """Be quiet and give the output back."""
        self.silence()
        self._output.close()

    def _end_player(self) -> None:
        self._stop.set()
        if self._player is not None:
            self._player.join()
        self._player = None
        self._pattern = None

    def _play(self, pattern: SirenPattern, stop: Event) -> None:
        try:
            for is_on, seconds in cycle(PATTERNS[pattern]):
                step_s = self._take(seconds)
                if step_s <= 0:
                    return
                if is_on:
                    self._output.on()
                else:
                    self._output.off()
                if stop.wait(step_s):
                    return
        finally:
            with self._lock:
                self._pattern = None  # also when the output broke: the next word tries again
            self._output.off()
            log.info("siren: silent")

    def _take(self, seconds: float) -> float:
        """Take a step's time from what is left; return how much there was, s."""
        with self._lock:
            step_s = min(seconds, self._left_s)
            self._left_s -= step_s
            if step_s <= 0:
                self._pattern = None  # a word that comes from now on starts a new player
        return step_s


def open_siren(*, pin: int | str, pin_factory: Any, max_on_s: float = MAX_ON_S) -> SwitchedSiren:
    """Return the siren on a GPIO output that is on when high.

    Wiring: GPIO17 to the input of a relay board or, through 1 kΩ, to an NPN transistor; the siren has its own 12 V.
    Take a relay that is open without power, or the siren sounds whenever the Pi starts.

    Raises:
        SirenError: gpiozero is missing, or the pin does not exist or is in use.
    """
    try:
        from gpiozero import GPIOZeroError, OutputDevice
    except ImportError as exc:
        raise SirenError("siren: gpiozero is not installed. Try: pip install 'jagawai[pins]'") from exc
    try:
        output = OutputDevice(pin, initial_value=False, pin_factory=pin_factory)
    except GPIOZeroError as exc:
        raise SirenError(f"siren: pin {pin}: {exc}. Check [siren] pin in the configuration.") from exc
    return SwitchedSiren(output=output, max_on_s=max_on_s)
