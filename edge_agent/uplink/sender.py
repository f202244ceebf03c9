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
from collections.abc import Callable, Mapping

from contract.clock import Clock
from contract.messages import Ack
from contract.records import RecordClass
from edge_agent.uplink import cadence, order
from edge_agent.uplink.acknowledged import Acknowledged, Verdict
from edge_agent.uplink.conversation import Conversation, Phase, Turn
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.order import BACKLOG_LANES
from edge_agent.uplink.spools import Spool
from edge_agent.uplink.traffic import Parcel, Traffic

STATE_OF_NOW_WITHIN_MS = 3_000
"""The gauge looks once a second for the answer; then it writes its level of now."""

PASSED_OVER_AFTER_MS = 3_000
"""Batches are committed in the order they came; one this old that a later acknowledgement leaves out never arrived."""


class HelloDue:
    """It is time to say `hello`."""


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
        self._counts = counts
        self._traffic = Traffic(rng=rng, acknowledged=acknowledged, counts=counts, now_ms=clock.real_ms())
        self._live_sent_ms: dict[tuple[str, int], int] = {}
        self._session = ""
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

    @property
    def credit_rps(self) -> int:
        """Records a second that the hub allows."""
        return self._traffic.credit.rps

    def in_flight(self) -> tuple[int, int]:
        """Return how many batches are on their way: in the window, and live class 0 beside it."""
        return self._traffic.flight.count(), self._traffic.flight.urgent_count()

    def set_spools(self, spools: Mapping[str, Spool]) -> None:
        """Take the outboxes that the box has now, by spool id. A new one is announced by `hello`."""
        is_news = self._traffic.set_spools(spools)
        if is_news and self.phase is not Phase.AWAY:
            was_open = self.phase is Phase.OPEN
            self._greet(Phase.GREETING, backlog_from_ms=self._clock.real_ms() if was_open else _NEVER_MS)

    def changed(self) -> None:
        """Take note that an outbox has new rows."""
        self._is_changed = True

    def connected(self, *, session: str) -> None:
        """Begin a connection; its hellos name `session`, and so do the acknowledgements that answer them."""
        self._session = session
        self._traffic.begin_connection(now_ms=self._clock.real_ms())
        self._live_sent_ms.clear()
        self._greet(Phase.GREETING, backlog_from_ms=_NEVER_MS)

    def lost(self) -> None:
        """End the connection."""
        self.talk.leave()
        self._traffic.forget_flown()

    def tell_again(self) -> None:
        """Take note that what the last `hello` said is no longer so."""
        self.talk.tell_again(now_ms=self._clock.real_ms())
        self._is_changed = True

    def handed_over(self, number: int) -> None:
        """Take note that the broker has the parcel of this number."""
        self._traffic.flight.handed_over(number, now_ms=self._clock.real_ms())
        self._is_changed = True

    def heard(self, ack: Ack) -> None:
        """Take an acknowledgement.

        Raises:
            RangesError: it holds no proper ranges; nothing was taken.
        """
        if ack.spool not in self._traffic.spools:
            self._counts[Count.ACKS_FOREIGN] += 1
            return
        now_ms = self._clock.real_ms()
        verdict = self._traffic.heard(ack, now_ms=now_ms)
        if verdict is Verdict.LEFT_EPOCH:
            return
        self._heard_ms = now_ms
        self._is_changed = True
        turn = self.talk.heard(
            ack.spool,
            is_answer=ack.session == self._session,
            is_restored=verdict is Verdict.NEW_EPOCH,
            now_ms=now_ms,
        )
        if turn is Turn.GREET_AGAIN:
            self._traffic.ground()
            self._greet(Phase.GREETING, backlog_from_ms=now_ms)
        elif turn is Turn.OPENED:
            self._traffic.flight.hurry_alerts(now_ms=now_ms)
            self._begin(min(self._backlog_from_ms, now_ms + STATE_OF_NOW_WITHIN_MS))
        else:
            before_ms = now_ms - PASSED_OVER_AFTER_MS
            self._traffic.flight.hurry_alerts(now_ms=now_ms, spool_id=ack.spool, sent_before_ms=before_ms)

    def next(self) -> Outgoing | None:
        """Return what goes now, one thing at a time; None: nothing, until something changes or its time has come."""
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

    # What may go, in order; each returns one thing or None.

    def _hello(self, now_ms: int) -> Outgoing | None:
        due_ms = self.talk.hello_due_ms
        if due_ms is None or now_ms < due_ms:
            self._wake_at(due_ms)
            return None
        if self.talk.say_hello(self._traffic.spools, now_ms=now_ms):
            self._begin(_NEVER_MS)
            self._probes = list(self._traffic.spools)
        self._counts[Count.HELLOS] += 1
        return HelloDue()

    def _urgent(self, now_ms: int) -> Outgoing | None:
        """Live class 0."""
        if not self._traffic.flight.has_urgent_place():
            return None
        for spool_id in self._traffic.spools:
            pick = order.live(self._traffic.desk(), spool_id, RecordClass.ALERT)
            if pick is not None:
                if self.phase is Phase.OPEN:
                    self._backlog_from_ms = min(self._backlog_from_ms, now_ms)
                return self._traffic.launch(pick, now_ms=now_ms, is_urgent=True)
        return None

    def _probe(self, now_ms: int) -> Outgoing | None:
        """The newest class 0 of each spool behind a repeated `hello`."""
        while self._probes:
            parcel = self._traffic.probe(self._probes.pop(), now_ms=now_ms)
            if parcel is not None:
                return parcel
        return None

    def _again(self, now_ms: int) -> Outgoing | None:
        """What has waited too long."""
        if self.phase is not Phase.OPEN:
            return None
        flight = self._traffic.flight
        while (flown := flight.due(now_ms=now_ms)) is not None:
            if self._heard_ms < (flown.handed_ms or 0):
                self._counts[Count.SILENCES] += 1
                self._traffic.ground()
                self._greet(Phase.SILENT, backlog_from_ms=_NEVER_MS)
                return self._hello(now_ms)
            if not flight.is_stuck(flown):
                return self._traffic.send(flown, now_ms=now_ms)
            self._traffic.take_apart(flown)
        self._wake_at(flight.next_due_ms())
        return None

    def _live(self, now_ms: int) -> Outgoing | None:
        """Live rows of the other classes, in their cadence."""
        if self.phase is not Phase.OPEN or not self._may_go(now_ms, is_backlog=False):
            return None
        for spool_id in self._traffic.spools:
            for record_class in (RecordClass.READING, RecordClass.TELEMETRY, RecordClass.DEBUG):
                pick = order.live(self._traffic.desk(), spool_id, record_class)
                if pick is None:
                    continue
                last_ms = self._live_sent_ms.get((spool_id, record_class), -_NEVER_MS)
                due_ms = last_ms + cadence.real_ms(pick.rows, rate=self._clock.rate)
                if due_ms <= now_ms:
                    self._live_sent_ms[spool_id, record_class] = now_ms
                    return self._traffic.launch(pick, now_ms=now_ms)
                self._wake_at(due_ms)
        return None

    def _backlog(self, now_ms: int) -> Outgoing | None:
        """What was there before the answer."""
        if now_ms < self._backlog_from_ms:
            self._wake_at(self._backlog_from_ms)
            return None
        if not self._may_go(now_ms, is_backlog=True):
            return None
        return self._old_alerts(now_ms) or (self._old_others(now_ms) if self.phase is Phase.OPEN else None)

    def _old_alerts(self, now_ms: int) -> Outgoing | None:
        grounded = self._traffic.flight.grounded_alert()
        pick = order.backlog(self._traffic.desk(), BACKLOG_LANES[0], hour_from_ms=0)
        if grounded is not None and (pick is None or grounded.rows[0].at_ms > pick.rows[0].at_ms):
            return self._traffic.send(grounded, now_ms=now_ms)
        return self._traffic.launch(pick, now_ms=now_ms, is_backlog=True) if pick is not None else None

    def _old_others(self, now_ms: int) -> Outgoing | None:
        grounded = self._traffic.flight.grounded()
        if grounded is not None:
            return self._traffic.send(grounded, now_ms=now_ms)
        desk = self._traffic.desk()
        if self._hour_from_ms is None:
            self._hour_from_ms = order.newest_hour_from_ms(desk)
        for lane in BACKLOG_LANES[1:]:
            pick = order.backlog(desk, lane, hour_from_ms=self._hour_from_ms)
            if pick is not None:
                return self._traffic.launch(pick, now_ms=now_ms, is_backlog=True)
        return None

    # How it is done.

    def _greet(self, phase: Phase, *, backlog_from_ms: int) -> None:
        self.talk.greet(phase, now_ms=self._clock.real_ms())
        self._probes.clear()
        self._begin(backlog_from_ms)

    def _begin(self, backlog_from_ms: int) -> None:
        """Call live what is written from now on; backlog goes from that real ms on."""
        self._traffic.call_live_from_now()
        self._backlog_from_ms = backlog_from_ms
        self._hour_from_ms = None
        self._is_changed = True

    def _may_go(self, now_ms: int, *, is_backlog: bool) -> bool:
        open_ms = self._traffic.open_at_ms(is_backlog=is_backlog, now_ms=now_ms)
        if open_ms is not None and open_ms > now_ms:
            self._wake_at(open_ms)
        return open_ms is not None and open_ms <= now_ms

    def _wake_at(self, at_ms: int | None) -> None:
        if at_ms is not None:
            self._wake_ms = min(self._wake_ms, at_ms)
