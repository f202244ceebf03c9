"""How what the notebook writes gets to the disk: in one transaction with what is to be remembered.

While the outbox cannot be written, records are counted and lost: unlike a gauge, a camera has no refuge in memory,
because no siren hangs on it and its counts are not worth the box's memory. The next record that can be written says how
many are missing.
"""

import logging
import sqlite3
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from contract.records import Fault, RecordClass
from edge_agent.cameras import memory as memories
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.stamp import Envelope, envelope
from edge_agent.outbox.errors import OutboxError, SpoolRebornError
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction

STORAGE_FAILED = "camera_storage_failed"
"""Not the gauge's `storage_failed`: the end of the one must not end the other."""

Write = Callable[[Transaction], None]

log = logging.getLogger(__name__)


class OutboxPen:
    """Writes into one outbox. Used by the one thread of the camera process."""

    def __init__(self, *, outbox: Outbox, box_clock: BoxClock) -> None:
        """Take up what the last process of this outbox remembered.

        Args:
            outbox: of the camera process.
            box_clock: stamps records, and is remembered with each.
        """
        self._outbox = outbox
        self._box_clock = box_clock
        self.memory = memories.load(outbox.state)
        """Goes to the disk with the next record."""
        self._kept: dict[str, object] = {}
        self._lost_here = 0
        """Since the outbox was last written."""

    def begin_anew(self, problem: SpoolRebornError) -> None:
        """Write what is remembered into the spool that now stands there."""
        log.warning("outbox: %s", problem)
        self._kept = {}
        self.write(lambda _transaction: None, 0)

    def write(self, write: Write, records: int) -> bool:
        """Write in one transaction, again if the outbox had to begin a new spool; return whether it is on the disk.

        Args:
            write: appends records.
            records: that are counted as lost where the disk does not take them.
        """
        try:
            try:
                self._commit(write)
            except SpoolRebornError as exc:
                log.warning("outbox: %s", exc)
                self._kept = {}
                self._commit(write)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            self._note_lost(records, exc)
            return False
        self._lost_here = 0
        return True

    def _commit(self, write: Write) -> None:
        with self._outbox.transaction() as transaction:
            write(transaction)
            self._catch_up(transaction)
            kept = self._keep(transaction)
        self._kept = kept

    def _catch_up(self, transaction: Transaction) -> None:
        """Say what was lost before: its beginning and its end now, since neither could be told in time."""
        if self._lost_here == 0:
            return
        text = f"Penyimpanan kamera bekerja lagi; {self._lost_here} catatan tidak tersimpan"
        log.info("outbox: written again; %d records were lost", self._lost_here)
        for is_active in (True, False):
            told = self.envelope(transaction, RecordClass.READING)
            transaction.append(Fault(**told, code=STORAGE_FAILED, active=is_active, text=text))

    def _keep(self, transaction: Transaction) -> dict[str, object]:
        """Write every part of the memory that has changed since it was last on the disk."""
        kept = dict(memories.parts(self.memory))
        for key, part in kept.items():
            if key not in self._kept or self._kept[key] is not part:
                transaction.set_state(key, msgspec.json.encode(part))
        transaction.set_state("clock", self._box_clock.remembered())
        return kept

    def _note_lost(self, records: int, problem: Exception) -> None:
        level = logging.DEBUG if self._lost_here else logging.WARNING
        log.log(level, "outbox: %d records not written: %s. The cameras go on.", records, problem)
        self._lost_here += records
        self.memory = replace(self.memory, lost=self.memory.lost + records)

    def envelope(self, transaction: Transaction, record_class: RecordClass, source: str = "") -> Envelope:
        """Return what every record says of its time and place."""
        return envelope(
            self._box_clock.stamp(), seq=transaction.next_seq, record_class=record_class.value, source=source
        )
