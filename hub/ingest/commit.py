"""One transaction for everything that was read from the socket in one go; what it answers is sent after the commit.

A message that makes the transaction fail by itself is found by halving, and what can never be stored is kept as a dead
letter and acknowledged, so that no box sends it for ever. Trouble of the database (locked, full) is nobody's fault:
it goes to the caller, who tries again.
"""

from collections.abc import Sequence

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.ingest import greetings
from hub.ingest.acknowledge import Addressed, acks_of
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.boxes import Box
from hub.ingest.decode import Farewell, Greeting, Incoming, Offer
from hub.ingest.intake import Intake, Taken
from hub.ingest.memory import Memory
from hub.ingest.poison import smaller
from hub.ingest.station_moves import StationMoves
from hub.ingest.suspicions import Suspicions
from hub.rivers.held import Run
from hub.storage import changes, counters, nodes
from hub.storage.connection import Connection, write
from hub.storage.counters import RECORD_CONFLICTS, RECORDS_COMMITTED, RECORDS_DUPLICATE
from hub.storage.dead_letters import DeadLetter
from hub.storage.errors import is_trouble_of_the_database


class Committer:
    """Commits what came in, and says what to acknowledge."""

    def __init__(
        self, connection: Connection, memory: Memory, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy
    ) -> None:
        """Take the hub's only connection for records, and the memory that mirrors it."""
        self._connection = connection
        self._memory = memory
        self._clock = clock
        self._stations = StationMoves(memory, clock=clock, desk=desk, policy=policy)
        self._suspicions = Suspicions(memory, clock=clock, desk=desk, policy=policy)

    def commit(self, incoming: Sequence[Incoming]) -> list[Addressed]:
        """Commit all of it, in the order in which it came, and return the acks.

        Raises:
            DatabaseBusyError: another process holds the database; nothing was committed.
            sqlite3.OperationalError: the database is full or broken; nothing was committed.
        """
        try:
            return self._try(incoming)
        except Exception as problem:
            if is_trouble_of_the_database(problem):
                raise
            if len(incoming) == 1:
                return self.commit(smaller(incoming[0], problem, now_ms=self._clock.now_ms()))
            half = len(incoming) // 2
            return [*self.commit(incoming[:half]), *self.commit(incoming[half:])]

    def _try(self, incoming: Sequence[Incoming]) -> list[Addressed]:
        try:
            with write(self._connection):
                return self._all(incoming)
        except BaseException:
            self._memory.load(self._connection)
            raise

    def _all(self, incoming: Sequence[Incoming]) -> list[Addressed]:
        connection, memory = self._connection, self._memory
        now_ms, real_ms = self._clock.now_ms(), self._clock.real_ms()
        intake = Intake(connection, dead_letters=memory.dead_letters, now_ms=now_ms, real_ms=real_ms)
        heard: dict[str, Box] = {}
        runs: dict[str, list[Run]] = {}
        answers: list[Addressed] = []
        memory.refused.follow(connection)
        for item in incoming:
            if memory.refused.refuses(item.node_id):
                continue
            if isinstance(item, DeadLetter):
                memory.dead_letters.put(connection, item)
            elif isinstance(item, Farewell):
                # What it said before its will must not take the will back, though both came in one read.
                box = heard.pop(item.node_id, None)
                if box is not None:
                    self._note_heard({item.node_id: box}, now_ms=now_ms, real_ms=real_ms)
                greetings.take_leave(connection, memory, item, now_ms=now_ms, real_ms=real_ms)
            else:
                box = heard.get(item.node_id)
                if box is None:
                    box = memory.boxes.get(connection, item.node_id, now_ms=now_ms, real_ms=real_ms)
                    heard[item.node_id] = box
                if isinstance(item, Offer):
                    self._take(item, box, intake, runs, now_ms=now_ms, real_ms=real_ms)
                else:
                    answers += self._greet(item, box, now_ms=now_ms, real_ms=real_ms)
        intake.finish()
        for station_id, station_runs in runs.items():
            self._stations.move(connection, station_id, station_runs)
        for taken in intake.taken.values():
            answers += self._settle(taken, now_ms=now_ms)
        self._note_heard(heard, now_ms=now_ms, real_ms=real_ms)
        memory.watermarks.save(connection)
        memory.refused.count(connection)
        self._count(intake)
        return answers

    def _take(
        self, offer: Offer, box: Box, intake: Intake, runs: dict[str, list[Run]], *, now_ms: int, real_ms: int
    ) -> None:
        memory = self._memory
        mark = memory.watermarks.get(self._connection, offer.node_id, offer.spool_id, now_ms=now_ms, real_ms=real_ms)
        memory.watermarks.touch(mark)
        if offer.ntp_lead_ms is not None:
            memory.ntp_leads.note(offer.node_id, offer.ntp_lead_ms, real_ms=real_ms)
        memory.credit.note(offer.node_id, outstanding=offer.next - offer.low, real_ms=real_ms)
        for source, records in intake.take(offer, mark).items():
            place = memory.layout.place_of((offer.node_id, source))
            if place is not None:
                runs.setdefault(place.station_id, []).append(
                    Run(
                        node_id=offer.node_id,
                        source=source,
                        spool_no=mark.spool_no,
                        spool_id=mark.spool_id,
                        is_superseded=mark.is_superseded,
                        hello_ms=box.hello_ms,
                        live_seq=mark.live_seq,
                        records=records,
                    )
                )

    def _greet(self, greeting: Greeting, box: Box, *, now_ms: int, real_ms: int) -> list[Addressed]:
        acks, evidence = greetings.greet(
            self._connection,
            self._memory,
            greeting,
            box,
            now_ms=now_ms,
            real_ms=real_ms,
            rate=self._clock.rate,
        )
        if evidence:
            self._suspicions.suspect_clone(self._connection, box, evidence)
        for told in greeting.hello.spools.values():
            mark = self._memory.watermarks.get(
                self._connection, box.node_id, told.spool, now_ms=now_ms, real_ms=real_ms
            )
            self._suspicions.look_for_losses(self._connection, mark)
        return acks

    def _settle(self, taken: Taken, *, now_ms: int) -> list[Addressed]:
        """Follow up what a spool brought, and return what answers it."""
        memory, mark = self._memory, taken.mark
        for fault in taken.faults:
            self._suspicions.take_fault(self._connection, mark, fault)
        if taken.conflicts:
            counters.add(self._connection, {(RECORD_CONFLICTS, ""): taken.conflicts})
        if taken.is_contradicted:
            self._suspicions.take_conflict(self._connection, mark)
        self._suspicions.look_for_losses(self._connection, mark)
        return acks_of(
            mark,
            taken.seqs,
            hub_ms=now_ms,
            db_epoch=memory.db_epoch,
            credit_rps=memory.credit.rps(mark.node_id),
        )

    def _note_heard(self, heard: dict[str, Box], *, now_ms: int, real_ms: int) -> None:
        nodes.heard(self._connection, heard, now_ms=now_ms)
        back = [node_id for node_id, box in heard.items() if not box.is_online]
        changes.add_all(self._connection, at_ms=now_ms, kind="node", refs=back)
        for box in heard.values():
            box.heard_real_ms, box.gone_real_ms, box.is_online = real_ms, None, True

    def _count(self, intake: Intake) -> None:
        counters.add(
            self._connection,
            {(RECORDS_COMMITTED, ""): intake.committed, (RECORDS_DUPLICATE, ""): intake.duplicates},
        )
