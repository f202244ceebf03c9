"""Batches that were sent and not yet acknowledged. Pure; real time.

The rules:

1. At most 8 batches at once over all spools. Live class 0 does not count; it has a bound of its own.
2. The wait for an acknowledgement begins when the broker has the batch: sending it again before that helps nobody,
   since TCP will deliver it, and on a slow link it would only lengthen the queue.
3. No acknowledgement 30 s (with jitter) after that: it is sent again.
4. After three sends of a batch while others are acknowledged something in it does not get through: it is halved. A
   single record is given up after ten, so that bad weather is not taken for a bad record.
5. Backlog keeps one place of the 8 free, and at most two of its batches wait for the broker at once, so that an alert
   never stands behind more than that on a slow link.
6. When the hub was silent, batches that may hold what does not get through wait on the ground for their next turn, as
   halves do: they count as taken but not as flying, and keep what is known of them. Others, and what exceeds the bound
   of this ground, are forgotten and planned anew.
"""

import random
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from contract.flow import BATCHES_IN_FLIGHT, RESEND_AFTER_S, SENDS_BEFORE_GIVING_UP, SENDS_BEFORE_HALVING
from contract.seq_ranges import SeqRanges
from edge_agent.uplink.spools import Row

BACKLOG_IN_FLIGHT = BATCHES_IN_FLIGHT - 1
BACKLOG_ON_THE_WIRE = 2
URGENT_IN_FLIGHT = 16
"""Live class 0, batches: what a box writes in a minute at worst; more waits in the outbox, newest first."""

MOST_GROUNDED = 32
"""Batches; a box that flaps between silence and answer gathers no more."""

JITTER = 0.25
"""A resend comes up to this part later, so that boxes which lost the hub together do not resend together."""


@dataclass(slots=True, kw_only=True)
class Flown:
    """One batch on its way."""

    number: int
    spool_id: str
    record_class: int
    rows: tuple[Row, ...]
    is_urgent: bool
    """Live class 0: outside the window."""
    is_backlog: bool
    sends: int = 0
    sent_ms: int = 0
    handed_ms: int | None = None
    """When the broker had it; None: not yet."""
    due_ms: int | None = None
    """When it is sent again; None while the broker does not have it."""
    are_others_acked: bool = False
    """Whether another batch was acknowledged since this one was first sent."""


