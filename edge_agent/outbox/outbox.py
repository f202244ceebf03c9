"""A producer's outbox: its own file of records that wait for the hub. The producer is its only writer.

The rules:

1. What a transaction holds is on the disk when it ends, or not there at all. One transaction, one fsync.
2. `seq` counts from 1 and is never given twice, though all rows be gone and the power cut.
3. Room is made after each transaction for the next one: `next_seq` stands still between two transactions, and nothing
   waits for room at the moment it is written. Class 0 always has some.
4. A row leaves the queue acknowledged, or named by a tombstone.
5. A file that is damaged, of another board, or older than what the hub has seen of it is set apart; a new spool
   begins with what could be read of it and a class 0 fault `spool_reborn`, which ends once the hub has a record
   written after it.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from contract.clock import Clock, kernel_boot_id
from edge_agent.outbox import rebirth, settling
from edge_agent.outbox.errors import DisorderError, OutboxError, OutboxFullError, SpoolRebornError
from edge_agent.outbox.file import Trouble, own_error, trouble_of
from edge_agent.outbox.keeper import Keeper
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.place import Place
from edge_agent.outbox.rebirth import replace_file
from edge_agent.outbox.room import Limits
from edge_agent.outbox.schema import CLASSES
from edge_agent.outbox.settling import Retention, Settlement
from edge_agent.outbox.spool import Spool, verify_pages
from edge_agent.outbox.transaction import OwnStamp, Transaction

_log = logging.getLogger(__name__)


class Outbox:
    """The owner's view of one outbox. One thread uses it."""

    def __init__(self, place: Place, *, clock: Clock, keeper: Keeper, limits: Limits) -> None:
        """Take up the spool that stands at the place, or begin one; `open` is the way in."""
        self._place = place
        self._keeper = keeper
        self._limits = limits
        self._own_stamp = OwnStamp(clock)
        self._settlement = Settlement()
        self._damage_checked = False
        self.was_reborn = False
        """Whether a file had to be replaced since this process opened it."""
        place.sweep()
        self._spool = self._first_spool()
        self._retention = Retention(self._spool.file.connection, clock)
        self._spool.upkeep()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Clock,
        node_id: str,
        board: str,
        limit_mb: float,
        is_scaled: bool,
        kernel_boot: str | None = None,
    ) -> Self:
        """Open the outbox named `path`; it is made if it is not there.

        Args:
            path: `home/outbox-<producer>.db`.
            clock: gives the time of the outbox's own records.
            node_id: of the box.
            board: the hardware; the spool is bound to it.
            limit_mb: the producer's share of the quota, MiB.
            is_scaled: the clock runs at a rate, so each start is a new boot.
            kernel_boot: the kernel's id of this boot; asked of the kernel if not given.

        Raises:
            OutboxInUseError: another process has it.
            OutboxFullError: the disk takes no more.
            OutboxBusyError: somebody else holds it this moment.
            OutboxError: it cannot be opened now.
        """
        keeper = Keeper(node=node_id, board=board, kernel_boot=kernel_boot or kernel_boot_id(), is_scaled=is_scaled)
        place = Place(path)
        try:
            return cls(place, clock=clock, keeper=keeper, limits=Limits.of(limit_mb))
        except sqlite3.Error as problem:
            place.release()
            raise own_error(path, problem) from problem
        except OutboxError:
            place.release()
            raise
        except OSError as problem:
            place.release()
            raise OutboxFullError(f"{path}: {problem}; free some space on the disk") from problem
        except BaseException:
            place.release()
            raise

    @property
    def path(self) -> Path:
        """The name under which readers find the file."""
        return self._place.path

    @property
    def spool_id(self) -> str:
        """The id of the spool; another one after a `SpoolRebornError`."""
        return self._spool.ledger.identity.spool

    @property
    def boot(self) -> int:
        """The boot number that records of this start carry."""
        return self._spool.ledger.identity.boot

    @property
    def next_seq(self) -> int:
        """The `seq` that the next record gets."""
        return self._spool.ledger.next_seq

    @property
    def is_disk_full(self) -> bool:
        """Whether the disk had no room when the file last wanted to grow."""
        return self._spool.file.is_disk_full

    @property
    def limit_pages(self) -> int:
        """Pages of 4 KiB above which SQLite refuses to let the file grow."""
        return self._spool.file.limit_held()

    def counts(self) -> dict[int, int]:
        """Return the number of unacknowledged rows per class."""
        return dict(zip(CLASSES, self._spool.ledger.queue.unacked, strict=True))

    def used_share(self) -> float:
        """Return how much of the quota is used, 0 to 1."""
        return self._spool.file.used_pages() / self._limits.pages

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give a transaction; it is committed and on the disk when the block ends, or rolled back if it raises.

        Raises:
            SpoolRebornError: the file was damaged; a new spool stands ready. Nothing was written: do it again.
            OutboxFullError: nothing fits, or the disk takes no more. Nothing was written.
        """
        try:
            with self._guarded(), self._spool.writing() as transaction:
                yield transaction
        except OutboxFullError:
            self._spool.upkeep()
            raise
        self._spool.upkeep(is_urgent=transaction.has_alert)

    def state(self, key: str) -> bytes | None:
        """Return the small value kept under a key."""
        with self._guarded():
            sql = "SELECT value FROM state WHERE key = ?"
            found = self._spool.file.connection.execute(sql, (key,)).fetchone()
        return None if found is None else bytes(found[0])

    def settle(self, marks: Marks | None) -> int:
        """Apply what the hub has acknowledged, a few hundred rows a call, and forget what it acknowledged a day ago.

        To be called about once a real second, and again at once while it returns more than 0.

        Args:
            marks: the newest from the inbox; None if there are none. Marks of another spool are passed over.

        Returns:
            How many rows were settled.

        Raises:
            SpoolRebornError: the file was damaged, or older than the marks; a new spool stands ready.
        """
        settled = 0
        is_rebirth_over = False
        now_ms = self._retention.now_ms()
        try:
            with self._guarded(), self._spool.writing() as transaction:
                if marks is not None and marks.spool == self.spool_id:
                    self._verify_against(marks)
                    settled = self._settlement.apply(
                        transaction, marks, now_ms=now_ms, is_kept=self._has_room_to_keep()
                    )
                    is_rebirth_over = rebirth.is_over(transaction.connection, marks)
                settling.forget(transaction.connection, now_ms=now_ms)
        except BaseException:
            self._settlement = Settlement()  # what it thinks to have applied was rolled back
            raise
        self._spool.upkeep()
        if is_rebirth_over:
            with self.transaction() as transaction:
                rebirth.tell_end(transaction)
        return settled

    def set_limit(self, limit_mb: float) -> None:
        """Use another share of the quota from now on.

        A higher one holds at once. A lower one is met over this write and the next ones, least valuable rows first;
        the file gives its disk space back once, as soon as what is left fits.

        Args:
            limit_mb: the producer's share of the quota, MiB.

        Raises:
            SpoolRebornError: the file was damaged; a new spool of the new limit stands ready.
        """
        limits = Limits.of(limit_mb)
        if limits == self._limits:
            return
        _log.info("%s: %g MiB from now on", self.path, limit_mb)
        self._limits = limits
        with self._guarded():
            self._spool.set_limits(limits)
        self._spool.upkeep()

    def reoffer(self) -> None:
        """Make every acknowledged row that is still kept unacknowledged. `settle` does it at a changed epoch."""
        with self._guarded(), self._spool.writing() as transaction:
            settling.reoffer(transaction)
        self._settlement = Settlement()
        self._spool.upkeep()

    def set_aside(self, seqs: Sequence[int], reason: str) -> None:
        """Move records that cannot be sent out of the queue, named by a tombstone. `settle` does it by the marks."""
        with self._guarded(), self._spool.writing() as transaction:
            settling.set_aside(transaction, list(seqs), reason=reason)
        self._spool.upkeep()

    def close(self) -> None:
        """Close the file; another process may then own it."""
        self._spool.file.close()
        self._place.release()

    def __enter__(self) -> Self:
        """Return the outbox itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _has_room_to_keep(self) -> bool:
        return self._spool.file.used_pages() + self._limits.ready < self._limits.soft

    def _first_spool(self) -> Spool:
        real = self._place.real()
        if real is None:
            spool = Spool.begin(
                self._place, limits=self._limits, keeper=self._keeper, own_stamp=self._own_stamp, last=None
            )
            spool.publish()
            return spool
        try:
            return Spool.resume(self._place, real, limits=self._limits, keeper=self._keeper, own_stamp=self._own_stamp)
        except DisorderError as problem:
            return self._replaced(real, why=str(problem))

    def _replaced(self, old: Path, *, why: str, given_from: int | None = None) -> Spool:
        spool = replace_file(
            self._place,
            old,
            why=why,
            limits=self._limits,
            keeper=self._keeper,
            own_stamp=self._own_stamp,
            given_from=given_from,
        )
        self._settlement = Settlement()
        self.was_reborn = True
        return spool

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn SQLite's errors into the outbox's own; replace a file that turns out to be damaged."""
        if self._spool.unfit:
            self._be_reborn(self._spool.unfit)
        try:
            yield
        except DisorderError as problem:
            self._be_reborn(str(problem))
        except sqlite3.Error as problem:
            if trouble_of(problem) is Trouble.DAMAGED:
                self._be_reborn(str(problem))
            raise own_error(self.path, problem) from problem

    def _be_reborn(self, why: str) -> NoReturn:
        """Replace the file by one with a new spool.

        Raises:
            SpoolRebornError: it is done.
            OutboxFullError: the disk takes no new file; the next call tries again.
        """
        self._spool.unfit = why
        self._spool.file.close()
        try:
            self._spool = self._replaced(self._spool.file.real, why=why, given_from=self._spool.given_from)
        except sqlite3.Error as problem:
            raise own_error(self.path, problem) from problem
        raise SpoolRebornError(f"{self.path}: {why}; spool {self.spool_id} stands ready, do the last step again")

    def _verify_against(self, marks: Marks) -> None:
        """See that the file is not older than what the hub has seen, nor damaged where the uplink says so.

        Raises:
            DisorderError: it is.
        """
        newest = max((last for _, last in marks.spans()), default=0)
        if newest >= self.next_seq:
            raise DisorderError(f"the hub has seq {newest}, this file is older and would give it out again")
        if marks.is_damaged and not self._damage_checked:
            verify_pages(self._spool.file.connection)
        self._damage_checked = marks.is_damaged
