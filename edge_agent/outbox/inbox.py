"""The inbox file: what the hub has said, from the uplink to the box's producers.

Uplink is the only writer. Producers read it about once a real second, each time for a moment, and skip it when it is
away or busy: with no inbox the last applied state holds. A damaged inbox is set apart and begun anew.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from edge_agent.outbox.errors import FileUnreadableError, OutboxFullError
from edge_agent.outbox.guest import guest
from edge_agent.outbox.inbox_file import InboxFile
from edge_agent.outbox.inbox_rows import (
    ANSWERED,
    COMMANDS_KEPT,
    DesiredDocument,
    InboxView,
    ReceivedCommand,
    read_commands,
    read_desired,
    read_hub,
    read_marks,
)
from edge_agent.outbox.marks import Marks

T = TypeVar("T")

OTHER_SPOOLS_KEPT = 8

NEW_COUNT_BOUND = 1 << 48
"""Far below what SQLite and JSON hold, far above the hellos of a box's life."""


class Inbox:
    """The uplink's view of the inbox. Each method is one transaction with one fsync."""

    def __init__(self, file: InboxFile) -> None:
        """Hold the open file; `open` is the way in."""
        self._file = file

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the inbox named `path`; it is made if it is not there.

        Raises:
            OutboxInUseError: another process has it.
            OutboxFullError: the disk takes no more.
        """
        return cls(InboxFile.open(path))

    def put_marks(self, marks: Iterable[Marks]) -> None:
        """Lay down the newest marks of some spools, in place of those laid down before."""
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(spool) DO UPDATE SET"
                " db_epoch = excluded.db_epoch, high = excluded.high, ranges = excluded.ranges,"
                " set_aside = excluded.set_aside, is_damaged = excluded.is_damaged",
                (
                    (
                        each.spool,
                        each.db_epoch,
                        each.high,
                        msgspec.json.encode(each.ranges).decode(),
                        msgspec.json.encode(each.set_aside).decode(),
                        int(each.is_damaged),
                    )
                    for each in marks
                ),
            )

    def keep_only(self, spools: Collection[str]) -> None:
        """Forget the marks of all other spools but the newest few.

        An outbox that is damaged cannot say its spool, and its owner needs the marks to know what the hub has of it.
        """
        with self._file.writing() as connection:
            known = [spool for (spool,) in connection.execute("SELECT spool FROM marks ORDER BY rowid")]
            others = [(spool,) for spool in known if spool not in spools]
            connection.executemany("DELETE FROM marks WHERE spool = ?", others[:-OTHER_SPOOLS_KEPT])

    def put_desired(self, *, db_epoch: str, version: int, body: bytes) -> None:
        """Lay down the newest desired state."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO desired VALUES (1, ?, ?, ?)", (db_epoch, version, body))

    def add_command(
        self, command_id: str, body: bytes, *, expires_real_ms: int, kernel_boot: str, arrived_ms: int
    ) -> bool:
        """Lay down a command; answer False if one of this id came before.

        Args:
            command_id: of the command.
            body: the command as it came.
            expires_real_ms: end of its life on the machine's boot clock (`Clock.real_ms`).
            kernel_boot: the boot that this clock belongs to.
            arrived_ms: scaled wall time.
        """
        with self._file.writing() as connection:
            added = connection.execute(
                "INSERT INTO commands(command_id, body, expires_real_ms, kernel_boot, arrived_ms)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT(command_id) DO NOTHING",
                (command_id, body, expires_real_ms, kernel_boot, arrived_ms),
            ).rowcount
            connection.execute("DELETE FROM commands WHERE n <= (SELECT max(n) FROM commands) - ?", (COMMANDS_KEPT,))
        return bool(added)

    def put_hub(self, values: Mapping[str, str]) -> None:
        """Lay down some of what is known of the hub and the link to it."""
        with self._file.writing() as connection:
            _put_hub(connection, values)

    def note_answered(self, values: Mapping[str, str] | None = None) -> int:
        """Count one more answered hello, with further values for `hub`; return the count.

        The count of a new file begins at a random number: a producer that remembers the count of a file that is gone
        must not take the first hello for one whose answer it has told.
        """
        with self._file.writing() as connection:
            laid = read_hub(connection).get(ANSWERED)
            answered = 1 + (secrets.randbelow(NEW_COUNT_BOUND) if laid is None else int(laid))
            _put_hub(connection, {**(values or {}), ANSWERED: str(answered)})
        return answered

    def marks(self, spool: str) -> Marks | None:
        """Return the marks laid down for a spool."""
        with self._file.reading() as connection:
            return read_marks(connection, spool)

    def hub(self) -> dict[str, str]:
        """Return what is known of the hub and the link to it."""
        with self._file.reading() as connection:
            return read_hub(connection)

    def desired(self) -> DesiredDocument | None:
        """Return the newest desired state."""
        with self._file.reading() as connection:
            return read_desired(connection)

    def close(self) -> None:
        """Close the file; another process may then own it."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the inbox itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


class InboxReader:
    """A guest's view of the inbox; each call is one short read."""

    def __init__(self, path: Path) -> None:
        """Look at the inbox named `path`; it need not exist yet."""
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a reader of the inbox named `path`; it need not exist yet."""
        return cls(path)

    def look(self, spool: str, *, after_command: int = 0) -> InboxView | None:
        """Return all that a producer of `spool` wants to know, from one read; None if nothing could be read.

        Args:
            spool: the producer's own.
            after_command: `n` of the newest command it knows.
        """

        def read(connection: sqlite3.Connection) -> InboxView:
            hub = read_hub(connection)
            return InboxView(
                marks=read_marks(connection, spool),
                desired=read_desired(connection),
                commands=read_commands(connection, after=after_command),
                answered=int(hub.get(ANSWERED, "0")),
                hub=hub,
            )

        return self._read(read)

    def stamp(self) -> tuple[int, int] | None:
        """Return what differs after each write, without opening the file; None: there is nothing."""
        try:
            seen = os.stat(f"{self._file_of_now()}-wal")  # noqa: PTH116 -- asked four times a second, for ever
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size

    def _file_of_now(self) -> str:
        """Return the file that the link names (`place.Place.publish`); one that is no link is the file itself.

        A tenth of the time of `realpath`, which asks about each folder above as well.
        """
        path = os.fspath(self.path)
        try:
            return os.path.join(os.path.dirname(path), os.readlink(path))  # noqa: PTH115, PTH118, PTH120 -- as above
        except OSError:
            return path

    def marks(self, spool: str) -> Marks | None:
        """Return what the hub has acknowledged of a spool."""
        return self._read(lambda connection: read_marks(connection, spool))

    def desired(self) -> DesiredDocument | None:
        """Return the newest desired state."""
        return self._read(read_desired)

    def commands_after(self, n: int) -> tuple[ReceivedCommand, ...]:
        """Return the commands that came after the one of number `n`; all if the file was begun anew since then."""
        return self._read(lambda connection: read_commands(connection, after=n)) or ()

    def answered(self) -> int:
        """Return how many hellos the hub has answered."""
        return int(self.hub().get(ANSWERED, "0"))

    def hub(self) -> dict[str, str]:
        """Return what is known of the hub and the link to it."""
        return self._read(read_hub) or {}

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T | None:
        try:
            with guest(self.path) as connection:
                return read(connection)
        except (FileUnreadableError, OutboxFullError):
            return None


def _put_hub(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    connection.executemany(
        "INSERT INTO hub VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", values.items()
    )
