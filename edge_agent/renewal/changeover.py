"""The uplink goes over to a new certificate: tried at the broker first, and only then is the link on the disk switched.

1. The idle place is ready (`slots`) and can be loaded: the connection is ended and made anew with it, unless an alert
   is on its way. What cannot be loaded ends no connection; its certificate is taken away, and the errand asks again.
2. The broker takes the box and grants its subscription -> switched, for good.
3. The connection ends before that -> back to the certificate in use, at once.
4. The broker then takes the one in use -> it has refused the new one: tried again a minute later, then after twice as
   long each time, up to an hour. It takes neither -> there may be no network at all: tried again each minute, because
   the one in use may have ended and then the new one is the only way.

A cut before the switch leaves the old certificate in use and the new one ready, a cut after it the new one. A disk
that does not say what is ready stops nothing else: it is asked again a minute later.
"""

import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from contract.clock import Clock
from edge_agent.renewal.slots import Slots, SlotsInUseError
from edge_agent.uplink.errors import TlsFilesError

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 3_600_000
_DOUBLINGS_MOST = 6
"""Of a minute: 64 of them are more than the longest pause."""

_log = logging.getLogger(__name__)


class Trusting(Protocol):
    """What connects by TLS: the link."""

    @property
    def is_up(self) -> bool:
        """Answer whether there is a connection, accepted or not yet."""

    def use_tls(self, tls: ssl.SSLContext) -> None:
        """Take another identity for the next connection."""


class Changeover:
    """One box's. Real time."""

    def __init__(
        self, *, slots: Slots, link: Trusting, load: Callable[[Path], ssl.SSLContext], clock: Clock
    ) -> None:  # fmt: skip
        """Begin with what is in use.

        Args:
            slots: of the box.
            link: that connects; no connection is open when it is told of another identity.
            load: makes TLS of a folder with the three files; raises TlsFilesError.
            clock: the box's.
        """
        self._slots = slots
        self._link = link
        self._load = load
        self._clock = clock
        self._next: ssl.SSLContext | None = None
        """Of the idle place, loaded before a connection is ended for it."""
        self._is_trying = False
        self._is_given_up = False
        """The last trial failed, and the broker has not taken the one in use since."""
        self._is_taken = False
        self._is_connected = False
        self._is_disk_silent = False
        self._refusals = 0
        self._failed_ms = clock.real_ms() - FIRST_PAUSE_MS

    def is_due(self, *, is_free: bool) -> bool:
        """Answer whether the connection is to be made anew now, with what `turn` chooses; look each turn of the loop.

        Args:
            is_free: whether the present connection can be ended: no alert is on its way by it.
        """
        self._is_connected = self._is_connected and self._link.is_up
        if self._is_taken:
            self._switch()
            return False
        if self._is_trying:
            return not self._link.is_up
        return is_free and self._is_pause_over() and self._is_loaded()

    def turn(self) -> None:
        """Choose what the next connection is made with; the last one is closed by now."""
        self._is_connected = False
        if self._is_trying:
            self._is_trying, self._is_given_up = False, True
            self._pause()
            _log.debug("no connection with the new certificate; the one in use goes on")
            self._use_old()
        elif self._next is not None:
            self._is_trying = True
            self._link.use_tls(self._next)
            self._next = None
            _log.info("trying the new certificate")

    def note_accepted(self) -> None:
        """Take note that the broker has taken the box."""
        self._is_connected = True
        if self._is_trying:
            self._is_trying, self._is_taken = False, True
            self._failed_ms = self._clock.real_ms() - FIRST_PAUSE_MS
            self._switch()
        elif self._is_given_up:
            self._is_given_up = False
            self._refusals += 1
            _log.warning("the broker did not take the new certificate; the one in use goes on")

    def _is_pause_over(self) -> bool:
        pause_ms = FIRST_PAUSE_MS
        if self._is_connected:
            doublings = min(max(0, self._refusals - 1), _DOUBLINGS_MOST)
            pause_ms = min(FIRST_PAUSE_MS << doublings, LONGEST_PAUSE_MS)
        return self._clock.real_ms() >= self._failed_ms + pause_ms

    def _is_loaded(self) -> bool:
        """Load the idle place if it is ready; answer whether it can be tried."""
        try:
            if not self._slots.is_ready():
                return False
            self._next = self._load(self._slots.idle())
        except TlsFilesError as problem:
            _log.warning("the new certificate: %s. It is fetched anew.", problem)
            self._pause()
            self._drop()
        except OSError as problem:
            level = logging.DEBUG if self._is_disk_silent else logging.WARNING
            _log.log(level, "looking for the next certificate: %s. Looked for again.", problem)
            self._is_disk_silent = True
            self._pause()
        else:
            self._is_disk_silent = False
        return self._next is not None

    def _drop(self) -> None:
        try:
            with self._slots.locked():
                self._slots.drop_certificate()
        except OSError as problem:  # of which SlotsInUseError is one
            _log.debug("taking away the new certificate: %s", problem)

    def _use_old(self) -> None:
        try:
            self._link.use_tls(self._load(self._slots.in_use()))
        except TlsFilesError as problem:
            _log.warning("%s", problem)

    def _switch(self) -> None:
        if self._clock.real_ms() < self._failed_ms + FIRST_PAUSE_MS:
            return
        try:
            with self._slots.locked():
                self._slots.switch()
        except SlotsInUseError as problem:
            _log.debug("%s", problem)
        except OSError as problem:
            _log.warning("switching to the new certificate: %s. Tried again.", problem)
            self._pause()
        else:
            self._is_taken = False
            self._refusals = 0
            _log.info("the new certificate is in use")

    def _pause(self) -> None:
        self._failed_ms = self._clock.real_ms()
