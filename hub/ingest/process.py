"""The ingest process: one thread that reads, decodes, commits and acknowledges, and ticks once a real second."""

import logging
import random
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from contract.clock import Clock
from contract.messages import encode_message
from contract.topics import down
from hub.alerting.policy import AlertPolicy
from hub.audit import log as audit_log
from hub.audit import new_life
from hub.broker.keeper import Keeper
from hub.ingest.acknowledge import Addressed
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.commit import Committer
from hub.ingest.complaints import Complaints
from hub.ingest.decode import Arrived, decode
from hub.ingest.greetings import standing_acks
from hub.ingest.link import Link, TlsFiles
from hub.ingest.memory import Memory
from hub.ingest.ticks import Ticks
from hub.rivers.believable_hours import ahead_most_ms
from hub.storage import connection as database
from hub.storage import downlink, life_mark
from hub.storage.connection import Connection, write
from hub.storage.errors import StorageError
from hub.storage.migrations import migrate
from hub.storage.retention import Retention

TICK_REAL_MS = 1_000
WAIT_S = 0.05
"""How long the socket is waited for; also how soon a command written by another process is seen."""
SUM_UP_EVERY_REAL_MS = 25
"""In a flood of messages: 1,000 records a time keep pace with 40,000 a second."""
LIFE_MARK_EVERY_REAL_MS = 60_000
DOWNLINK_AT_ONCE = 200
_TROUBLE_OF_THE_DATABASE = (StorageError, sqlite3.OperationalError)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where the broker listens, and how the hub shows who it is."""

    host: str
    port: int
    tls: TlsFiles | None = None


def run(
    *,
    database_path: Path,
    broker: BrokerAddress,
    desk: AlertDesk,
    policy: AlertPolicy,
    kept: Retention,
    dead_letters_limit: int,
    clock: Clock,
    stop: threading.Event,
    keeper: Keeper | None = None,
) -> int:
    """Take in what boxes send until `stop` is set; return the exit code.

    Args:
        database_path: the hub's database; made if it is not there.
        broker: where to connect.
        desk: what acts on alerts, in the same transactions.
        policy: of the city, for the desk.
        kept: how long things are kept.
        dead_letters_limit: how many dead letters are kept.
        clock: the hub's.
        stop: ends the process.
        keeper: of what the broker shall read; None: a broker that lets anybody in.

    Raises:
        TlsFilesError: authority, certificate or key of the hub cannot be loaded.
        StorageError: the database cannot be used.
    """
    connection = database.open(database_path)
    try:
        migrate(connection)
        lost = life_mark.lost_life(connection, database_path)
        if lost is not None:
            with write(connection):
                new_life.begin(
                    connection,
                    now_ms=clock.now_ms(),
                    actor=audit_log.HUB,
                    marked_epoch=lost.db_epoch,
                    marked_n=lost.audit_n or None,
                )
            _LOG.warning("%s is an older copy of itself: boxes are asked for what it lacks", database_path)
        chance = random.Random()  # noqa: S311 - spreads retries, guards nothing
        link = Link(host=broker.host, port=broker.port, tls=broker.tls, clock=clock, chance=chance)
        memory = Memory(connection, clock=clock, dead_letters_limit=dead_letters_limit)
        committer = Committer(connection, memory, clock=clock, desk=desk, policy=policy)
        ticks = Ticks(connection, memory, clock=clock, desk=desk, policy=policy, kept=kept, home=database_path.parent)
        ticks.start()
        ingest = Ingest(
            connection, memory, link=link, committer=committer, ticks=ticks, clock=clock, keeper=keeper
        )  # fmt: skip
        while not stop.is_set():
            ingest.leave_mark(database_path)
            ingest.serve(stop, rounds_real_ms=LIFE_MARK_EVERY_REAL_MS)
        ingest.leave_mark(database_path)
        link.close()
    finally:
        connection.close()
    return 0


class Ingest:
    """The loop."""

    def __init__(
        self,
        connection: Connection,
        memory: Memory,
        *,
        link: Link,
        committer: Committer,
        ticks: Ticks,
        clock: Clock,
        keeper: Keeper | None = None,
    ) -> None:
        """Take the parts."""
        self._keeper = keeper
        self._connection = connection
        self._memory = memory
        self._link = link
        self._committer = committer
        self._ticks = ticks
        self._clock = clock
        self._ahead_ms = ahead_most_ms(rate=clock.rate)
        self._durations_s: list[float] = []
        self._next_tick_real_ms = 0
        self._next_sum_real_ms = 0
        self._next_downlink_real_ms = 0
        self._has_readings_to_sum_up = True
        self._complaints = Complaints(_LOG)

    def leave_mark(self, database_path: Path) -> None:
        """Write down beside the database how far it has come; a mark that is behind is no harm."""
        try:
            life_mark.write_mark(self._connection, database_path)
        except (OSError, *_TROUBLE_OF_THE_DATABASE) as problem:
            self._complaints.trouble("mark", f"cannot write the mark beside {database_path}: {problem}")
        else:
            self._complaints.well("mark", "the mark beside the database is written again")

    def serve(self, stop: threading.Event, *, rounds_real_ms: int) -> None:
        """Go round for so many real milliseconds, or until `stop` is set."""
        ends_real_ms = self._clock.real_ms() + rounds_real_ms
        while not stop.is_set() and self._clock.real_ms() < ends_real_ms:
            self.go_round()

    def go_round(self) -> None:
        """Take in what has arrived, answer it, tick when a second is over, and use a quiet moment for roll-ups."""
        arrived = self._link.serve(0.0 if self._has_readings_to_sum_up else WAIT_S)
        if arrived:
            self._take_in(arrived)
            self._has_readings_to_sum_up = True
        if self._link.is_newly_listening():
            self._greet_everybody()
            self._next_tick_real_ms = self._clock.real_ms()
        if self._clock.real_ms() >= self._next_tick_real_ms:
            self._tick()
        if not arrived or self._clock.real_ms() >= self._next_sum_real_ms:
            self._sum_up()
        self._send_downlink()

    def _take_in(self, arrived: list[Arrived]) -> None:
        began_real_ms, now_ms = self._clock.real_ms(), self._clock.now_ms()
        try:
            incoming = [decode(one, now_ms=now_ms, ahead_ms=self._ahead_ms) for one in arrived]
            answers = self._committer.commit(incoming)
        except _TROUBLE_OF_THE_DATABASE as problem:
            # Nothing was committed and nothing is acknowledged, so boxes send it again.
            self._complaints.trouble("commit", f"cannot commit {len(arrived)} messages: {problem}")
        else:
            self._complaints.well("commit", "records are committed again")
            self._answer(answers)
        self._durations_s.append((self._clock.real_ms() - began_real_ms) / 1000)
        self._link.settle(arrived)

    def _answer(self, answers: list[Addressed]) -> None:
        for answer in answers:
            self._link.publish(down(answer.node_id, "ack"), encode_message(answer.ack))

    def _greet_everybody(self) -> None:
        """Tell every known box where its spools stand and what it should be: the hub is back."""
        self._answer(standing_acks(self._memory, now_ms=self._clock.now_ms()))
        for node_id, document in self._memory.desired.documents().items():
            if node_id in self._memory.refused:
                continue
            self._link.publish(down(node_id, "desired"), encode_message(document), is_retained=True)
        self._link.settle([])

    def _tick(self) -> None:
        self._next_tick_real_ms = self._clock.real_ms() + TICK_REAL_MS
        durations_s, self._durations_s = self._durations_s, []
        try:
            if self._keeper is not None:
                self._keeper.look(self._connection)
            self._ticks.tick(
                listening_real_ms=self._link.listening_real_ms,
                durations_s=durations_s,
                broker=None if self._keeper is None else self._keeper.state,
            )
        except _TROUBLE_OF_THE_DATABASE as problem:
            self._complaints.trouble("tick", f"cannot commit the tick: {problem}")
        else:
            self._complaints.well("tick", "ticks are committed again")

    def _sum_up(self) -> None:
        if not self._has_readings_to_sum_up:
            return
        self._next_sum_real_ms = self._clock.real_ms() + SUM_UP_EVERY_REAL_MS
        try:
            self._has_readings_to_sum_up = self._ticks.roll_up()
        except _TROUBLE_OF_THE_DATABASE as problem:
            self._complaints.trouble("roll-up", f"cannot commit roll-ups: {problem}")
            self._has_readings_to_sum_up = False

    def _send_downlink(self) -> None:
        """Publish what stands in the downlink; what cannot be noted as sent is sent again, once a second."""
        if self._link.listening_real_ms is None or self._clock.real_ms() < self._next_downlink_real_ms:
            return
        try:
            self._publish_owed()
        except _TROUBLE_OF_THE_DATABASE as problem:
            self._next_downlink_real_ms = self._clock.real_ms() + TICK_REAL_MS
            self._complaints.trouble("downlink", f"cannot note what was sent to boxes: {problem}")
        else:
            self._complaints.well("downlink", "what is sent to boxes is noted again")

    def _publish_owed(self) -> None:
        owed = downlink.unsent(self._connection, limit=DOWNLINK_AT_ONCE)
        sent = [
            one.id
            for one in owed
            if self._link.publish(down(one.node_id, one.leaf), one.payload, is_retained=one.retained)
        ]
        if sent:
            with write(self._connection):
                downlink.set_sent(self._connection, sent, now_ms=self._clock.now_ms())
            self._link.settle([])