@dataclass(slots=True)
class Flight:
    """The table of what flies."""

    rng: random.Random
    _flown: dict[int, Flown] = field(default_factory=dict)
    _grounded: list[Flown] = field(default_factory=list)
    _number: int = 0

    def launch(
        self, *, spool_id: str, record_class: int, rows: Sequence[Row], is_urgent: bool, is_backlog: bool
    ) -> Flown:
        """Return a new batch, to be sent."""
        return Flown(
            number=self._next_number(),
            spool_id=spool_id,
            record_class=record_class,
            rows=tuple(rows),
            is_urgent=is_urgent,
            is_backlog=is_backlog,
        )

    def send(self, flown: Flown, *, now_ms: int) -> None:
        """Put a batch on its way, new or again; it gets a number of its own."""
        self._flown.pop(flown.number, None)
        self._grounded = [other for other in self._grounded if other is not flown]
        flown.number = self._next_number()
        flown.sends += 1
        flown.sent_ms = now_ms
        flown.handed_ms = flown.due_ms = None
        self._flown[flown.number] = flown

    def handed_over(self, number: int, *, now_ms: int) -> None:
        """Take note that the broker has batch `number`; the wait for the hub begins (rule 2)."""
        flown = self._flown.get(number)
        if flown is not None:
            flown.handed_ms = now_ms
            flown.due_ms = now_ms + round(1000 * RESEND_AFTER_S * (1 + self.rng.uniform(0, JITTER)))

    def settle(self, spool_id: str, acked: SeqRanges) -> int:
        """Take out what is acknowledged; return how many records that was."""
        before = 0
        left = 0
        for flown in [*self._flown.values(), *self._grounded]:
            if flown.spool_id == spool_id:
                before += len(flown.rows)
                flown.rows = tuple(row for row in flown.rows if row.seq not in acked)
                left += len(flown.rows)
        is_one_done = any(not flown.rows for flown in self._flown.values())
        self._flown = {number: flown for number, flown in self._flown.items() if flown.rows}
        self._grounded = [flown for flown in self._grounded if flown.rows]
        for flown in self._flown.values():
            flown.are_others_acked |= is_one_done
        return before - left

    def due(self, *, now_ms: int) -> Flown | None:
        """Return a batch that waited too long, the one that has waited longest, alerts first; None if none has."""
        late = [flown for flown in self._flown.values() if flown.due_ms is not None and flown.due_ms <= now_ms]
        return min(late, key=lambda flown: (flown.record_class > 0, flown.sent_ms), default=None)

    def is_stuck(self, flown: Flown) -> bool:
        """Answer whether something in the batch does not get through (rule 4)."""
        enough = SENDS_BEFORE_HALVING if len(flown.rows) > 1 else SENDS_BEFORE_GIVING_UP
        return flown.sends >= enough and flown.are_others_acked

    def halve(self, flown: Flown) -> None:
        """Take a batch of two or more apart; both halves wait on the ground."""
        del self._flown[flown.number]
        middle = len(flown.rows) // 2
        for rows in (flown.rows[:middle], flown.rows[middle:]):
            half = self.launch(
                spool_id=flown.spool_id,
                record_class=flown.record_class,
                rows=rows,
                is_urgent=False,
                is_backlog=flown.is_backlog,
            )
            self._grounded.append(half)

    def ground(self) -> None:
        """Bring everything down: the hub was not there. What is under no suspicion is forgotten (rule 6)."""
        for flown in self._flown.values():
            if flown.are_others_acked or flown.sends > 1:
                flown.is_urgent = False
                self._grounded.append(flown)
        self._flown.clear()
        self._grounded = self._grounded[:MOST_GROUNDED]

    def give_up(self, flown: Flown) -> int:
        """Take a batch of one record out; return its `seq`."""
        del self._flown[flown.number]
        return flown.rows[0].seq

    def grounded_alert(self) -> Flown | None:
        """Return the newest batch of class 0 that waits on the ground."""
        alerts = [flown for flown in self._grounded if flown.record_class == 0]
        return max(alerts, key=lambda flown: flown.rows[0].at_ms, default=None)

    def grounded(self) -> Flown | None:
        """Return the next batch of another class that waits on the ground."""
        return next((flown for flown in self._grounded if flown.record_class > 0), None)

    def has_place(self, *, is_backlog: bool) -> bool:
        """Answer whether one more batch may go (rules 1 and 5)."""
        counted = [flown for flown in self._flown.values() if not flown.is_urgent]
        if not is_backlog:
            return len(counted) < BATCHES_IN_FLIGHT
        on_the_wire = sum(flown.is_backlog and flown.due_ms is None for flown in counted)
        return len(counted) < BACKLOG_IN_FLIGHT and on_the_wire < BACKLOG_ON_THE_WIRE

    def has_urgent_place(self) -> bool:
        """Answer whether one more batch of live class 0 may go."""
        return sum(flown.is_urgent for flown in self._flown.values()) < URGENT_IN_FLIGHT

    def hurry_alerts(self, *, now_ms: int, spool_id: str | None = None, sent_before_ms: int | None = None) -> None:
        """Let class 0 that has no acknowledgement be due now: of one spool or all, sent before a time or at any.

        Once for each batch: a hub that is merely slow passes over an alert several times before its turn comes, and
        three hurried sends would make it look like one that never gets through (rule 4).
        """
        for flown in self._flown.values():
            is_meant = flown.record_class == 0 and flown.sends == 1 and spool_id in {None, flown.spool_id}
            is_old = sent_before_ms is None or flown.sent_ms <= sent_before_ms
            if is_meant and is_old and flown.due_ms is not None:
                flown.due_ms = now_ms

    def next_due_ms(self) -> int | None:
        """Return when the first batch will have waited too long; None while none waits."""
        return min((flown.due_ms for flown in self._flown.values() if flown.due_ms is not None), default=None)

    def seqs(self) -> Iterator[tuple[str, int]]:
        """Yield (spool id, seq) of every record on its way."""
        for flown in [*self._flown.values(), *self._grounded]:
            for row in flown.rows:
                yield flown.spool_id, row.seq

    def count(self) -> int:
        """Return how many batches of the window are on their way; live class 0 is not counted."""
        return sum(not flown.is_urgent for flown in self._flown.values())

    def urgent_count(self) -> int:
        """Return how many batches of live class 0 are on their way."""
        return sum(flown.is_urgent for flown in self._flown.values())

    def clear(self, *, but_of: Container[str] = ()) -> None:
        """Forget everything, but of these spools: its rows are planned anew."""
        self._flown = {number: flown for number, flown in self._flown.items() if flown.spool_id in but_of}
        self._grounded = [flown for flown in self._grounded if flown.spool_id in but_of]

    def _next_number(self) -> int:
        self._number += 1
        return self._number
