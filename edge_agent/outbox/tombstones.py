"""What must not vanish without a name: the `seq` of every record that is dropped, thinned or set aside.

Tombstones are records of class 1 themselves. When one of them is dropped, what it stood for and its own `seq` go into
the tombstone of that step, so that nothing is ever unnamed, and old tombstones melt into few.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from contract.errors import MessageError
from contract.flow import TOMBSTONE_MAX_RANGES
from contract.records import RecordClass, Tombstone, decode_record
from contract.seq_ranges import SeqRanges
from edge_agent.outbox.schema import Row
from edge_agent.outbox.transaction import Transaction


class Loss:
    """The rows of one step, and what the tombstones among them stood for."""

    def __init__(self) -> None:
        self.ranges = SeqRanges()
        self.first_at_ms = 0
        self.last_at_ms = 0

    def add(self, row: Row, tombstone: Tombstone | None = None) -> None:
        """Take a row in; `tombstone` is the row decoded, if it is one."""
        self.ranges.add(row.seq)
        if tombstone is None:
            self._span(row.at_ms, row.at_ms)
        else:
            self.ranges.update(tombstone.ranges)
            self._span(tombstone.first_at_ms, tombstone.last_at_ms)

    def _span(self, first_ms: int, last_ms: int) -> None:
        self.first_at_ms = min(first_ms, self.first_at_ms or first_ms)
        self.last_at_ms = max(last_ms, self.last_at_ms)

    def tombstones_needed(self) -> int:
        """Return how many tombstones name all of it."""
        return -(-len(self.ranges) // TOMBSTONE_MAX_RANGES)


def loss_of(rows: Iterable[Row], *, may_be_tombstones: bool) -> Loss:
    """Return the loss of exactly these rows."""
    loss = Loss()
    for row in rows:
        loss.add(row, as_tombstone(row) if may_be_tombstones else None)
    return loss


def as_tombstone(row: Row) -> Tombstone | None:
    """Return the row's record if it is a tombstone."""
    if b'"tombstone"' not in row.body[:400]:  # `kind` stands near the front; most rows need no decoding
        return None
    try:
        record = decode_record(row.body)
    except MessageError:
        return None
    return record if isinstance(record, Tombstone) else None


def write_tombstones(transaction: Transaction, loss: Loss, *, of_class: int, reason: str) -> None:
    """Name the loss in the transaction that causes it."""
    ranges = iter(loss.ranges)
    while part := tuple(islice(ranges, TOMBSTONE_MAX_RANGES)):
        transaction.append(
            Tombstone(
                **transaction.own_envelope(RecordClass.READING),
                of_class=of_class,
                ranges=part,
                count=_count(part),
                reason=reason,
                first_at_ms=loss.first_at_ms,
                last_at_ms=loss.last_at_ms,
            )
        )


def _count(ranges: Sequence[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in ranges)
