"""What the uplink itself writes down, in an outbox of its own: health, clock anchors, answers to commands."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from contract.clock import Clock, ClockTrust
from contract.desired import Desired
from contract.errors import MessageError
from contract.messages import Command, decode_message
from contract.records import ClockAnchor, CommandResult, Health, KnownRecord, RecordClass
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.stamp import Envelope, envelope
from edge_agent.health.vitals import read_vitals
from edge_agent.outbox.errors import OutboxError, SpoolRebornError
from edge_agent.outbox.inbox_rows import DesiredDocument
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from edge_agent.quota import Quota
from edge_agent.uplink import commands
from edge_agent.uplink.commands import HEALTH_NOW, Answer, CommandBook
from edge_agent.uplink.counts import Counts

HEALTH_EVERY_MS = 300_000
"""Scaled."""

LEAST_REAL_MS = 1_000
CLOCK_KEY = "clock"
COMMANDS_KEY = "commands"

_log = logging.getLogger(__name__)

Write = Callable[[Transaction], None]


@dataclass(slots=True, kw_only=True)
class OwnRecords:
    """The uplink as a producer.

    Attributes:
        outbox: opened by this process.
        box_clock: stamps records.
        clock: says when health is due.
        home: of the box; the disk whose free space is told.
        counts: told with every health record.
        quota: this outbox's part of what the hub allows the box.
        version: goes up with every change of the outbox's rows.
        wanted_mb: what the hub wants the whole box to keep to, MiB; None: it has not spoken.
    """

    outbox: Outbox
    box_clock: BoxClock
    clock: Clock
    home: Path
    counts: Counts
    quota: Quota
    version: int = 0
    wanted_mb: int | None = None
    _health_due_up_ms: int = 0
    _not_before_real_ms: int = 0
    _is_failing: bool = False
    _followed: DesiredDocument | None = None
    """The desired state whose quota holds."""

    @property
    def trust(self) -> ClockTrust:
        """How well the box's wall time is known."""
        return self.box_clock.stamp().clock

    def pass_time(self, *, hub_zero_ms: int | None, queued: Mapping[str, int]) -> None:
        """Look at the clock, and write what is due; call it about once a real second.

        Args:
            hub_zero_ms: hub's time when the boot clock stood at 0; None: not known.
            queued: unacknowledged rows of each producer.
        """
        anchor = self.box_clock.look(hub_zero_ms=hub_zero_ms)
        if anchor is not None:
            step_ms, was = anchor.step_ms, anchor.was
            self._write(
                lambda t: t.append(ClockAnchor(**self._envelope(t, RecordClass.READING), step_ms=step_ms, was=was))
            )
        up_ms, real_ms = self.clock.up_ms(), self.clock.real_ms()
        if up_ms >= self._health_due_up_ms and real_ms >= self._not_before_real_ms:
            self._health_due_up_ms = up_ms + HEALTH_EVERY_MS
            self._not_before_real_ms = real_ms + LEAST_REAL_MS
            self._write(lambda t: t.append(self._health(t, queued)))

    def answer(self, command: Command, *, is_expired: bool, queued: Mapping[str, int], no_pictures: str = "") -> bool:
        """Carry out and answer a command, once; return False if it was answered before.

        Args:
            command: not the gauge's.
            is_expired: its time to live is over.
            queued: unacknowledged rows of each producer.
            no_pictures: why nobody on this box answers a command for the camera.
        """
        book, answer = commands.receive(self._book(), command, is_expired=is_expired, no_pictures=no_pictures)
        if answer is None:
            return False

        def write(transaction: Transaction) -> None:
            if answer.result == "done" and command.kind == HEALTH_NOW:
                transaction.append(self._health(transaction, queued))
            self._tell(transaction, answer, book)

        self._write(write)
        return True

    def is_answered(self, command_id: str) -> bool:
        """Answer whether a command was answered here before."""
        return command_id in self._book().known

    def say(self, answer: Answer) -> None:
        """Answer a command that was carried out elsewhere; `is_answered` says whether it got to the disk."""
        book = commands.remember(self._book(), answer.command_id)
        self._write(lambda transaction: self._tell(transaction, answer, book))

    def follow_quota(self, document: DesiredDocument | None) -> None:
        """Let the outbox have what this desired state allows it; one that was followed before costs nothing."""
        if document is None or document is self._followed:
            return
        self._followed = document
        try:
            self.wanted_mb = decode_message(Desired, document.body).quota_mb
            self.outbox.set_limit(self.quota.limit_mb(self.wanted_mb))
        except (MessageError, SpoolRebornError) as exc:
            _log.warning("quota of the uplink's outbox: %s", exc)
        except OutboxError as exc:
            self._note_failure(exc)
        self.version += 1

    def settle(self, marks: Marks | None) -> None:
        """Let go of what the hub has; call it about once a real second."""
        try:
            self.version += self.outbox.settle(marks)
        except SpoolRebornError as exc:
            self.version += 1
            _log.warning("outbox of the uplink: %s", exc)
        except OutboxError as exc:
            self._note_failure(exc)

    def _tell(self, transaction: Transaction, answer: Answer, book: CommandBook) -> None:
        said = CommandResult(
            **self._envelope(transaction, RecordClass.READING),
            command_id=answer.command_id,
            result=answer.result,
            text=answer.text,
        )
        transaction.append(said)
        transaction.set_state(COMMANDS_KEY, msgspec.json.encode(book))

    def _write(self, write: Write) -> None:
        try:
            try:
                self._commit(write)
            except SpoolRebornError as exc:
                _log.warning("outbox of the uplink: %s", exc)
                self._commit(write)
        except OutboxError as exc:
            self._note_failure(exc)
            return
        finally:
            self.version += 1
        if self._is_failing:
            _log.info("outbox of the uplink: written again")
        self._is_failing = False

    def _commit(self, write: Write) -> None:
        with self.outbox.transaction() as transaction:
            write(transaction)
            transaction.set_state(CLOCK_KEY, self.box_clock.remembered())

    def _note_failure(self, problem: OutboxError) -> None:
        level = logging.DEBUG if self._is_failing else logging.WARNING
        _log.log(level, "outbox of the uplink: %s. Readings and alerts go on.", problem)
        self._is_failing = True

    def _health(self, transaction: Transaction, queued: Mapping[str, int]) -> KnownRecord:
        return Health(
            **self._envelope(transaction, RecordClass.TELEMETRY),
            **asdict(read_vitals(home=self.home)),
            outbox_rows=dict(queued),
            counters={str(name): count for name, count in self.counts.items() if count},
        )

    def _envelope(self, transaction: Transaction, record_class: RecordClass) -> Envelope:
        return envelope(self.box_clock.stamp(), seq=transaction.next_seq, record_class=record_class)

    def _book(self) -> CommandBook:
        kept = self.outbox.state(COMMANDS_KEY)
        try:
            return CommandBook() if kept is None else msgspec.json.decode(kept, type=CommandBook)
        except msgspec.DecodeError as exc:
            _log.warning("commands answered before cannot be read (%s); they are forgotten", exc)
            return CommandBook()
