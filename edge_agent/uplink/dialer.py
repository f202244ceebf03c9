"""When the box connects, and under which session."""

import logging
import random
import secrets
from typing import Protocol

from contract.clock import Clock
from contract.messages import Gone, encode_message
from edge_agent.uplink.backoff import Backoff
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.errors import LinkError

URGENT_EVERY_MS = 30_000
"""A flapping fault must not turn the back-off off."""

_SESSION_BYTES = 8

_log = logging.getLogger(__name__)


class Dialable(Protocol):
    """What is connected: the link."""

    @property
    def is_up(self) -> bool:
        """Answer whether there is a connection, accepted or not yet."""

    def connect(self, *, will: bytes) -> None:
        """Begin a connection.

        Raises:
            LinkError: it cannot be had now.
        """


class Dialer:
    """Connects, and after a loss again. Real time."""

    def __init__(
        self, *, link: Dialable, clock: Clock, rng: random.Random, counts: Counts, first_within_s: float = 0.0
    ) -> None:
        """Begin; the first attempt comes within `first_within_s`."""
        self.instance = secrets.token_hex(_SESSION_BYTES)
        """Of this start of the box's uplink."""
        self.session = ""
        """Of the newest connection."""
        self.has_alert = False
        """An alert waits for the connection: no wait grows long."""
        self._link = link
        self._clock = clock
        self._counts = counts
        self._backoff = Backoff(rng=rng)
        self._due_ms = clock.real_ms() + round(1000 * rng.uniform(0.0, first_within_s))
        self._begun_ms = 0
        self._hurried_ms = -URGENT_EVERY_MS
        self._is_failing = False

    def dial_if_due(self) -> None:
        """Try to connect if there is no connection and the wait is over."""
        now_ms = self._clock.real_ms()
        if self._link.is_up or now_ms < self._due_ms:
            return
        self.session = secrets.token_hex(_SESSION_BYTES)
        self._begun_ms = now_ms
        try:
            self._link.connect(will=self.farewell())
        except LinkError as exc:
            self.note_ended(str(exc), was_answered=False)

    def farewell(self) -> bytes:
        """Return what stands on `gone` when this session ends."""
        return encode_message(Gone(session=self.session))

    def note_accepted(self) -> None:
        """Take note that the broker let the box in."""
        self._counts[Count.CONNECTS] += 1
        _log.info("connected, session %s", self.session)
        self._is_failing = False

    def note_ended(self, why: str, *, was_answered: bool) -> None:
        """Take note that a connection, or an attempt, has ended; plan the next."""
        now_ms = self._clock.real_ms()
        self._counts[Count.LOST] += 1
        self._backoff.lived(seconds=(now_ms - self._begun_ms) / 1000, was_answered=was_answered)
        delay_s = self._backoff.next_delay_s(has_alert=self.has_alert)
        self._due_ms = now_ms + round(1000 * delay_s)
        level = logging.DEBUG if self._is_failing else logging.WARNING
        _log.log(level, "no connection: %s. Tried again in %.1f s.", why, delay_s)
        self._is_failing = True

    def dial_now(self) -> None:
        """Forget the wait: the connection was ended on purpose, to be made anew."""
        self._due_ms = self._clock.real_ms()

    def hurry(self) -> None:
        """An alert waits: shorten the wait, now and then."""
        now_ms = self._clock.real_ms()
        if self._link.is_up or now_ms - self._hurried_ms < URGENT_EVERY_MS:
            return
        self._hurried_ms = now_ms
        self._due_ms = min(self._due_ms, now_ms + round(1000 * self._backoff.urgent_delay_s()))
