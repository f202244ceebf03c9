"""One spool in its file, open for writing: beginning one, taking one up again, one write, and the upkeep after it."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from contract.identity import new_spool_id
from edge_agent.outbox import quarantine
from edge_agent.outbox.errors import DisorderError, OutboxError
from edge_agent.outbox.eviction import Cursors
from edge_agent.outbox.file import Trouble, trouble_of
from edge_agent.outbox.keeper import Keeper
from edge_agent.outbox.ledger import Identity, Ledger, create, load, recount, save_identity
from edge_agent.outbox.owner import OwnerFile
from edge_agent.outbox.place import Place, delete
from edge_agent.outbox.room import Limits, Step, make_room
from edge_agent.outbox.schema import SCHEMA
from edge_agent.outbox.transaction import OwnStamp, Transaction

BEGINNING_PAGES = 32
"""Free pages that a new file takes at once; it grows from there."""

COMMITS_PER_CHECKPOINT = 64
"""About 250 pages, 1 MiB of log. An alert leaves the checkpoint to the next write, but not for ever."""

_log = logging.getLogger(__name__)


class Spool:
    """The file and the account of one spool."""

    def __init__(self, file: OwnerFile, ledger: Ledger, *, limits: Limits, own_stamp: OwnStamp) -> None:
        """Hold an open file and its account; `begin` and `resume` are the ways in."""
        self.file = file
        self.ledger = ledger
        self.limits = limits
        self.given_from = ledger.next_seq
        """The first `seq` given since the file was opened."""
        self.unfit = ""
        """Why the file must be replaced before the next write; empty: it need not."""
        self._own_stamp = own_stamp
        self._cursors = Cursors()
        self._commits = 0
        self._is_in_trouble = False

    @classmethod
    def begin(cls, place: Place, *, limits: Limits, keeper: Keeper, own_stamp: OwnStamp, last: Identity | None) -> Self:
        """Make a new file with a new spool; it stands beside the place until it is published.

        Args:
            place: where it will stand.
            limits: of its quota.
            keeper: whose it is.
            own_stamp: dates the outbox's own records.
            last: the identity of the spool before, whose boot number goes on.

        Raises:
            sqlite3.Error: the disk takes no more.
        """
        real = place.new_real()
        file = OwnerFile(place, real, limit_pages=limits.pages)
        try:
            with file.writing() as connection:
                for statement in SCHEMA:
                    connection.execute(statement)
                ledger = create(connection, keeper.identity(spool=new_spool_id(), last=last))
            file.grow(BEGINNING_PAGES)
        except sqlite3.Error:
            file.close()
            delete(real)
            raise
        return cls(file, ledger, limits=limits, own_stamp=own_stamp)

    @classmethod
    def resume(cls, place: Place, real: Path, *, limits: Limits, keeper: Keeper, own_stamp: OwnStamp) -> Self:
        """Open the file that stands at the place and take its spool up.

        Raises:
            DisorderError: it is damaged, incomplete, or of another board.
            sqlite3.Error: it cannot be opened now.
        """
        try:
            file = OwnerFile(place, real, limit_pages=limits.pages)
        except sqlite3.Error as problem:
            raise _as_disorder(problem) from problem
        try:
            ledger = _verified(file.connection, keeper)
            with file.writing() as connection:
                save_identity(connection, ledger.identity)
                ledger.save(connection)
        except sqlite3.Error as problem:
            file.close()
            raise _as_disorder(problem) from problem
        except DisorderError:
            file.close()
            raise
        return cls(file, ledger, limits=limits, own_stamp=own_stamp)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give a transaction; if it fails, the account in memory goes back with it."""
        before = self.ledger.copy()
        try:
            with self.file.writing() as connection:
                transaction = Transaction(connection, self.ledger, self._own_stamp)
                yield transaction
                if transaction.is_changed:
                    self.ledger.save(connection)
        except BaseException:
            self.ledger = before
            self._cursors = Cursors()
            raise
        self._commits += 1

    def set_limits(self, limits: Limits) -> None:
        """Keep to other limits from now on; `upkeep` makes room under them."""
        self.limits = limits
        self.file.set_limit(limits.pages)

    def upkeep(self, *, is_urgent: bool = False) -> None:
        """Make room for what comes next and keep the log short. What was written stands, whatever happens here."""
        try:
            if self.file.may_shrink and self.file.used_pages() <= self.limits.soft:
                self.file.give_back_space()
            has_room = make_room(
                self.file, self.limits, self._cursors, take=self._take, drop_quarantined=self._drop_quarantined
            )
            self.file.bound_wal()
            if self._commits >= COMMITS_PER_CHECKPOINT * (2 if is_urgent else 1):
                self._commits = 0
                self.file.checkpoint()
            self._note_trouble("" if has_room else "no room can be made; the next records may not fit")
        except (sqlite3.Error, OutboxError, OSError) as problem:
            if isinstance(problem, sqlite3.Error) and trouble_of(problem) is Trouble.DAMAGED:
                self.unfit = str(problem)
            self._note_trouble(str(problem))

    def _take(self, step: Step) -> bool:
        with self.writing() as transaction:
            return step(transaction)

    def _drop_quarantined(self) -> bool:
        return quarantine.drop_oldest(self.file.place.path.parent)

    def _note_trouble(self, text: str) -> None:
        if text and not self._is_in_trouble:
            _log.warning("%s: %s", self.file.place.path, text)
        if self._is_in_trouble and not text:
            _log.info("%s: in order again", self.file.place.path)
        self._is_in_trouble = bool(text)

    def publish(self) -> None:
        """Make this file the one that stands at its place."""
        self.file.checkpoint()
        self.file.place.sync()
        self.file.place.publish(self.file.real)


def verify_pages(connection: sqlite3.Connection) -> None:
    """See that every page makes sense.

    Raises:
        DisorderError: one does not.
    """
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise DisorderError(f"pages do not make sense: {verdict}")


def _verified(connection: sqlite3.Connection, keeper: Keeper) -> Ledger:
    """Return the file's account, counted anew, as this keeper opens it."""
    verify_pages(connection)
    ledger = load(connection)
    recount(connection, ledger)
    found = ledger.identity
    if (found.board, found.node) != (keeper.board, keeper.node):
        raise DisorderError(
            f"it was made on board {found.board!r} of {found.node}, this is {keeper.board!r} of {keeper.node}"
        )
    ledger.identity = keeper.identity(spool=found.spool, last=found)
    return ledger


def _as_disorder(problem: sqlite3.Error) -> Exception:
    """Return the error to raise: a file without our tables is as useless as a damaged one."""
    if trouble_of(problem) in (Trouble.FULL, Trouble.BUSY):
        return problem
    return DisorderError(str(problem))
