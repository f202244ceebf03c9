"""What the hub has acknowledged of each spool of this box. Pure; the process lays it into `inbox.db`.

The rules:

1. What was acknowledged stays so within one `db_epoch`.
2. An acknowledgement of another epoch: the hub was restored. Everything said before counts for nothing, and what the
   box still keeps is offered again.
3. An acknowledgement of an epoch that the box has left during this connection is a straggler and is ignored. At the
   next connect it is the hub's word again: a box must not turn deaf to a hub that really went back.
4. What lies beyond the numbers that a spool has given out is passed on as it is: it tells the producer that its file is
   older than what the hub has seen of it.
"""

from collections.abc import Iterable
from enum import Enum, auto

from contract.messages import Ack
from contract.seq_ranges import SeqRanges

MOST_RANGES = 2_048
"""Per spool, of the newest acknowledgements; as many older ones are kept beside them, the rest is forgotten.

What is forgotten must be the oldest said, never the lowest number: backlog is sent class by class, so the numbers of
one class lie apart, and the lowest may be those acknowledged this moment. The producer settles within two seconds. At
worst, beside a frozen one, rows are sent once more.
"""

MOST_LEFT_EPOCHS = 8
MOST_SET_ASIDE = 100
"""Per spool, until the producer's tombstone for them is acknowledged; the oldest are forgotten first."""


class Verdict(Enum):
    """What an acknowledgement was."""

    TAKEN = auto()
    NEW_EPOCH = auto()
    """Taken, and everything before it forgotten."""
    LEFT_EPOCH = auto()
    """Ignored."""


class Acknowledged:
    """The marks of all spools in the epoch of now."""

    def __init__(self, *, epoch: str = "") -> None:
        """Begin with no marks, in the epoch last known; empty: none yet."""
        self.epoch = epoch
        self._left: list[str] = []
        self._acked: dict[str, SeqRanges] = {}
        self._recent: dict[str, SeqRanges] = {}
        """The part of `_acked` that counts against the bound."""
        self._set_aside: dict[str, list[int]] = {}
        self._changed: set[str] = set()

    def restore(self, spool_id: str, *, ranges: Iterable[Iterable[int]], set_aside: Iterable[int]) -> None:
        """Put back what an earlier process of this box has learned in the epoch of now."""
        self._acked[spool_id] = SeqRanges(ranges)
        self._set_aside[spool_id] = list(set_aside)

    def apply(self, ack: Ack) -> Verdict:
        """Take an acknowledgement.

        Raises:
            RangesError: a range in it is reversed; nothing was taken.
        """
        said = SeqRanges(ack.ranges)
        verdict = Verdict.TAKEN
        if ack.db_epoch != self.epoch:
            if ack.db_epoch in self._left:
                return Verdict.LEFT_EPOCH
            verdict = self._enter(ack.db_epoch)
        acked = self._acked.setdefault(ack.spool, SeqRanges())
        acked.update(said)
        if ack.high:
            acked.add(1, ack.high)
        recent = self._recent.setdefault(ack.spool, SeqRanges())
        recent.update(said)
        if len(recent) > MOST_RANGES:
            del self._recent[ack.spool]
            acked = self._acked[ack.spool] = recent
            acked.update([(1, ack.high)] if ack.high else [])
        aside = self._set_aside.get(ack.spool, [])
        self._set_aside[ack.spool] = [seq for seq in aside if seq not in acked]
        self._changed.add(ack.spool)
        return verdict

    def set_aside(self, spool_id: str, seq: int) -> None:
        """Give one record up: the producer is asked to move it out of the way."""
        self._set_aside[spool_id] = [*self._set_aside.get(spool_id, []), seq][-MOST_SET_ASIDE:]
        self._changed.add(spool_id)

    def acked(self, spool_id: str) -> SeqRanges:
        """Return what of the spool is acknowledged; not to be changed by the caller."""
        return self._acked.get(spool_id) or SeqRanges()

    def aside(self, spool_id: str) -> list[int]:
        """Return what of the spool was given up and is not yet covered by an acknowledgement."""
        return self._set_aside.get(spool_id, [])

    def take_changed(self) -> set[str]:
        """Return the spools whose marks have changed since this was last asked."""
        changed, self._changed = self._changed, set()
        return changed

    def begin_connection(self) -> None:
        """Listen again to epochs that were left (rule 3)."""
        self._left.clear()

    def keep_only(self, spool_ids: set[str]) -> None:
        """Forget spools that the box no longer has."""
        for marks in (self._acked, self._recent, self._set_aside):
            for spool_id in marks.keys() - spool_ids:
                del marks[spool_id]

    def _enter(self, epoch: str) -> Verdict:
        was_known = bool(self.epoch)
        if was_known:
            self._left = [*self._left, self.epoch][-MOST_LEFT_EPOCHS:]
        self.epoch = epoch
        self._changed.update(self._acked)
        self._acked.clear()
        self._recent.clear()
        self._set_aside.clear()
        return Verdict.NEW_EPOCH if was_known else Verdict.TAKEN
