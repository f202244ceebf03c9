"""One transaction of an outbox: what a producer writes down at one instant, with its small state.

Everything in it reaches the disk together, with one fsync, or not at all.
"""

import sqlite3
from collections.abc import Sequence

from contract.clock import Clock, ClockTrust
from contract.flow import BATCH_MAX_BYTES
from contract.records import AnyRecord, Level, Reading, encode_record
from edge_agent.health.clock_state import UNSYNCED_ERR_MS
from edge_agent.health.stamp import Envelope, Stamp, envelope
from edge_agent.outbox.errors import RecordRefusedError
from edge_agent.outbox.ledger import Ledger
from edge_agent.outbox.schema import Row, delete_rows, insert_row

RECORD_MAX_BYTES = BATCH_MAX_BYTES - 512
"""A record alone in a batch, with the batch's own fields around it."""


class OwnStamp:
    """When the outbox itself writes a record: now, with the clock trust that its producer last wrote down."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.trust = ClockTrust.UNSYNCED
        self.err_ms = UNSYNCED_ERR_MS

    def note(self, record: AnyRecord) -> None:
        """Learn the trust from a producer's record."""
        self.trust, self.err_ms = record.clock, record.err_ms

    def now(self, boot: int) -> Stamp:
        """Return the instant of now."""
        return Stamp(
            boot=boot, up_ms=self.clock.up_ms(), at_ms=max(0, self.clock.now_ms()), clock=self.trust, err_ms=self.err_ms
        )


class Transaction:
    """What is being written. Use `next_seq`, `append` and `set_state`; the rest is for the outbox itself."""

    def __init__(self, connection: sqlite3.Connection, ledger: Ledger, own_stamp: OwnStamp) -> None:
        self.connection = connection
        self.ledger = ledger
        self.has_alert = False
        self.is_changed = False
        self._own_stamp = own_stamp

    @property
    def next_seq(self) -> int:
        """The `seq` that the next appended record must carry."""
        return self.ledger.next_seq

    def append(self, record: AnyRecord) -> None:
        """Write a record down; its class says how much it is worth when the file is full.

        Raises:
            RecordRefusedError: its `seq` is not `next_seq`, or it is too large to be sent.
        """
        if record.seq != self.next_seq:
            raise RecordRefusedError(
                f"outbox: a record with seq {record.seq} came where {self.next_seq} is next; take `next_seq` for it"
            )
        self._own_stamp.note(record)
        self.add(record.record_class, at_ms=record.at_ms, body=encode_record(record))

    def set_state(self, key: str, value: bytes) -> None:
        """Keep a small value beside the records, in place of the one of this key."""
        self.connection.execute(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value)
        )

    def own_envelope(self, record_class: int) -> Envelope:
        """Return the envelope of a record that the outbox itself writes now."""
        return envelope(self._own_stamp.now(self.ledger.identity.boot), seq=self.next_seq, record_class=record_class)

    def append_kept(self, record: Reading | Level) -> None:
        """Append what stands for older records: its clock trust is theirs, not that of now."""
        self.add(record.record_class, at_ms=record.at_ms, body=encode_record(record))

    def add(self, record_class: int, *, at_ms: int, body: bytes) -> None:
        """Add an encoded record that carries `next_seq`."""
        if len(body) > RECORD_MAX_BYTES:
            raise RecordRefusedError(
                f"outbox: record {self.next_seq} has {len(body)} bytes; {RECORD_MAX_BYTES} fit a batch. Make it smaller"
            )
        insert_row(self.connection, record_class, Row(self.next_seq, at_ms, body))
        self.ledger.added(record_class)
        self.has_alert = self.has_alert or record_class == 0
        self.is_changed = True

    def remove(self, record_class: int, rows: Sequence[Row]) -> None:
        """Remove unacknowledged rows; the caller writes their tombstone."""
        delete_rows(self.connection, record_class, (row.seq for row in rows))
        self.left(record_class, count=len(rows))

    def left(self, record_class: int, *, count: int) -> None:
        """Take note that `count` unacknowledged rows of a class were acknowledged or removed."""
        if count:
            self.ledger.left(self.connection, record_class, count=count)
            self.is_changed = True
