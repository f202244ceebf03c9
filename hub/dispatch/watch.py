"""Watches over ingest from the outside: the dispatcher raises its own alarm when ingest shows no life for 60 s.

Real seconds. Nothing is raised before the dispatcher itself has run that long, so a common start is no alarm. A sign of
life with a time in the future is one of an earlier boot of the machine and counts as none.

One notice and one recovery for each standstill: what the herald told while nothing could be written down is written
down as told, as soon as it can be, and so is not told again and ends with a message to the same people.
"""

from collections.abc import Mapping

from msgspec import Struct

from contract.clock import Clock
from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.dispatch.delivery import DeliveryState
from hub.storage import alerts, deliveries, heartbeats
from hub.storage.connection import Connection, write
from hub.storage.heartbeats import Heartbeat

INGEST = "ingest"
DEAD_AFTER_S = 60.0


class Silence(Struct, frozen=True, kw_only=True):
    """For how long ingest has shown no life."""

    real_s: float
    since_ms: int
    """Hub's clock, UTC ms."""

    @property
    def is_too_long(self) -> bool:
        """Whether somebody must be told."""
        return self.real_s > DEAD_AFTER_S


def silence_of(beat: Heartbeat | None, *, started_real_ms: int, clock: Clock) -> Silence:
    """Return how long ingest has been silent.

    Args:
        beat: its newest sign of life, if there ever was one.
        started_real_ms: real clock at which the watch began.
        clock: the hub's.
    """
    now_real_ms = clock.real_ms()
    seen_real_ms = started_real_ms
    if beat is not None and started_real_ms < beat.at_real_ms <= now_real_ms:
        seen_real_ms = beat.at_real_ms
    real_ms = now_real_ms - seen_real_ms
    return Silence(real_s=real_ms / 1000, since_ms=clock.now_ms() - round(real_ms * clock.rate))


class Heralded(Struct, frozen=True, kw_only=True):
    """What people were told of a standstill without a record."""

    silence: Silence
    told_ms: Mapping[str, int]
    """When each person took it, by recipient id; hub's clock, UTC ms."""


class Watch:
    """Looks at ingest's sign of life and moves the hub's own alert."""

    def __init__(self, *, clock: Clock, policy: AlertPolicy) -> None:
        """Begin to watch now."""
        self._clock = clock
        self._policy = policy
        self._started_real_ms = clock.real_ms()

    def silence(self, connection: Connection) -> Silence:
        """Return how long ingest has been silent; reads only."""
        beat = heartbeats.all_heartbeats(connection).get(INGEST)
        return silence_of(beat, started_real_ms=self._started_real_ms, clock=self._clock)

    def look(self, connection: Connection, *, heralded: Heralded | None = None) -> Silence:
        """Raise or end the hub's alert if ingest's silence asks for it, and return that silence.

        Args:
            connection: to write with.
            heralded: what was told while nothing could be written down.

        Raises:
            DatabaseBusyError: another process holds the write lock; who must be told cannot be written down.
        """
        silence = self.silence(connection)
        is_raised = alerts.open_hub(connection, desk.STILL_CODE) is not None
        is_as_raised = silence.is_too_long == is_raised or (is_raised and not self._has_seen_life(silence))
        if is_as_raised and heralded is None:
            return silence
        with write(connection):
            silence = self.silence(connection)  # ingest may have spoken while the lock was waited for
            if silence.is_too_long or heralded is not None:
                self._begin(connection, silence if heralded is None else heralded.silence)
            if heralded is not None:
                self._note_told(connection, heralded)
            if not silence.is_too_long and self._has_seen_life(silence):
                self._end(connection)
        return silence

    def _begin(self, connection: Connection, silence: Silence) -> None:
        desk.on_hub_trouble(
            connection,
            since_ms=silence.since_ms,
            why=f"penerima data diam {silence.real_s:.0f} detik",
            now_ms=self._clock.now_ms(),
            policy=self._policy,
            code=desk.STILL_CODE,
        )

    def _note_told(self, connection: Connection, heralded: Heralded) -> None:
        alert = alerts.open_hub(connection, desk.STILL_CODE)
        for message in [] if alert is None else deliveries.of_alert(connection, alert.alert_id):
            at_ms = heralded.told_ms.get(message.recipient_id)
            if at_ms is not None:
                deliveries.move(connection, message.delivery_id, DeliveryState.HANDED, at_ms=at_ms)

    def _end(self, connection: Connection) -> None:
        desk.on_hub_well(
            connection,
            why="penerima data bekerja lagi",
            now_ms=self._clock.now_ms(),
            policy=self._policy,
            code=desk.STILL_CODE,
        )

    def _has_seen_life(self, silence: Silence) -> bool:
        """Whether ingest spoke since the watch began: a young dispatcher must not end an older one's alarm."""
        return self._clock.real_ms() - self._started_real_ms > 1000 * silence.real_s
