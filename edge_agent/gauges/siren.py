"""The siren at the pole: a pattern on one output, with a dead man's switch.

When it sounds is decided elsewhere (`edge_agent.alarm`). Whoever wants it to go on says so again before `max_on_s` is
over; a process that hangs says nothing, and the siren falls silent. All times are real seconds: people run in them.

An output that does not obey is said in `fault`, and is tried again at the next word: once a second while it should
sound, or while it may still be on.

The switch lives in this process. A box that is frozen or cut off leaves its pin as it was: give the siren's relay a
timer of its own (180 s), and let the service put the pin low when it stops.
"""

import logging
from collections.abc import Callable
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
        """Whether a pattern is being played, or the output may still be on because it could not be switched off."""

    @property
    def is_stuck(self) -> bool:
        """Whether the output may still be on because it could not be switched off."""

    @property
    def fault(self) -> str:
        """Why the output did not obey when it was last switched, for people; empty when it did."""

    def sound(self, pattern: SirenPattern, *, for_s: float = MAX_ON_S) -> None:
        """Play a pattern for `for_s` seconds from now, at most the dead man's limit; the same one goes on unbroken.

        It does not raise: whether the output obeyed stands in `fault` when this returns.
        """

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
        self._on_fault = ""
        self._off_fault = ""
        self._stop = Event()
        self._player: Thread | None = None

    @property
    def is_sounding(self) -> bool:
        """Whether a pattern is being played, or the output may still be on because it could not be switched off."""
        return self._pattern is not None or self.is_stuck

    @property
    def is_stuck(self) -> bool:
        """Whether the output may still be on because it could not be switched off."""
        return bool(self._off_fault)

    @property
    def fault(self) -> str:
        """Why the output did not obey when it was last switched; empty when it did."""
        return self._off_fault or self._on_fault

    def sound(self, pattern: SirenPattern, *, for_s: float = MAX_ON_S) -> None:
        """Play a pattern for `for_s` seconds from now, at most `max_on_s`."""
        with self._lock:
            self._left_s = min(for_s, self._max_on_s)
            if self._pattern is pattern:
                return
        self._end_player()
        if not self._switch_on():
            self._switch_off()  # a relay board of several parts may have obeyed in part
            return
        log.info("siren: %s", pattern.value)
        self._pattern = pattern
        self._stop = Event()
        self._player = Thread(target=self._play, args=(pattern, self._stop), name="siren", daemon=True)
        self._player.start()

    def silence(self) -> None:
        """Be quiet at once."""
        self._end_player()
        self._switch_off()

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
            for step, (is_on, seconds) in enumerate(cycle(PATTERNS[pattern])):
                step_s = self._take(seconds)
                if step_s <= 0:
                    return
                if step > 0 and not (self._switch_on() if is_on else self._switch_off()):  # `sound` did the first
                    return
                if stop.wait(step_s):
                    return
        finally:
            with self._lock:
                self._pattern = None  # also when the output broke: the next word tries again
            self._switch_off()
            log.info("siren: silent")

    def _switch_on(self) -> bool:
        was, self._on_fault = self._on_fault, _fault_of(self._output.on, "tidak menyala")
        _log_change(was, self._on_fault)
        return not self._on_fault

    def _switch_off(self) -> bool:
        was, self._off_fault = self._off_fault, _fault_of(self._output.off, "tidak dapat dimatikan")
        _log_change(was, self._off_fault)
        return not self._off_fault

    def _take(self, seconds: float) -> float:
        """Take a step's time from what is left; return how much there was, s."""
        with self._lock:
            step_s = min(seconds, self._left_s)
            self._left_s -= step_s
            if step_s <= 0:
                self._pattern = None  # a word that comes from now on starts a new player
        return step_s


def _fault_of(switch: Callable[[], None], text: str) -> str:
    """Switch an output; return what went wrong, whatever its driver raises."""
    try:
        switch()
    except Exception as exc:
        log.debug("siren: the output's driver says", exc_info=True)
        return f"Sirene {text}: {type(exc).__name__}: {exc}"
    return ""


def _log_change(was: str, now: str) -> None:
    if now:
        log.log(logging.DEBUG if was else logging.ERROR, "siren: %s. Check its wire and [siren] pin", now)
    elif was:
        log.info("siren: the output obeys again")


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
