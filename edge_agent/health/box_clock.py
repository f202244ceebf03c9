"""The clock of one process of the box: fills envelopes with time and trust, and says when an anchor is due.

Each producer has one beside its outbox, because `boot` is counted per outbox file.
"""

import logging
import math
from typing import Protocol

import msgspec

from contract.clock import Clock
from edge_agent.health import clock_state
from edge_agent.health.clock_state import Anchor, ClockSigns, ClockState
from edge_agent.health.stamp import Stamp

log = logging.getLogger(__name__)


class TimeSource(Protocol):
    """What says how well the wall clock is kept."""

    def ntp_err_ms(self) -> int | None:
        """Return the bound of the error in real ms while NTP keeps the wall clock, otherwise None."""

    def has_rtc(self) -> bool:
        """Answer whether a hardware clock set the wall clock at boot."""


class BoxClock:
    """Wall time with trust, for one outbox."""

    def __init__(self, *, clock: Clock, source: TimeSource, boot: int, remembered: bytes | None) -> None:
        """Begin with what the last process of this outbox left.

        Args:
            clock: the clock of the process.
            source: what says how well it is kept.
            boot: the outbox's boot number.
            remembered: `remembered()` of the last process, out of the outbox's state; None at the first.
        """
        self._clock = clock
        self._source = source
        self._state = clock_state.begin(_decode(remembered), self._signs(None), has_rtc=source.has_rtc(), boot=boot)

    def look(self, *, hub_zero_ms: int | None = None) -> Anchor | None:
        """Look at the signs; return the anchor that is now due, which the caller writes with the next stamp.

        Args:
            hub_zero_ms: hub's time less `clock.up_ms()`, measured in this boot; None: not known.
        """
        self._state, anchor = clock_state.look(self._state, self._signs(hub_zero_ms))
        return anchor

    def stamp(self) -> Stamp:
        """Return the time of now for a record's envelope."""
        up_ms = self._clock.up_ms()
        return Stamp(
            boot=self._state.boot,
            up_ms=up_ms,
            at_ms=max(0, up_ms + self._state.zero_ms),
            clock=self._state.trust,
            err_ms=clock_state.error_ms(self._state, up_ms=up_ms),
        )

    def remembered(self) -> bytes:
        """Return what the next process of this outbox begins with, to be kept in the outbox's state."""
        return msgspec.json.encode(self._state)

    def _signs(self, hub_zero_ms: int | None) -> ClockSigns:
        real_err_ms = self._source.ntp_err_ms()
        return ClockSigns(
            now_ms=self._clock.now_ms(),
            up_ms=self._clock.up_ms(),
            ntp_err_ms=None if real_err_ms is None else math.ceil(real_err_ms * self._clock.rate),
            hub_zero_ms=hub_zero_ms,
        )


def _decode(remembered: bytes | None) -> ClockState | None:
    """Return what the last process left; nothing if it cannot be read: a box must not stay dark for that."""
    if remembered is None:
        return None
    try:
        return msgspec.json.decode(remembered, type=ClockState)
    except msgspec.DecodeError as exc:
        log.warning("clock: what the last process remembered cannot be read (%s); trust begins anew", exc)
        return None
