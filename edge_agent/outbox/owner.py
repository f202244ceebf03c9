"""The owner's side of one file: its disk space, its write-ahead log, and moving to a fresh file.

Three rules keep a producer writing when the disk is full or a guest is frozen:

1. The file grows only in `grow`, which takes the disk space first. Every page that a commit may later need to put in
   its place is already there, so a checkpoint never meets a full disk.
2. The log has 4 MiB of disk space from the start and is used anew after each checkpoint.
3. A guest frozen inside a read holds the log back from being used anew. Once the log has passed 16 MiB the owner
   copies the file, with the same spool id, to a fresh one and leaves the old one to the guest.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edge_agent.outbox.errors import FileUnreadableError
from edge_agent.outbox.file import JOURNAL_SIZE_LIMIT, PAGE_BYTES, connect_owner
from edge_agent.outbox.guest import guest
from edge_agent.outbox.place import Place, delete

WAL_BOUND_BYTES = 16 << 20
"""Log size at which the owner moves to a fresh file. In peace a frozen guest takes a day to fill it, in flood 2 h."""

_OVERFLOW_BYTES = PAGE_BYTES - 4
"""What one overflow page of a large value holds."""

_log = logging.getLogger(__name__)


class OwnerFile:
    """The one writing connection to the file at a place."""

    def __init__(self, place: Place, real: Path, *, limit_pages: int) -> None:
        """Open `real`, which may not exist yet; no page above `limit_pages` is ever used."""
        self.place = place
        self.limit_pages = limit_pages
        self.is_disk_full = False
        self.may_shrink = True
        """Whether the file may hold more pages than its limit, from a time when that was higher."""
        self._wal_bound = WAL_BOUND_BYTES
        self._open(real)

    def _open(self, real: Path) -> None:
        self.real = real
        self.connection = connect_owner(real, limit_pages=self.limit_pages)
        # Kept open as long as the connection: closing any descriptor of a file drops the process's locks on it.
        self._space = os.open(real, os.O_RDWR | os.O_CLOEXEC)
        self._wal = Path(f"{real}-wal")
        self._is_open = True
        self._reserve_wal()

    def page_count(self) -> int:
        """Return the pages of the file, used or free."""
        return int(self.connection.execute("PRAGMA page_count").fetchone()[0])

    def free_pages(self) -> int:
        """Return the pages inside the file that hold nothing; the disk space for them is there."""
        return int(self.connection.execute("PRAGMA freelist_count").fetchone()[0])

    def used_pages(self) -> int:
        """Return the pages that hold something."""
        return self.page_count() - self.free_pages()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one write transaction: committed and on the disk at the end, or not at all."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            with suppress(sqlite3.DatabaseError):  # the error that brought us here says more
                self.connection.execute("ROLLBACK")

    def set_limit(self, limit_pages: int) -> None:
        """Use no page above `limit_pages` from now on; SQLite itself goes no lower than what the file holds."""
        self.limit_pages = limit_pages
        self.may_shrink = True
        self.connection.execute(f"PRAGMA max_page_count={limit_pages}").fetchall()

    def limit_held(self) -> int:
        """Return the page limit as SQLite keeps it on this connection."""
        return int(self.connection.execute("PRAGMA max_page_count").fetchone()[0])

    def give_back_space(self) -> None:
        """Give the disk back what is above the limit, once what the file holds fits below it.

        Tried once for each limit: where there is no room for the copy, the next start tries again.
        """
        self.may_shrink = False
        if self.page_count() > self.limit_pages:
            self._move_to_fresh_file(why="the quota is smaller")

    def grow(self, pages: int) -> bool:
        """Add `pages` free pages with their disk space; answer False if the quota or the disk has no room."""
        count = self.page_count()
        if count + pages > self.limit_pages:
            return False
        try:
            os.posix_fallocate(self._space, 0, (count + pages) * PAGE_BYTES)
        except OSError as problem:
            self._note_disk(full=True, why=str(problem))
            return False
        self._note_disk(full=False, why="")
        # A value that needs all free pages and the new ones, written and taken back in one commit: SQLite does not
        # write pages that end up free.
        filling = (self.free_pages() + pages - 1) * _OVERFLOW_BYTES
        with self.writing() as connection:
            connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (filling,))
            connection.execute("DELETE FROM filler")
        return True

    def _note_disk(self, *, full: bool, why: str) -> None:
        if full and not self.is_disk_full:
            _log.warning("%s: the disk takes no more (%s); old records make room for new ones", self.place.path, why)
        if self.is_disk_full and not full:
            _log.info("%s: the disk has room again", self.place.path)
        self.is_disk_full = full

    def checkpoint(self) -> None:
        """Put what the log holds in its place in the file, as far as readers let it."""
        self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def bound_wal(self) -> None:
        """See that the log stays bounded, though a guest may be frozen inside a read."""
        if not self._wal.exists() or self._wal.stat().st_size <= self._wal_bound:
            return
        is_held = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not is_held:
            self._reserve_wal()
        elif not self._move_to_fresh_file(why="a reader held the log back"):
            self._wal_bound += WAL_BOUND_BYTES

    def _move_to_fresh_file(self, *, why: str) -> bool:
        """Copy everything to a fresh file and leave the old one to whoever reads it; False: there is no room."""
        old, fresh = self.real, self.place.new_real()
        try:
            self.connection.execute("VACUUM INTO ?", (str(fresh),))
            _sync(fresh)
        except (sqlite3.Error, OSError) as problem:
            delete(fresh)
            _log.warning("%s: %s, and there is no room to move to a fresh file (%s)", self.place.path, why, problem)
            return False
        self._disconnect()
        self.place.publish(fresh)
        self._open(fresh)
        delete(old)
        self._wal_bound = WAL_BOUND_BYTES
        _log.warning("%s: %s; moved to a fresh file", self.place.path, why)
        return True

    def _reserve_wal(self) -> None:
        """Take disk space for the log in advance; where there is none it grows as it is written."""
        with suppress(OSError):
            log = os.open(self._wal, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
            try:
                os.posix_fallocate(log, 0, JOURNAL_SIZE_LIMIT)
            finally:
                os.close(log)

    def _disconnect(self) -> None:
        self.connection.close()
        os.close(self._space)
        self._is_open = False

    def close(self) -> None:
        """Close the file. Log and shared memory stay: their disk space may be the last, and readers need them."""
        if not self._is_open:
            return
        with suppress(sqlite3.DatabaseError):
            self.checkpoint()
        try:
            # As long as somebody reads, SQLite does not delete the log when the owner leaves.
            with guest(self.real) as connection:
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                self._disconnect()
        except FileUnreadableError:
            self._disconnect()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
