"""What gives way when the file is full, one bounded step at a time, in this order.

1. rows that the hub has acknowledged, without a tombstone, class 3 to 0, longest ago first;
2. class 3, oldest first;
3. class 2, oldest first;
4. class 1: readings are thinned, oldest first, to means of 10 minutes, then of 1 h, and at the very last dropped;
5. class 0, only when nothing else is left: repeats of a rise are merged, and at the very last the oldest are dropped.

Whatever is lost unacknowledged is named by a tombstone in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from contract.records import RecordClass
from edge_agent.outbox.merging import Merger, plan_mergers
from edge_agent.outbox.schema import CLASSES, delete_acked, unacked_rows
from edge_agent.outbox.thinning import WIDTHS_S, plan_thinning
from edge_agent.outbox.tombstones import Loss, loss_of, write_tombstones
from edge_agent.outbox.transaction import Transaction

STEP_ROWS = 200
"""Rows of one step: about 12 pages of readings, a few ms."""

PAGE_ROWS = 512
"""Rows looked at in one step of thinning: four ten-minute buckets at 5 s."""

ALERT_STEP_ROWS = 50
ALERT_PAGE_ROWS = 400
FOR_EVER_MS = 1 << 62


@dataclass(slots=True)
class Cursors:
    """How far thinning (per width) and merging have come; they begin anew when the file is opened."""

    thinned: list[int] = field(default_factory=lambda: [0] * len(WIDTHS_S))
    merged: int = 0


def give_way(transaction: Transaction, cursors: Cursors) -> bool:
    """Take one step among what is worth less than an alert; answer False if there is nothing left to take."""
    return (
        _drop_acked(transaction)
        or _drop_oldest(transaction, RecordClass.DEBUG)
        or _drop_oldest(transaction, RecordClass.TELEMETRY)
        or any(_thin(transaction, cursors, index) for index in range(len(WIDTHS_S)))
        or _drop_oldest(transaction, RecordClass.READING)
    )


def give_way_among_alerts(transaction: Transaction, cursors: Cursors) -> bool:
    """Take one step in class 0; answer False if there is nothing left to take."""
    return _merge(transaction, cursors) or _drop_oldest(transaction, RecordClass.ALERT, rows=ALERT_STEP_ROWS)


def _drop_acked(transaction: Transaction) -> bool:
    return any(
        delete_acked(transaction.connection, record_class, until_ms=FOR_EVER_MS, limit=STEP_ROWS)
        for record_class in reversed(CLASSES)
    )


def _drop_oldest(transaction: Transaction, record_class: int, *, rows: int = STEP_ROWS) -> bool:
    """Drop the oldest rows of a class, unless they are tombstones that would only be written again."""
    if not transaction.ledger.queue.unacked[record_class]:
        return False
    low = transaction.ledger.queue.low[record_class]
    oldest = unacked_rows(transaction.connection, record_class, after_seq=low - 1, limit=rows)
    loss = loss_of(oldest, may_be_tombstones=record_class == RecordClass.READING)
    if record_class == RecordClass.READING and loss.tombstones_needed() >= len(oldest):
        return False
    transaction.remove(record_class, oldest)
    write_tombstones(transaction, loss, of_class=record_class, reason="quota")
    return True


def _thin(transaction: Transaction, cursors: Cursors, index: int) -> bool:
    if not transaction.ledger.queue.unacked[RecordClass.READING]:
        return False
    width_s, after_seq = WIDTHS_S[index], cursors.thinned[index]
    page = unacked_rows(transaction.connection, RecordClass.READING, after_seq=after_seq, limit=PAGE_ROWS)
    if not page:
        return False
    plan = plan_thinning(page, width_s=width_s, is_full_page=len(page) == PAGE_ROWS)
    cursors.thinned[index] = plan.after_seq
    if not plan.removed:
        return plan.after_seq > after_seq and len(page) == PAGE_ROWS
    transaction.remove(RecordClass.READING, plan.removed)
    for mean in plan.means:
        transaction.append_kept(replace(mean, seq=transaction.next_seq))
    write_tombstones(transaction, plan.loss, of_class=RecordClass.READING, reason=f"thinned to {width_s // 60} min")
    return True


def _merge(transaction: Transaction, cursors: Cursors) -> bool:
    """Merge repeats in the next page of class 0 that has any."""
    while page := unacked_rows(
        transaction.connection, RecordClass.ALERT, after_seq=cursors.merged, limit=ALERT_PAGE_ROWS
    ):
        mergers = plan_mergers(page)
        if not mergers and len(page) < ALERT_PAGE_ROWS:
            return False
        cursors.merged = page[-1].seq
        if mergers:
            _write_mergers(transaction, mergers)
            return True
    return False


def _write_mergers(transaction: Transaction, mergers: Sequence[Merger]) -> None:
    loss = Loss()
    for merger in mergers:
        for row in merger.removed:
            loss.add(row)
        transaction.remove(RecordClass.ALERT, merger.removed)
        transaction.append_kept(replace(merger.merged, seq=transaction.next_seq))
    write_tombstones(transaction, loss, of_class=RecordClass.ALERT, reason="repeats merged")
