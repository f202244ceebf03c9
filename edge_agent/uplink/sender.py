"""Decides what the box sends to the hub, and when. Pure: spools behind a seam, the clock an argument, no network.

The rules, beside those of `conversation`, `order` and `flight`:

1. GREETING and SILENT: only `hello`, and class 0 that was written since, at once. A repeated `hello` takes the newest
   class 0 record of each spool along, so that a hub that hears and cannot speak still learns how things stand.
2. OPEN: live class 0 (written since the answer) at once, outside the window; live rows of other classes as often as
   readings come (`cadence`); backlog in its order, at most 70 % of the credit.
3. The answer makes the gauge write its level of now. Backlog waits for that record, at most 3 s: a box may have none.
4. The acknowledgement that ends a silence has all unacknowledged class 0 sent at once, behind `hello`.
5. An acknowledgement that passes over class 0 sent more than 3 s before, or an answer to `hello`: the hub may have been
   away when it came. It goes again at once, not after 30 s; twice sent is harmless, the hub keeps one.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from contract.clock import Clock
from contract.messages import Ack, Batch
from contract.records import RecordClass
from contract.seq_ranges import SeqRanges
from edge_agent.uplink import cadence, order
from edge_agent.uplink.acknowledged import Acknowledged, Verdict
from edge_agent.uplink.conversation import Conversation, Phase, Turn
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.credit import Credit
from edge_agent.uplink.flight import Flight, Flown
from edge_agent.uplink.order import BACKLOG_LANES, Desk, Pick
from edge_agent.uplink.spools import Row, Spool, untaken

STATE_OF_NOW_WITHIN_MS = 3_000
"""The gauge looks once a second for the answer; then it writes its level of now."""

PASSED_OVER_AFTER_MS = 3_000
"""Batches are committed in the order they came; one this old that a later acknowledgement leaves out never arrived."""


class HelloDue:
    """It is time to say `hello`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A batch that is to be published now."""

    number: int
    """To be given back with `handed_over` when the broker has it."""
    batch: Batch


Outgoing = HelloDue | Parcel
_NEVER_MS = 1 << 62


class Sender:
    """The state of one box's talk with the hub."""

    def __init__(self, *, clock: Clock, rng: random.Random, acknowledged: Acknowledged, counts: Counts) -> None:
        """Begin without a connection.

        Args:
            clock: real time for every wait, its rate for the cadence.
            rng: draws the jitter of resends.
            acknowledged: what an earlier process has learned; changed by `heard`.
            counts: counted up.
        """
        self.talk = Conversation()
        self._clock = clock
        self._acknowledged = acknowledged
        self._counts = counts
        self._flight = Flight(rng)
        self._credit = Credit(now_ms=clock.real_ms())
        self._spools: dict[str, Spool] = {}
        self._taken: dict[str, SeqRanges] = {}
        self._live_from: dict[str, int] = {}
        self._live_sent_ms: dict[tuple[str, int], int] = {}
        self._heard_ms = 0
        self._probes: list[str] = []
        self._backlog_from_ms = _NEVER_MS
        self._hour_from_ms: int | None = None
        self._is_changed = True
        self._wake_ms = 0

    @property
    def phase(self) -> Phase:
        """How things stand between box and hub."""
        return self.talk.phase

    def set_spools(self, spools: Mapping[str, Spool]) -> None:
        """Take the outboxes that the box has now, by spool id. A new one is announced by `hello`."""
        is_news = spools.keys() != self._spools.keys()
        self._spools = dict(spools)
        self._acknowledged.keep_only(set(spools))
        self._flight.clear(but_of=spools)
        if is_news and self.phase is not Phase.AWAY:
            self._greet(
                Phase.GREETING, backlog_from_ms=self._clock.real_ms() if self.phase is Phase.OPEN else _NEVER_MS
            )

    def changed(self) -> None:
        """Take note that an outbox has new rows."""
        self._is_changed = True

    def connected(self) -> None:
        """Begin a connection."""
        self._acknowledged.begin_connection()
        self._credit = Credit(now_ms=self._clock.real_ms())
        self._flight.clear()
        self._live_sent_ms.clear()
        self._greet(Phase.GREETING, backlog_from_ms=_NEVER_MS)

    def lost(self) -> None:
        """End the connection."""
        self.talk.leave()
        self._flight.clear()

    def handed_over(self, number: int) -> None:
        """Take note that the broker has the parcel of this number."""
        self._flight.handed_over(number, now_ms=self._clock.real_ms())
        self._is_changed = True

    def heard(self, ack: Ack) -> None:
        """Take an acknowledgement.

        Raises:
            RangesError: it holds no proper ranges; nothing was taken.
        """
        if ack.spool not in self._spools:
            self._counts[Count.ACKS_FOREIGN] += 1
            return
        verdict = self._acknowledged.apply(ack)
        if verdict is Verdict.LEFT_EPOCH:
            self._counts[Count.ACKS_LEFT_EPOCH] += 1
            return
        now_ms = self._heard_ms = self._clock.real_ms()
        self._is_changed = True
        self._credit.grant(ack.credit_rps, now_ms=now_ms)
        self._counts[Count.ACKED] += self._flight.settle(ack.spool, self._acknowledged.acked(ack.spool))
        self._retake()
        turn = self.talk.heard(ack.spool, is_restored=verdict is Verdict.NEW_EPOCH)
        if turn is Turn.GREET_AGAIN:
            self._flight.ground()
            self._greet(Phase.GREETING, backlog_from_ms=now_ms)
        elif turn is Turn.OPENED:
            self._flight.hurry_alerts(now_ms=now_ms)
            self._begin(min(self._backlog_from_ms, now_ms + STATE_OF_NOW_WITHIN_MS))
        else:
            before_ms = now_ms - PASSED_OVER_AFTER_MS
            self._flight.hurry_alerts(now_ms=now_ms, spool_id=ack.spool, sent_before_ms=before_ms)

    def next(self) -> Outgoing | None:
        """Return what goes now, one thing at a time; None: nothing, until something changes or `wake_ms` has come."""
        now_ms = self._clock.real_ms()
        if self.phase is Phase.AWAY or (not self._is_changed and now_ms < self._wake_ms):
            return None
        self._is_changed, self._wake_ms = True, _NEVER_MS
        steps: tuple[Callable[[int], Outgoing | None], ...] = (
            self._hello,
            self._urgent,
            self._probe,
            self._again,
            self._live,
            self._backlog,
        )
        for step in steps:
            outgoing = step(now_ms)
            if outgoing is not None:
                return outgoing
        self._is_changed = False
        return None

    @property
    def wake_ms(self) -> int:
        """Real ms at which `next` has something again though nothing has changed."""
        return 0 if self._is_changed else self._wake_ms

    @property
    def credit_rps(self) -> int:
        """Records a second that the hub allows."""
        return self._credit.rps

    def in_flight(self) -> tuple[int, int]:
        """Return how many batches are on their way: in the window, and live class 0 beside it."""
        return self._flight.count(), self._flight.urgent_count()

    # What may go, in order; each returns one thing or None.

    def _hello(self, now_ms: int) -> Outgoing | None:
        due_ms = self.talk.hello_due_ms
        if due_ms is None or now_ms < due_ms:
            self._wake_at(due_ms)
            return None
        if self.talk.say_hello(self._spools, now_ms=now_ms):
            self._begin(_NEVER_MS)
            self._probes = list(self._spools)
        self._counts[Count.HELLOS] += 1
        return HelloDue()

    def _urgent(self, now_ms: int) -> Outgoing | None:
        for spool_id in self._spools if self._flight.has_urgent_place() else ():
            pick = order.live(self._desk(), spool_id, RecordClass.ALERT)
            if pick is not None:
                if self.phase is Phase.OPEN:
                    self._backlog_from_ms = min(self._backlog_from_ms, now_ms)
                return self._launch(pick, now_ms, is_urgent=True)
        return None

    def _probe(self, now_ms: int) -> Outgoing | None:
        """Send the newest class 0 of a spool whether it flies or not; its acknowledgement settles it all the same."""
        while self._probes:
            spool_id = self._probes.pop()
            acked = self._acknowledged.acked(spool_id)
            rows = untaken(self._spools[spool_id], RecordClass.ALERT, taken=acked, newest_first=True, limit=1)
            if rows:
                self._credit.spend(1, is_backlog=False, now_ms=now_ms)
                return Parcel(number=0, batch=self._batch(spool_id, rows))
        return None

    def _again(self, now_ms: int) -> Outgoing | None:
        if self.phase is not Phase.OPEN:
            return None
        while (flown := self._flight.due(now_ms=now_ms)) is not None:
            if self._heard_ms < (flown.handed_ms or 0):
                self._counts[Count.SILENCES] += 1
                self._flight.ground()
                self._greet(Phase.SILENT, backlog_from_ms=_NEVER_MS)
                return self._hello(now_ms)
            if not self._flight.is_stuck(flown):
                return self._send(flown, now_ms)
            self._take_apart(flown)
        self._wake_at(self._flight.next_due_ms())
        return None

    def _live(self, now_ms: int) -> Outgoing | None:
        if self.phase is not Phase.OPEN or not self._may_go(now_ms, is_backlog=False):
            return None
        for spool_id in self._spools:
            for record_class in (RecordClass.READING, RecordClass.TELEMETRY, RecordClass.DEBUG):
                pick = order.live(self._desk(), spool_id, record_class)
                if pick is None:
                    continue
                last_ms = self._live_sent_ms.get((spool_id, record_class), -_NEVER_MS)
                due_ms = last_ms + cadence.real_ms(pick.rows[-1], rate=self._clock.rate)
                if due_ms <= now_ms:
                    self._live_sent_ms[spool_id, record_class] = now_ms
                    return self._launch(pick, now_ms)
                self._wake_at(due_ms)
        return None

    def _backlog(self, now_ms: int) -> Outgoing | None:
        if now_ms < self._backlog_from_ms:
            self._wake_at(self._backlog_from_ms)
            return None
        if not self._may_go(now_ms, is_backlog=True):
            return None
        return self._old_alerts(now_ms) or (self._old_others(now_ms) if self.phase is Phase.OPEN else None)

    def _old_alerts(self, now_ms: int) -> Outgoing | None:
        grounded = self._flight.grounded_alert()
        pick = order.backlog(self._desk(), BACKLOG_LANES[0], hour_from_ms=0)
        if grounded is not None and (pick is None or grounded.rows[0].at_ms > pick.rows[0].at_ms):
            return self._send(grounded, now_ms)
        return self._launch(pick, now_ms, is_backlog=True) if pick is not None else None

    def _old_others(self, now_ms: int) -> Outgoing | None:
        grounded = self._flight.grounded()
        if grounded is not None:
            return self._send(grounded, now_ms)
        desk = self._desk()
        if self._hour_from_ms is None:
            self._hour_from_ms = order.newest_hour_from_ms(desk)
        for lane in BACKLOG_LANES[1:]:
            pick = order.backlog(desk, lane, hour_from_ms=self._hour_from_ms)
            if pick is not None:
                return self._launch(pick, now_ms, is_backlog=True)
        return None

    # How it is done.

    def _greet(self, phase: Phase, *, backlog_from_ms: int) -> None:
        self.talk.greet(phase, now_ms=self._clock.real_ms())
        self._probes.clear()
        self._begin(backlog_from_ms)

    def _begin(self, backlog_from_ms: int) -> None:
        """Call live what is written from now on; backlog goes from that real ms on."""
        self._live_from = {spool_id: spool.marks()[1] for spool_id, spool in self._spools.items()}
        self._backlog_from_ms = backlog_from_ms
        self._hour_from_ms = None
        self._retake()
        self._is_changed = True

    def _retake(self) -> None:
        self._taken = {}
        for spool_id in self._spools:
            taken = self._taken[spool_id] = SeqRanges(self._acknowledged.acked(spool_id))
            taken.update((seq, seq) for seq in self._acknowledged.aside(spool_id))
        for spool_id, seq in self._flight.seqs():
            self._taken[spool_id].add(seq)

    def _desk(self) -> Desk:
        return Desk(spools=self._spools, taken=self._taken, live_from=self._live_from)

    def _may_go(self, now_ms: int, *, is_backlog: bool) -> bool:
        if not self._flight.has_place(is_backlog=is_backlog):
            return False
        open_ms = self._credit.open_at_ms(is_backlog=is_backlog, now_ms=now_ms)
        if open_ms > now_ms:
            self._wake_at(open_ms)
        return open_ms <= now_ms

    def _launch(self, pick: Pick, now_ms: int, *, is_urgent: bool = False, is_backlog: bool = False) -> Parcel:
        flown = self._flight.launch(
            spool_id=pick.spool_id,
            record_class=pick.record_class,
            rows=pick.rows,
            is_urgent=is_urgent,
            is_backlog=is_backlog,
        )
        for row in pick.rows:
            self._taken[pick.spool_id].add(row.seq)
        return self._send(flown, now_ms)

    def _send(self, flown: Flown, now_ms: int) -> Parcel:
        self._counts[Count.RESENT if flown.sends else Count.SENT] += 1
        self._flight.send(flown, now_ms=now_ms)
        self._credit.spend(len(flown.rows), is_backlog=flown.is_backlog, now_ms=now_ms)
        return Parcel(number=flown.number, batch=self._batch(flown.spool_id, flown.rows))

    def _batch(self, spool_id: str, rows: Sequence[Row]) -> Batch:
        low, next_seq = self._spools[spool_id].marks()
        return Batch(spool=spool_id, low=low, next=next_seq, records=[msgspec.Raw(row.body) for row in rows])

    def _take_apart(self, flown: Flown) -> None:
        if len(flown.rows) > 1:
            self._counts[Count.HALVED] += 1
            self._flight.halve(flown)
            return
        self._counts[Count.SET_ASIDE] += 1
        self._acknowledged.set_aside(flown.spool_id, self._flight.give_up(flown))
        self._retake()

    def _wake_at(self, at_ms: int | None) -> None:
        if at_ms is not None:
            self._wake_ms = min(self._wake_ms, at_ms)
