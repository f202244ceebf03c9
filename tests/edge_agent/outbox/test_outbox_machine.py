"""Any history of an outbox against a plain model: nothing vanishes unnamed, no number is given twice."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contract.records import AnyRecord, encode_record
from contract.seq_ranges import SeqRanges, ranges_of
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.room import Limits
from tests.support.clocks import FakeClock
from tests.support.outbox_records import OF_CLASS, SMALL_MB, append, append_each_minute, named, open_outbox, waiting

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- thousands of commits: no disk under them where it can be helped


class OutboxMachine(RuleBasedStateMachine):
    """The box writes, the hub acknowledges what it likes, power fails, the quota fills."""

    @initialize(seed_minutes=st.integers(0, 3))
    def begin(self, seed_minutes: int) -> None:
        self.root = Path(tempfile.mkdtemp(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
        self.generation = 0
        self.clock = FakeClock()
        self.clock.advance(60 * seed_minutes)
        self.outbox = open_outbox(self.home, self.clock)
        self.epoch = 1
        self.acked = SeqRanges()  # what the hub of this epoch has
        self.named_at_hub: set[int] = set()
        self.lost_with_hub: set[int] = set()
        self.bodies: dict[int, bytes] = {}
        self.records: dict[int, AnyRecord] = {}
        self.look()

    @property
    def home(self) -> Path:
        return self.root / f"home-{self.generation}"

    @rule(record_class=st.sampled_from(sorted(OF_CLASS)), count=st.integers(1, 5))
    def append_some(self, record_class: int, count: int) -> None:
        first = self.outbox.next_seq
        seqs = append(self.outbox, self.clock, OF_CLASS[record_class], count)
        assert seqs == list(range(first, first + count))
        self.clock.advance(5)

    @rule(record_class=st.sampled_from((1, 1, 1, 2, 3)), hundreds=st.integers(1, 6))
    def fill_up(self, record_class: int, hundreds: int) -> None:
        append_each_minute(self.outbox, self.clock, 100 * hundreds, OF_CLASS[record_class])

    @rule(hundreds=st.integers(1, 3), rises=st.integers(1, 40))
    def fill_up_with_alerts(self, hundreds: int, rises: int) -> None:
        for number in range(100 * hundreds):
            append(self.outbox, self.clock, OF_CLASS[0], decision_id=f"rise-{number % rises}", why="x" * 300)
        self.clock.advance(3600)

    @rule(share=st.floats(0, 1), skip=st.integers(1, 7), newest_first=st.booleans())
    def hub_acknowledges(self, share: float, skip: int, newest_first: bool) -> None:  # noqa: FBT001
        held = sorted(self.records, reverse=newest_first)
        taken = [seq for seq in held[: round(share * len(held))] if seq % skip != 1]
        self.named_at_hub |= named({seq: self.records[seq] for seq in taken})
        for seq in taken:
            self.acked.add(seq)
        while self.outbox.settle(self.marks()):
            pass
        assert not set(taken) & set(waiting(self.outbox))

    @rule()
    def uplink_gives_one_up(self) -> None:
        held = sorted(self.records)
        if held:
            self.outbox.settle(self.marks(set_aside=(held[0],)))
            assert held[0] not in waiting(self.outbox)

    @rule(hours=st.sampled_from((1, 12, 25)))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(3600 * hours)
        for _ in range(8):
            self.outbox.settle(self.marks())

    @rule()
    def hub_is_restored_empty(self) -> None:
        reader = OutboxReader.open(self.outbox.path)
        kept = sum(reader.kept(record_class) for record_class in OF_CLASS)
        before = set(self.records)
        self.epoch += 1
        at_hub = {seq for first, last in self.acked for seq in range(first, last + 1)} | self.named_at_hub
        self.acked = SeqRanges()
        self.named_at_hub = set()
        self.outbox.settle(self.marks())
        again = set(waiting(self.outbox)) - before
        assert kept == 0 or again
        self.lost_with_hub |= at_hub - set(waiting(self.outbox))

    @rule()
    def reopen(self) -> None:
        self.outbox.close()
        self.open_again()

    @rule()
    def power_fails(self) -> None:
        before = self.home
        self.generation += 1
        shutil.copytree(before, self.home, symlinks=True)
        self.outbox.close()
        self.open_again()

    def open_again(self) -> None:
        next_seq, spool_id = self.outbox.next_seq, self.outbox.spool_id
        self.outbox = open_outbox(self.home, self.clock)
        assert self.outbox.next_seq >= next_seq
        assert self.outbox.spool_id == spool_id

    def marks(self, set_aside: tuple[int, ...] = ()) -> Marks:
        return Marks(
            spool=self.outbox.spool_id,
            db_epoch=f"epoch-{self.epoch}",
            high=self.acked.high(),
            ranges=tuple(range_ for range_ in self.acked if range_[0] > self.acked.high()),
            set_aside=set_aside,
        )

    @invariant()
    def look(self) -> None:
        self.records = waiting(self.outbox)
        for seq, record in self.records.items():
            body = encode_record(record)
            assert self.bodies.setdefault(seq, body) == body, f"seq {seq} was given twice"

    @invariant()
    def no_number_is_without_a_trace(self) -> None:
        traced = set(self.records) | named(self.records) | self.named_at_hub | self.lost_with_hub
        unnamed = [seq for seq in range(1, self.outbox.next_seq) if seq not in traced and seq not in self.acked]
        assert not unnamed, f"gone without a tombstone: {ranges_of(unnamed)}"

    @invariant()
    def the_account_is_true(self) -> None:
        view = OutboxReader.open(self.outbox.path).view()
        assert sum(view.unacked) == len(self.records)
        assert view.low == min(self.records, default=view.next)
        assert view.next == self.outbox.next_seq
        for record_class in OF_CLASS:
            held = sum(record.record_class == record_class for record in self.records.values())
            assert view.unacked[record_class] == held

    @invariant()
    def the_quota_holds(self) -> None:
        assert self.outbox.used_share() <= 1
        only_alerts = set(self.outbox.counts()) == {0} or all(
            not count for record_class, count in self.outbox.counts().items() if record_class
        )
        limits = Limits.of(SMALL_MB)
        assert only_alerts or self.outbox.counts()[0] > 100 or self.outbox.used_share() <= limits.soft / limits.pages

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self.outbox.close()
            shutil.rmtree(self.root)


OutboxMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestOutboxMachine = OutboxMachine.TestCase


@pytest.mark.nightly
def test_long_histories() -> None:
    """What is asserted are the machine's own rules and invariants, after each step of each history."""
    run_state_machine_as_test(OutboxMachine, settings=settings(max_examples=400, stateful_step_count=60, deadline=None))
