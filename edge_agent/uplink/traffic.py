"""What is taken, what flies, what the hub has: the books behind the sender. Pure; real time.

A row is taken when it was acknowledged, was given up, or is on its way. Taken rows are never chosen again.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from contract.messages import Ack, Batch
from contract.records import RecordClass
from contract.seq_ranges import SeqRanges
from edge_agent.uplink.acknowledged import MOST_RANGES, Acknowledged, Verdict
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.credit import Credit
from edge_agent.uplink.flight import Flight, Flown
from edge_agent.uplink.order import Desk, Pick
from edge_agent.uplink.spools import Row, Spool, untaken

MOST_TAKEN = 3 * MOST_RANGES
"""Ranges of one spool, at which the book is made anew without what has been forgotten; that costs some 50 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A batch that is to be published now."""

    number: int
    """To be given back with `handed_over` when the broker has it."""
    batch: Batch


class Traffic:
    """The books of one box."""

    def __init__(self, *, rng: random.Random, acknowledged: Acknowledged, counts: Counts, now_ms: int) -> None:
        """Begin with nothing on its way.

        Args:
            rng: draws the jitter of resends.
            acknowledged: what an earlier process has learned; changed by `heard`.
            counts: counted up.
            now_ms: real time.
        """
        self.flight = Flight(rng)
        self.credit = Credit(now_ms=now_ms)
        self._acknowledged = acknowledged
        self._counts = counts
        self._spools: dict[str, Spool] = {}
        self._taken: dict[str, SeqRanges] = {}
        self._live_from: dict[str, int] = {}

    @property
    def spools(self) -> Mapping[str, Spool]:
        """The outboxes that the box has now, by spool id."""
        return self._spools

    def set_spools(self, spools: Mapping[str, Spool]) -> bool:
        """Take the outboxes that the box has now; return whether they are others than before."""
        is_news = spools.keys() != self._spools.keys()
        self._spools = dict(spools)
        self._acknowledged.keep_only(set(spools))
        self.flight.clear(but_of=spools)
        self._retake()
        self._live_from = {spool_id: self._live_from.get(spool_id, spools[spool_id].marks()[1]) for spool_id in spools}
        return is_news

    def begin_connection(self, *, now_ms: int) -> None:
        """Begin anew with the credit that holds before the first acknowledgement."""
        self._acknowledged.begin_connection()
        self.credit = Credit(now_ms=now_ms)
        self.flight.clear()
        self._retake()

    def call_live_from_now(self) -> None:
        """Call live what is written from now on, and backlog what lies there."""
        self._live_from = {spool_id: spool.marks()[1] for spool_id, spool in self._spools.items()}

    def desk(self) -> Desk:
        """Return what is looked at when rows are chosen."""
        return Desk(spools=self._spools, taken=self._taken, live_from=self._live_from)

    def heard(self, ack: Ack, *, now_ms: int) -> Verdict:
        """Take an acknowledgement of a spool that the box has.

        Raises:
            RangesError: it holds no proper ranges; nothing was taken.
        """
        verdict = self._acknowledged.apply(ack)
        if verdict is Verdict.LEFT_EPOCH:
            self._counts[Count.ACKS_LEFT_EPOCH] += 1
            return verdict
        self.credit.grant(ack.credit_rps, now_ms=now_ms)
        self._counts[Count.ACKED] += self.flight.settle(ack.spool, self._acknowledged.acked(ack.spool))
        self._taken[ack.spool].update([(1, ack.high), *ack.ranges] if ack.high else ack.ranges)
        for spool_id, taken in self._taken.items():
            taken.update((seq, seq) for seq in self._acknowledged.aside(spool_id))
        if verdict is Verdict.NEW_EPOCH or len(self._taken[ack.spool]) > MOST_TAKEN:
            self._retake()
        return verdict

    def open_at_ms(self, *, is_backlog: bool, now_ms: int) -> int | None:
        """Return when the credit lets the next batch go; None: all places are taken until something arrives."""
        if not self.flight.has_place(is_backlog=is_backlog):
            return None
        return self.credit.open_at_ms(is_backlog=is_backlog, now_ms=now_ms)

    def launch(self, pick: Pick, *, now_ms: int, is_urgent: bool = False, is_backlog: bool = False) -> Parcel:
        """Put chosen rows on their way."""
        flown = self.flight.launch(
            spool_id=pick.spool_id,
            record_class=pick.record_class,
            rows=pick.rows,
            is_urgent=is_urgent,
            is_backlog=is_backlog,
        )
        for row in pick.rows:
            self._taken[pick.spool_id].add(row.seq)
        return self.send(flown, now_ms=now_ms)

    def send(self, flown: Flown, *, now_ms: int) -> Parcel:
        """Put a batch on its way, new or again."""
        self._counts[Count.RESENT if flown.sends else Count.SENT] += 1
        self.flight.send(flown, now_ms=now_ms)
        self.credit.spend(len(flown.rows), is_backlog=flown.is_backlog, now_ms=now_ms)
        return Parcel(number=flown.number, batch=self._batch(flown.spool_id, flown.rows))

    def probe(self, spool_id: str, *, now_ms: int) -> Parcel | None:
        """Return the newest class 0 of a spool, whether it flies or not; an acknowledgement settles it all the same."""
        acked = self._acknowledged.acked(spool_id)
        rows = untaken(self._spools[spool_id], RecordClass.ALERT, taken=acked, newest_first=True, limit=1)
        if not rows:
            return None
        self.credit.spend(1, is_backlog=False, now_ms=now_ms)
        return Parcel(number=0, batch=self._batch(spool_id, rows))

    def take_apart(self, flown: Flown) -> None:
        """Halve a batch that does not get through; give up a single record."""
        if len(flown.rows) > 1:
            self._counts[Count.HALVED] += 1
            self.flight.halve(flown)
            return
        self._counts[Count.SET_ASIDE] += 1
        self._acknowledged.set_aside(flown.spool_id, self.flight.give_up(flown))

    def forget_flown(self) -> None:
        """Forget what flies, at the end of a connection."""
        self.flight.clear()
        self._retake()

    def ground(self) -> None:
        """Bring down what flies: the hub is, or was, not there."""
        self.flight.ground()
        self._retake()

    def _batch(self, spool_id: str, rows: Sequence[Row]) -> Batch:
        low, next_seq = self._spools[spool_id].marks()
        return Batch(spool=spool_id, low=low, next=next_seq, records=[msgspec.Raw(row.body) for row in rows])

    def _retake(self) -> None:
        self._taken = {}
        for spool_id in self._spools:
            taken = self._taken[spool_id] = SeqRanges(self._acknowledged.acked(spool_id))
            taken.update((seq, seq) for seq in self._acknowledged.aside(spool_id))
        for spool_id, seq in self.flight.seqs():
            self._taken[spool_id].add(seq)
