"""A box's uplink without disk or network: outboxes in memory, a hub that is a set of numbers, a link that a test bends.

The hub here shares no code with the project's: it keeps (spool, seq) and answers as the contract says.
"""

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from contract.messages import Ack, Batch
from contract.records import readable_seq
from contract.seq_ranges import SeqRanges, ranges_of
from edge_agent.uplink.acknowledged import Acknowledged
from edge_agent.uplink.counts import Counts
from edge_agent.uplink.sender import HelloDue, Outgoing, Sender
from edge_agent.uplink.traffic import Parcel
from tests.support.clocks import FakeClock

GAUGE = "a" * 32
UPLINK = "b" * 32
SESSION = "5e55"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRow:
    """One record."""

    seq: int
    at_ms: int
    body: bytes


@dataclass(slots=True, kw_only=True)
class MemorySpool:
    """An outbox in memory, with the producer's side of it."""

    spool_id: str
    clock: FakeClock
    next_seq: int = 1
    held: dict[int, tuple[int, MemoryRow]] = field(default_factory=dict)
    """Unacknowledged: seq to (class, row)."""
    kept: dict[int, tuple[int, MemoryRow]] = field(default_factory=dict)
    """Acknowledged, kept for a hub that may be restored."""
    reads: int = 0
    _seqs: dict[int, list[int]] = field(default_factory=lambda: {0: [], 1: [], 2: [], 3: []})
    """Of each class, held or not, in order."""
    _settled: SeqRanges = field(default_factory=SeqRanges)
    _low: int = 1

    def write(self, record_class: int, *, interval_s: float = 60.0, size_bytes: int = 200) -> int:
        """Write one record of now; return its number."""
        seq = self.next_seq
        self.next_seq += 1
        envelope = {"seq": seq, "kind": "reading", "class": record_class, "interval_s": interval_s}
        body = msgspec.json.encode(envelope).ljust(size_bytes)
        self.held[seq] = (record_class, MemoryRow(seq=seq, at_ms=self.clock.now_ms(), body=body))
        self._seqs[record_class].append(seq)
        return seq

    def settle(self, acked: SeqRanges) -> None:
        """Do as the producer does: take what is acknowledged for done, each number once."""
        for first, last in acked:
            for start, end in self._settled.holes(first, min(last, self.next_seq - 1)):
                for seq in range(start, end + 1):
                    if seq in self.held:
                        self.kept[seq] = self.held.pop(seq)
                self._settled.add(start, end)

    def reoffer(self) -> None:
        """Do as the producer does when the hub was restored."""
        self.held |= self.kept
        self.kept.clear()
        self._settled = SeqRanges()
        self._low = 1

    def drop(self, seqs: list[int]) -> None:
        """Do as the producer does with what was set aside."""
        for seq in seqs:
            self.held.pop(seq, None)

    def marks(self) -> tuple[int, int]:
        """Return (low, next)."""
        while self._low < self.next_seq and self._low not in self.held:
            self._low += 1
        return self._low, self.next_seq

    def rows(
        self, record_class: int, *, after_seq: int = 0, before_seq: int | None = None, newest_first: bool, limit: int
    ) -> list[MemoryRow]:
        """Return unacknowledged rows of a class."""
        self.reads += 1
        seqs = self._seqs[record_class]
        first = bisect_right(seqs, after_seq)
        last = len(seqs) if before_seq is None else bisect_left(seqs, before_seq)
        numbers = range(last - 1, first - 1, -1) if newest_first else range(first, last)
        found = (self.held[seqs[n]][1] for n in numbers if seqs[n] in self.held)
        return list(islice(found, limit))


@dataclass(slots=True, kw_only=True)
class MemoryHub:
    """A hub that keeps numbers."""

    clock: FakeClock
    epoch: str = "e1"
    credit_rps: int = 1_000
    committed: dict[str, SeqRanges] = field(default_factory=dict)
    poison: set[tuple[str, int]] = field(default_factory=set)
    """Records that make every batch with them fail without a word."""

    def commit(self, batch: Batch) -> Ack | None:
        """Keep a batch; return the acknowledgement."""
        seqs = seqs_of(batch)
        if any((batch.spool, seq) in self.poison for seq in seqs):
            return None
        self.committed.setdefault(batch.spool, SeqRanges()).update((seq, seq) for seq in seqs)
        return self.ack(batch.spool, ranges_of(seqs))

    def ack(self, spool_id: str, ranges: list[list[int]] | None = None) -> Ack:
        """Return what the hub says of a spool; without ranges the answer to a `hello`."""
        return Ack(
            spool=spool_id,
            high=self.committed.setdefault(spool_id, SeqRanges()).high(),
            ranges=tuple((first, last) for first, last in (ranges or [])[:100]),
            hub_ms=self.clock.now_ms(),
            db_epoch=self.epoch,
            credit_rps=self.credit_rps,
            session=SESSION if ranges is None else msgspec.UNSET,
        )

    def restore(self, epoch: str) -> None:
        """Go back to an empty database."""
        self.epoch = epoch
        self.committed.clear()


