"""Watches over ingest from the outside: the dispatcher raises its own alarm when ingest shows no life for 60 s.

Real seconds. Nothing is raised before the dispatcher itself has run that long, so a common start is no alarm. A sign of
life with a time in the future is one of an earlier boot of the machine and counts as none.
"""

from msgspec import Struct

from contract.clock import Clock
from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.storage import alerts, heartbeats
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

    def look(self, connection: Connection) -> Silence:
        """Raise or end the hub's alert if ingest's silence asks for it, and return that silence.

        Raises:
            DatabaseBusyError: another process holds the write lock; who must be told cannot be written down.
        """
        silence = self.silence(connection)
        is_raised = alerts.open_hub(connection, desk.STILL_CODE) is not None
        if silence.is_too_long == is_raised or (is_raised and not self._has_seen_life(silence)):
            return silence
        with write(connection):
            self._move(connection, silence)
        return silence

    def _move(self, connection: Connection, silence: Silence) -> None:
        now_ms, policy, code = self._clock.now_ms(), self._policy, desk.STILL_CODE
        if silence.is_too_long:
            why = f"penerima data diam {silence.real_s:.0f} detik"
            desk.on_hub_trouble(connection, since_ms=silence.since_ms, why=why, now_ms=now_ms, policy=policy, code=code)
        else:
            desk.on_hub_well(connection, why="penerima data bekerja lagi", now_ms=now_ms, policy=policy, code=code)

    def _has_seen_life(self, silence: Silence) -> bool:
        """Whether ingest spoke since the watch began: a young dispatcher must not end an older one's alarm."""
        return self._clock.real_ms() - self._started_real_ms > 1000 * silence.real_s
