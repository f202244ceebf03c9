"""The inbox file itself: opened, begun anew when it is damaged, written with one fsync a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Self

from edge_agent.outbox.errors import DisorderError, InboxRebornError
from edge_agent.outbox.file import Trouble, own_error, trouble_of
from edge_agent.outbox.inbox_rows import SCHEMA
from edge_agent.outbox.owner import OwnerFile
from edge_agent.outbox.place import Place
from edge_agent.outbox.quarantine import set_apart
from edge_agent.outbox.spool import verify_pages

LIMIT_PAGES = 4096
"""16 MiB; marks, one desired state and a few commands need a hundredth of it."""

READY_PAGES = 8
COMMITS_PER_CHECKPOINT = 64


class InboxFile:
    """The one writing connection to the inbox."""

    def __init__(self, place: Place) -> None:
        """Take up the file that stands at the place, or begin one; `open` is the way in."""
        self._place = place
        self._commits = 0
        place.sweep()
        self._file = self._first_file()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file named `path`.

        Raises:
            OutboxInUseError: another process has it.
            OutboxFullError: the disk takes no more.
        """
        place = Place(path)
        try:
            return cls(place)
        except sqlite3.Error as problem:
            place.release()
            raise own_error(path, problem) from problem
        except BaseException:
            place.release()
            raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in one transaction, on the disk when the block ends.

        Raises:
            InboxRebornError: the file was damaged; it was begun anew, empty.
            OutboxFullError: the disk takes no more.
        """
        with self.reading():
            with self._file.writing() as connection:
                yield connection
            self._commits += 1
            if self._file.free_pages() < READY_PAGES:
                self._file.grow(READY_PAGES)
            self._file.bound_wal()
            if self._commits % COMMITS_PER_CHECKPOINT == 0:
                self._file.checkpoint()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for a read.

        Raises:
            InboxRebornError: the file was damaged; it was begun anew, empty.
        """
        try:
            yield self._file.connection
        except sqlite3.Error as problem:
            if trouble_of(problem) is Trouble.DAMAGED:
                self._be_reborn(problem)
            raise own_error(self._place.path, problem) from problem

    def close(self) -> None:
        """Close the file; another process may then own it."""
        self._file.close()
        self._place.release()

    def _first_file(self) -> OwnerFile:
        real = self._place.real()
        if real is None:
            return self._begin()
        try:
            file = OwnerFile(self._place, real, limit_pages=LIMIT_PAGES)
        except sqlite3.Error as problem:
            if trouble_of(problem) in (Trouble.FULL, Trouble.BUSY):
                raise
            return self._begin_instead_of(real)
        try:
            verify_pages(file.connection)
            file.connection.execute("SELECT count(*) FROM filler").fetchone()
        except (DisorderError, sqlite3.Error):
            file.close()
            return self._begin_instead_of(real)
        return file

    def _begin(self) -> OwnerFile:
        file = OwnerFile(self._place, self._place.new_real(), limit_pages=LIMIT_PAGES)
        with file.writing() as connection:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
        file.grow(READY_PAGES)
        file.checkpoint()
        self._place.sync()
        self._place.publish(file.real)
        return file

    def _begin_instead_of(self, damaged: Path) -> OwnerFile:
        file = self._begin()
        set_apart(damaged)
        return file

    def _be_reborn(self, problem: sqlite3.Error) -> NoReturn:
        damaged, self._file = self._file, self._begin()
        damaged.close()
        set_apart(damaged.real)
        raise InboxRebornError(
            f"{self._place.path}: damaged ({problem}); begun anew, lay everything down again"
        ) from problem