@dataclass(slots=True)
class Box:
    """A sender with its spools, and a link that can be asked to do its work step by step."""

    clock: FakeClock = field(default_factory=FakeClock)
    seed: int = 1
    with_uplink_spool: bool = True
    hub: MemoryHub = field(init=False)
    spools: dict[str, MemorySpool] = field(init=False)
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    counts: Counts = field(default_factory=Counter)
    sender: Sender = field(init=False)
    is_hub_there: bool = True
    published: list[Batch] = field(default_factory=list)
    hellos: int = 0

    def __post_init__(self) -> None:
        self.hub = MemoryHub(clock=self.clock)
        names = (GAUGE, UPLINK) if self.with_uplink_spool else (GAUGE,)
        self.spools = {name: MemorySpool(spool_id=name, clock=self.clock) for name in names}
        self.sender = Sender(
            clock=self.clock, rng=random.Random(self.seed), acknowledged=self.acknowledged, counts=self.counts
        )
        self.sender.set_spools(self.spools)

    @property
    def gauge(self) -> MemorySpool:
        """The gauge's outbox."""
        return self.spools[GAUGE]

    @property
    def uplink(self) -> MemorySpool:
        """The uplink's own outbox."""
        return self.spools[UPLINK]

    def write(self, record_class: int, *, interval_s: float = 60.0, size_bytes: int = 200) -> int:
        """Write a record into the gauge's outbox."""
        seq = self.gauge.write(record_class, interval_s=interval_s, size_bytes=size_bytes)
        self.sender.changed()
        return seq

    def outgoing(self, *, handed_over: bool = True, most: int = 10_000) -> list[Outgoing]:
        """Take all that the sender wants to go now; the broker has it at once unless told otherwise."""
        taken: list[Outgoing] = []
        while len(taken) < most and (outgoing := self.sender.next()) is not None:
            taken.append(outgoing)
            if isinstance(outgoing, HelloDue):
                self.hellos += 1
            else:
                self.published.append(outgoing.batch)
                if handed_over:
                    self.sender.handed_over(outgoing.number)
        return taken

    def answer(self, outgoing: Outgoing) -> None:
        """Let the hub answer one thing at once."""
        if isinstance(outgoing, HelloDue):
            for spool_id in self.spools:
                self.sender.heard(self.hub.ack(spool_id))
        elif (ack := self.hub.commit(outgoing.batch)) is not None:
            self.sender.heard(ack)

    def turn(self) -> int:
        """Let everything go that wants to, the hub answer, the producers settle; return how many things went."""
        outgoing = self.outgoing(most=1)
        for thing in outgoing:
            if self.is_hub_there:
                self.answer(thing)
        self.settle()
        return len(outgoing)

    def settle(self) -> None:
        """Let the producers take over the marks."""
        for spool_id, spool in self.spools.items():
            spool.settle(self.acknowledged.acked(spool_id))
            spool.drop(self.acknowledged.aside(spool_id))

    def run(self, seconds: float, *, step_s: float = 0.05) -> None:
        """Let `seconds` of scaled time pass in steps, doing what is to be done in each."""
        end_ms = self.clock.up_ms() + round(seconds * 1000)
        while self.clock.up_ms() < end_ms:
            while self.turn():
                pass
            self.clock.advance(step_s)

    def connect(self) -> None:
        """Begin a connection."""
        self.sender.connected(session=SESSION)

    def open(self) -> None:
        """Connect, have `hello` answered, and the level of now written and acknowledged."""
        self.connect()
        self.run(0.1)
        self.write(0)
        self.run(0.1)
        self.published.clear()

    def held(self) -> int:
        """Return how many records the box still holds unacknowledged."""
        return sum(len(spool.held) for spool in self.spools.values())


def seqs_of(batch: Batch) -> list[int]:
    """Return the numbers of a batch's records in their order."""
    return [seq for record in batch.records if (seq := readable_seq(record)) is not None]


def parcels(outgoing: list[Outgoing]) -> list[Parcel]:
    """Return the batches among what goes."""
    return [thing for thing in outgoing if isinstance(thing, Parcel)]
