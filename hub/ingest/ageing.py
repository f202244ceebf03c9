"""What the passing of time alone does to stations and boxes: old, silent, away. Severities stay."""

import logging

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.memory import Memory
from hub.ingest.savepoint import savepoint
from hub.storage import changes, nodes, station_now
from hub.storage.connection import Connection
from hub.storage.station_now import StationNow

_LOG = logging.getLogger(__name__)


class Ageing:
    """Looks at every station and box; every call stands inside a write."""

    def __init__(self, memory: Memory, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Take what is looked at."""
        self._memory = memory
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._complaints = Complaints(_LOG)

    def look(self, connection: Connection, *, listening_real_ms: int | None) -> None:
        """Let time act on everything.

        Args:
            connection: inside a write.
            listening_real_ms: real clock since when boxes are heard without a break; None while the broker is away,
                when values grow old but nobody is called silent or away.
        """
        for station_id in {binding.station_id for binding in self._memory.layout.counting.values()}:
            if station_id in self._memory.layout.places:
                self._age(connection, station_id, listening_real_ms)
        if listening_real_ms is not None:
            self._look_for_absent(connection, listening_real_ms)

    def _age(self, connection: Connection, station_id: str, listening_real_ms: int | None) -> None:
        keeper = self._memory.keeper
        before = keeper.now(station_id)
        now = keeper.age(station_id, listening_real_ms=listening_real_ms)
        if now is None:
            return
        try:
            with savepoint(connection):
                station_now.save(connection, now)
                changes.add(connection, at_ms=self._clock.now_ms(), kind="station", ref=station_id)
                if now.is_silent and not before.is_silent:
                    self._tell_silence(connection, now)
        except PartFailedError as problem:
            self._complaints.trouble(station_id, f"the alerts did not take the silence of {station_id}: {problem}")
        else:
            keeper.keep_now(now)

    def _tell_silence(self, connection: Connection, now: StationNow) -> None:
        now_ms = self._clock.now_ms()
        self._desk.on_silence(
            connection,
            now.station_id,
            silent_since_ms=now.silent_since_ms or now_ms,
            now_ms=now_ms,
            last_severity=now.severity,
            policy=self._policy,
        )

    def _look_for_absent(self, connection: Connection, listening_real_ms: int) -> None:
        real_ms, rate = self._clock.real_ms(), self._clock.rate
        for box in self._memory.boxes.all_boxes():
            if box.is_online and box.is_away(listening_real_ms=listening_real_ms, real_ms=real_ms, rate=rate):
                box.is_online = False
                nodes.set_offline(connection, box.node_id)
                changes.add(connection, at_ms=self._clock.now_ms(), kind="node", ref=box.node_id)
