"""Where the box's decisions become true: one transaction in the outbox, and the siren's output.

The siren does not wait for the disk: it is driven when the records of a page are numbered, before they are committed.
When the outbox cannot be written, the rule and the siren go on from memory, what was lost is counted, and the first
page that can be written says so and tells the levels of now.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from contract.clock import Clock
from contract.desired import Applied, DesiredSource, Sampling
from contract.level.settings import Rise
from contract.messages import Command
from contract.records import ClockAnchor, Fault, KnownRecord, RecordClass
from edge_agent.alarm import commands, desired, orders, siren_output, siren_programme
from edge_agent.alarm import memory as memories
from edge_agent.alarm.judgement import Judge, Look
from edge_agent.alarm.memory import Memory
from edge_agent.alarm.notes import note_fault
from edge_agent.alarm.page import Page
from edge_agent.alarm.sampling import interval_s
from edge_agent.gauges.siren import Siren, SirenPattern
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.clock_state import Anchor
from edge_agent.outbox.errors import OutboxError, SpoolRebornError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from edge_agent.quota import Quota

STORAGE_FAILED = "storage_failed"

Plan = Callable[[Memory, Page], Memory]

log = logging.getLogger(__name__)


class AlarmDesk:
    """The one place that changes the box's memory, its outbox and its siren."""

    def __init__(
        self,
        *,
        node_id: str,
        outbox: Outbox,
        clock: Clock,
        box_clock: BoxClock,
        kernel_boot: str,
        judge: Judge,
        quota: Quota,
        siren: Siren | None,
        siren_fault: str = "",
        storage_fault: str = "",
        lost_records: int = 0,
        fallbacks: Mapping[str, DesiredSource | None],
    ) -> None:
        """Take up what the last process of this outbox left.

        Args:
            node_id: of this box.
            outbox: of the gauge process.
            clock: its real time drives the siren.
            box_clock: stamps records.
            kernel_boot: the kernel's id of this boot.
            judge: quality control and level rule.
            quota: this outbox's part of what the hub allows the box.
            siren: the output; None: this box has none that works.
            siren_fault: why the configured output could not be opened; empty when it could, or when there is none.
            storage_fault: why `outbox` holds its records in memory only; empty when it stands on the disk.
            lost_records: that the last process held in memory only.
            fallbacks: every gauge of this box, with what it should be until the hub has said so.
        """
        self._node_id = node_id
        self._outbox = outbox
        self._clock = clock
        self._box_clock = box_clock
        self._kernel_boot = kernel_boot
        self._judge = judge
        self._quota = quota
        self._siren = siren
        self._siren_fault = siren_fault
        self._kept: dict[str, object] = {}
        self._lost_records = lost_records
        self.memory = memories.load(outbox.state, fallbacks=fallbacks)
        self.memory = replace(self.memory, lost=self.memory.lost + lost_records)
        self._write(lambda memory, page: _begin(memory, page, storage_fault))
        self._follow_quota()

    @property
    def spool_id(self) -> str:
        """The spool into which the desk writes."""
        return self._outbox.spool_id

    def interval_s(self, source: str) -> float:
        """Return the time between two looks at a gauge, as the river stands now, scaled s."""
        gauge = self.memory.gauges[source]
        station = gauge.desired
        return interval_s(
            gauge.level,
            sampling=Sampling() if station is None else station.sampling_s,
            rise=Rise() if station is None else station.rise,
            clock_rate=self._clock.rate,
        )

    def take_reading(self, source: str, look: Look) -> None:
        """Judge what a gauge's sensor gave, and write it down."""
        self._write(lambda memory, page: self._judge.take_reading(memory, page, source=source, look=look))

    def take_answered_hello(self, answered: int) -> None:
        """Tell the levels of now, once for each answered hello."""
        if answered and answered != self.memory.answered:
            self._write(lambda memory, page: orders.take_answered_hello(memory, page, answered=answered))

    def take_desired(self, offered: Applied, body: bytes) -> None:
        """Apply, refuse or pass over a desired state; one that was taken before costs nothing."""
        if not desired.is_news(offered, held=self.memory.document, refused=self.memory.refused):
            return
        rate = self._clock.rate
        self._write(lambda memory, page: orders.take_desired(memory, page, offered=offered, body=body, clock_rate=rate))
        self._follow_quota()

    def take_command(self, command: Command, *, is_expired: bool) -> None:
        """Begin or answer a command, once."""
        if not commands.is_news(self.memory.book, command):
            return
        has_output = self._siren is not None
        self._write(
            lambda memory, page: orders.take_command(
                memory, page, command=command, is_expired=is_expired, has_output=has_output
            )
        )

    def pass_time(self, *, hub_zero_ms: int | None = None) -> None:
        """Look at the clock and let the siren's time go by; call it at least once a second.

        Args:
            hub_zero_ms: hub's time when the clock of this boot stood at 0; None: not known.
        """
        anchor = self._box_clock.look(hub_zero_ms=hub_zero_ms)
        if anchor is not None:
            self._write(lambda memory, page: _tell_anchor(memory, page, anchor))
        siren, change = siren_programme.pass_time(
            self.memory.siren, real_ms=self._clock.real_ms(), kernel_boot=self._kernel_boot
        )
        if change is not None:
            self._write(lambda memory, _page: memory)
        elif siren is not self.memory.siren:  # a second of sound is no news for the disk
            self.memory = replace(self.memory, siren=siren)
            self._drive()
        elif self._output_fault():  # an output that could not be switched off is told again to be quiet
            self._drive()
        if siren_output.has_news(self.memory, fault=self._output_fault()):
            self._write(lambda memory, _page: memory)

    def settle(self, marks: Marks | None) -> bool:
        """Let the outbox forget what the hub has; return whether there is more to do at once."""
        try:
            return self._outbox.settle(marks) > 0
        except SpoolRebornError as exc:
            log.warning("outbox: %s", exc)
            self._kept.clear()
            self._write(lambda memory, _page: memory)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            log.warning("outbox: not settled: %s", exc)
        return False

    def close(self) -> None:
        """Silence the siren; what is left of its programme stays remembered."""
        if self._siren is not None:
            self._siren.close()

    def _follow_quota(self) -> None:
        """Let the outbox have what the desired state in force allows it."""
        document = self.memory.document
        if document is None:
            return
        try:
            self._outbox.set_limit(self._quota.limit_mb(document.quota_mb))
        except SpoolRebornError as exc:  # the new spool has the new limit; the memory is to be written into it
            log.warning("outbox: %s", exc)
            self._kept.clear()
            self._write(lambda memory, _page: memory)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            log.warning("outbox: the new quota holds from the next start: %s", exc)

    def _write(self, plan: Plan) -> None:
        """Carry out a plan: memory, siren, outbox, in this order; again when the outbox had to begin a new spool."""
        before = self.memory
        try:
            self._commit(plan)
        except SpoolRebornError as exc:
            log.warning("outbox: %s", exc)
            self.memory = before
            self._kept.clear()
            self._commit(plan)

    def _commit(self, plan: Plan) -> None:
        page: Page | None = None
        try:
            with self._outbox.transaction() as transaction:
                page = self._carry_out(plan, first_seq=transaction.next_seq)
                for record in (*page.records, *self._catching_up(page)):
                    transaction.append(record)
                kept = self._keep(transaction)
        except SpoolRebornError:
            raise
        except (OutboxError, sqlite3.Error, OSError) as exc:
            if page is None:
                page = self._carry_out(plan, first_seq=self._outbox.next_seq)
            self._note_lost(len(page.records), exc)
        else:
            self._kept = kept
            self._lost_records = 0

    def _carry_out(self, plan: Plan, *, first_seq: int) -> Page:
        """Change the memory and the siren by a plan; return the page that tells it."""
        page = Page(
            node_id=self._node_id,
            spool_id=self._outbox.spool_id,
            first_seq=first_seq,
            stamp=self._box_clock.stamp(),
            real_ms=self._clock.real_ms(),
            kernel_boot=self._kernel_boot,
        )
        self.memory = plan(orders.pass_time(self.memory, page), page)
        self._drive()
        is_stuck = self._siren is not None and self._siren.is_stuck
        self.memory = siren_output.tell(self.memory, page, fault=self._output_fault(), is_stuck=is_stuck)
        return page

    def _catching_up(self, page: Page) -> list[KnownRecord]:
        """Return the records that say what was lost before this page, and how the levels stand now."""
        if self._lost_records == 0:
            return []
        text = f"Penyimpanan bekerja lagi; {self._lost_records} catatan tidak tersimpan"
        log.info("outbox: written again; %d records were lost", self._lost_records)
        after = page.following()
        for is_active in (True, False):  # it could not be told while it lasted: its beginning and its end, now
            after.add(Fault(**after.envelope(RecordClass.ALERT), code=STORAGE_FAILED, active=is_active, text=text))
        orders.tell_levels(self.memory, after)
        return after.records

    def _note_lost(self, records: int, problem: Exception) -> None:
        level = logging.DEBUG if self._lost_records else logging.WARNING
        log.log(level, "outbox: %d records not written: %s. Level and siren go on.", records, problem)
        self._lost_records += records
        self.memory = replace(self.memory, lost=self.memory.lost + records)

    def _keep(self, transaction: Transaction) -> dict[str, object]:
        """Write every part of the memory that has changed since it was last on the disk."""
        kept = dict(memories.parts(self.memory))
        for key, part in kept.items():
            if key not in self._kept or self._kept[key] is not part:
                transaction.set_state(key, msgspec.json.encode(part))
        transaction.set_state("clock", self._box_clock.remembered())
        return kept

    def _drive(self) -> None:
        """Make the output do what the siren's state says."""
        run = self.memory.siren.run
        if self._siren is None:
            return
        left_s = siren_programme.sound_left_ms(self.memory.siren) / 1000
        if run is not None and left_s > 0:
            pattern = SirenPattern.TEST if run.trigger == "test" else SirenPattern.AWAS
            self._siren.sound(pattern, for_s=left_s)
        elif self._siren.is_sounding:
            self._siren.silence()

    def _output_fault(self) -> str:
        """Return why the siren's output does not do as it is told; empty when it does."""
        if self._siren is not None:
            return self._siren.fault
        return self._siren_fault or siren_output.fault_without_output(self.memory)


def _begin(memory: Memory, page: Page, storage_fault: str) -> Memory:
    """Close what the last process left open, and tell whether records get to the disk."""
    memory = orders.begin(memory, page)
    text = storage_fault or "Catatan tersimpan di kartu lagi"
    return note_fault(memory, page, code=STORAGE_FAILED, is_active=bool(storage_fault), text=text)


def _tell_anchor(memory: Memory, page: Page, anchor: Anchor) -> Memory:
    page.add(ClockAnchor(**page.envelope(RecordClass.READING), step_ms=anchor.step_ms, was=anchor.was))
    return memory
