"""Settling: what the hub has, the box may forget, after a day.

Marks come again and again and grow; each part of them is applied once, a few hundred rows a call, so that a long
backlog never holds up a reading. After the hub was restored (another `db_epoch`) everything still kept is offered
again.
"""

import sqlite3

from contract.clock import Clock
from contract.flow import KEPT_AFTER_ACK_S
from contract.records import RecordClass
from contract.seq_ranges import SeqRanges
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.schema import (
    CLASSES,
    Row,
    acknowledge_rows,
    delete_acked,
    delete_unacked,
    newest_acked_ms,
    offer_again,
    read_meta,
    write_meta,
)
from edge_agent.outbox.tombstones import as_tombstone, loss_of, write_tombstones
from edge_agent.outbox.transaction import Transaction

CHUNK_ROWS = 300
"""Rows settled, and rows forgotten, in one call: under 10 ms on the slowest board."""

QUARANTINED_ROWS = 100
"""Records that could not be sent, kept for a technician; the oldest go first."""

KEPT_AFTER_ACK_MS = round(1000 * KEPT_AFTER_ACK_S)


class Retention:
    """The time by which rows are kept: it runs on the boot clock while a process has the file, and never jumps.

    The wall clock of a box without hardware clock may go from 1970 to today in one step, and would end the day with
    it. Between two processes this time stands still at the newest acknowledgement: rows are kept longer, never shorter.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        """Go on where the file stands."""
        self._clock = clock
        self._zero_ms = newest_acked_ms(connection) - clock.up_ms()

    def now_ms(self) -> int:
        """Return this time, scaled ms."""
        return self._zero_ms + self._clock.up_ms()


class Settlement:
    """How far the marks of this spool have been applied since the file was opened."""

    def __init__(self) -> None:
        self._applied = SeqRanges()
        self._epoch: str | None = None

    def apply(self, transaction: Transaction, marks: Marks, *, now_ms: int, is_kept: bool) -> int:
        """Settle up to `CHUNK_ROWS` rows that the marks name; return how many.

        Args:
            transaction: the open one.
            marks: of this spool.
            now_ms: of `Retention`, written to the rows.
            is_kept: keep the rows for a day; False where there is no room for that.
        """
        self._enter(transaction, marks.db_epoch)
        self._set_aside(transaction, marks.set_aside)
        settled = 0
        for first, last in marks.spans():
            for hole in self._applied.holes(first, last):
                settled += _settle(transaction, hole, now_ms=now_ms, limit=CHUNK_ROWS - settled, is_kept=is_kept)
                if settled >= CHUNK_ROWS:
                    return settled
                self._applied.add(*hole)
        return settled

    def _enter(self, transaction: Transaction, epoch: str) -> None:
        """Offer everything again if the hub is another one than before."""
        if epoch == self._epoch:
            return
        known = read_meta(transaction.connection).get("db_epoch")
        if known != epoch:
            if known is not None:
                reoffer(transaction)
            write_meta(transaction.connection, db_epoch=epoch)
        self._applied = SeqRanges()
        self._epoch = epoch

    def _set_aside(self, transaction: Transaction, seqs: tuple[int, ...]) -> None:
        news = [seq for seq in seqs if seq < transaction.next_seq and seq not in self._applied]
        set_aside(transaction, news, reason="could not be sent")
        for seq in news:
            self._applied.add(seq)


def _settle(transaction: Transaction, span: tuple[int, int], *, now_ms: int, limit: int, is_kept: bool) -> int:
    settled = 0
    for record_class in CLASSES:
        queue = transaction.ledger.queue
        low = queue.low[record_class]
        if not queue.unacked[record_class] or span[1] < low:
            continue
        part = (max(low, span[0]), span[1])
        if is_kept:
            count = acknowledge_rows(transaction.connection, record_class, part, acked_ms=now_ms, limit=limit - settled)
        else:
            count = delete_unacked(transaction.connection, record_class, part, limit=limit - settled)
        transaction.left(record_class, count=count)
        settled += count
    return settled


def reoffer(transaction: Transaction) -> None:
    """Make every acknowledged row that is still kept unacknowledged."""
    for record_class in CLASSES:
        count = offer_again(transaction.connection, record_class)
        if count:
            transaction.ledger.came_back(transaction.connection, record_class, count=count)
            transaction.is_changed = True


def set_aside(transaction: Transaction, seqs: list[int], *, reason: str) -> None:
    """Move unacknowledged records out of the queue, named by a tombstone; what is not there is passed over."""
    for seq in seqs:
        found = _find_unacked(transaction.connection, seq)
        if found is None:
            continue
        record_class, row = found
        tombstone = as_tombstone(row)
        transaction.connection.execute("INSERT OR REPLACE INTO quarantined VALUES (?, ?)", (row.seq, row.body))
        transaction.remove(record_class, [row])
        loss = loss_of([row], may_be_tombstones=tombstone is not None)
        write_tombstones(transaction, loss, of_class=record_class, reason=reason)
        transaction.connection.execute(
            "DELETE FROM quarantined WHERE seq NOT IN (SELECT seq FROM quarantined ORDER BY seq DESC LIMIT ?)",
            (QUARANTINED_ROWS,),
        )


def _find_unacked(connection: sqlite3.Connection, seq: int) -> tuple[RecordClass, Row] | None:
    for record_class in RecordClass:
        sql = f"SELECT seq, at_ms, body FROM class{record_class} WHERE seq = ? AND acked_ms IS NULL"  # noqa: S608
        found = connection.execute(sql, (seq,)).fetchone()
        if found is not None:
            return record_class, Row(*found)
    return None


def forget(connection: sqlite3.Connection, *, now_ms: int) -> int:
    """Remove up to `CHUNK_ROWS` rows per class that were acknowledged a day ago by `Retention`; return how many."""
    until_ms = now_ms - KEPT_AFTER_ACK_MS
    return sum(delete_acked(connection, record_class, until_ms=until_ms, limit=CHUNK_ROWS) for record_class in CLASSES)
