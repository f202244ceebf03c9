"""What a batch does to stations, written down: each station in a savepoint of its own.

A station whose part fails keeps the state it had, says "aturan gagal", and stops nobody else.
"""

import logging

from msgspec.structs import replace

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.memory import Memory
from hub.ingest.savepoint import savepoint
from hub.rivers.held import Run
from hub.rivers.layout import Place
from hub.rivers.walk import Moved
from hub.storage import changes, counters, level_states, records, station_now
from hub.storage.connection import Connection
from hub.storage.counters import RULE_ERRORS

_LOG = logging.getLogger(__name__)


class StationMoves:
    """Applies runs of records, and other thresholds, to stations."""

    def __init__(self, memory: Memory, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Take what is acted on; every call stands inside a write."""
        self._memory = memory
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._complaints = Complaints(_LOG)

    def move(self, connection: Connection, station_id: str, runs: list[Run]) -> None:
        """Let the new readings and level records of a station act on it."""
        place = self._memory.layout.places[station_id]
        moved: Moved | None = None
        try:
            with savepoint(connection):
                moved = self._memory.keeper.apply(place, runs)
                if moved.is_newer:
                    self._write(connection, place, moved)
        except PartFailedError as problem:
            self._fail(connection, station_id, str(problem), moved)
        else:
            self._memory.keeper.keep(moved)

    def judge_again(self, connection: Connection, place: Place) -> None:
        """Let the settings now in force act on what is remembered of a station."""
        moved: Moved | None = None
        try:
            with savepoint(connection):
                moved = self._memory.keeper.judge_again(place)
                if moved is not None:
                    self._write(connection, place, moved)
        except PartFailedError as problem:
            self._fail(connection, place.station_id, str(problem), moved)
        else:
            if moved is not None:
                self._memory.keeper.keep(moved)

    def _write(self, connection: Connection, place: Place, moved: Moved) -> None:
        now = moved.held.now
        now_ms = self._clock.now_ms()
        level_states.save(connection, [moved.held.kept()])
        station_now.save(connection, now)
        for failure in moved.failures:
            records.set_rule_error(connection, failure.spool_no, failure.seq, failure.error)
            self._complaints.trouble(place.station_id, f"aturan gagal, {place.station_id}: {failure.error}")
        if moved.failures:
            counters.add(connection, {(RULE_ERRORS, ""): len(moved.failures)})
        elif now.rule_error is None:
            self._complaints.well(place.station_id, f"{place.station_id}: the level rule works again")
        for change in moved.changes:
            self._desk.on_station_change(connection, change, policy=self._policy)
        if moved.has_voice:  # after the changes: a decision that ends a silence joins its alert
            self._desk.on_voice(connection, place.station_id, now_ms=now_ms, policy=self._policy)
        sample_real_ms = None
        if now.at_ms is not None:
            sample_real_ms = self._clock.real_ms() - round((now_ms - now.at_ms) / self._clock.rate)
        changes.add(connection, at_ms=now_ms, kind="station", ref=place.station_id, sample_real_ms=sample_real_ms)

    def _fail(self, connection: Connection, station_id: str, error: str, moved: Moved | None) -> None:
        """Show the water as it is, but keep the level: the next record brings the same change again."""
        self._complaints.trouble(station_id, f"aturan gagal, {station_id}: {error}")
        old = self._memory.keeper.now(station_id)
        now = replace(
            old if moved is None else moved.held.now,
            severity=old.severity,
            since_ms=old.since_ms,
            since_hub_ms=old.since_hub_ms,
            is_since_doubted=old.is_since_doubted,
            decision_id=old.decision_id,
            is_suspect=old.is_suspect,
            is_silent=old.is_silent,
            silent_since_ms=old.silent_since_ms,
            why=old.why,
            rule_error=error,
        )
        station_now.save(connection, now)
        self._memory.keeper.keep_now(now, is_heard=moved is not None and moved.is_newer)
        counters.add(connection, {(RULE_ERRORS, ""): 1})
        changes.add(connection, at_ms=self._clock.now_ms(), kind="station", ref=station_id)
