"""Tells people when the hub itself hears no box because its broker is away, and when it hears again."""

import logging

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.savepoint import savepoint
from hub.storage import changes
from hub.storage.connection import Connection

TROUBLE_AFTER_REAL_MS = 60_000
"""As long as a box's last will is passed over in silence."""

LOOKS_APART_REAL_MS = 5_000
"""Looks come each second. Longer apart, ingest itself stood still: others tell of that, and nobody listened meanwhile
who could have found the broker away. Of a longer gap so much counts, so that ticks that are always late count too."""

_REF = "ingest"
_LOG = logging.getLogger(__name__)


class HubTrouble:
    """Whether the hub is deaf, and for how long."""

    def __init__(self, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Begin to count now; an alert left by an earlier run ends at the first word from the broker."""
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._heard_real_ms = self._looked_real_ms = clock.real_ms()
        self._is_to_be_ended = True
        self._is_told = False
        self._complaints = Complaints(_LOG)

    def look(self, connection: Connection, *, is_listening: bool) -> None:
        """Tell what has changed, inside a write."""
        real_ms = self._clock.real_ms()
        self._heard_real_ms += max(0, real_ms - self._looked_real_ms - LOOKS_APART_REAL_MS)
        self._looked_real_ms = real_ms
        try:
            with savepoint(connection):
                if is_listening:
                    self._heard_real_ms = real_ms
                    self._end(connection)
                elif real_ms - self._heard_real_ms > TROUBLE_AFTER_REAL_MS and not self._is_told:
                    self._begin(connection, deaf_real_ms=real_ms - self._heard_real_ms)
        except PartFailedError as problem:
            self._complaints.trouble("hub", f"the alerts did not take the hub's own trouble: {problem}")

    def forget_told(self) -> None:
        """Tell it anew: the write in which it was told did not come to be."""
        self._is_told, self._is_to_be_ended = False, True

    def _begin(self, connection: Connection, *, deaf_real_ms: int) -> None:
        now_ms = self._clock.now_ms()
        self._desk.on_hub_trouble(
            connection,
            since_ms=now_ms - round(deaf_real_ms * self._clock.rate),
            why="pusat tidak menerima data: broker tidak terjangkau",
            now_ms=now_ms,
            policy=self._policy,
        )
        changes.add(connection, at_ms=now_ms, kind="hub", ref=_REF)
        self._is_told = self._is_to_be_ended = True

    def _end(self, connection: Connection) -> None:
        if not self._is_to_be_ended:
            return
        now_ms = self._clock.now_ms()
        self._desk.on_hub_well(connection, why="pusat menerima data lagi", now_ms=now_ms, policy=self._policy)
        changes.add(connection, at_ms=now_ms, kind="hub", ref=_REF)
        self._is_told = self._is_to_be_ended = False
