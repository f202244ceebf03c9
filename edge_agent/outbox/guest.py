"""A guest's read of a file that another process owns.

One process owns a file and is its only writer. Everybody else is a guest: read-only, for one short read at a time.
Freezing either of them, at any point, must not stop the other; it rests on this:

1. A guest may not write the shared memory of the log either, so all it can hold is a shared lock on a read mark that
   it finds there. No lock that the owner waits for, no recovery that shuts the owner out. The worst that a frozen guest
   does is to hold back the log from being used anew (see `owner.py` for what the owner does then).
2. The price: while the owner is frozen in the microsecond in which it moves the mark, no read can begin (measured: 2 of
   60 freezes of an owner that commits without pause). SQLite tries for ten seconds and cannot be called off, so a
   thread does the waiting, and the guest gives up after `PATIENCE_S`.
3. Where no owner has the file open, SQLite reads the log by an index of its own.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import quote

from edge_agent.outbox.errors import FileAwayError, FileDamagedError, OutboxError, OutboxFullError
from edge_agent.outbox.file import Trouble, trouble_of

PATIENCE_S = 0.3
"""Real seconds; a read begins in under a millisecond."""

_given_up: dict[Path, "_Beginning"] = {}
"""Per real file the beginning that was given up last; while it still tries nobody else does. One process has few."""


class _Beginning(Thread):
    """Begins a read transaction, however long that takes; closes the connection if nobody waits for it any more."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(daemon=True, name="outbox-guest")
        self.problem: sqlite3.Error | None = None
        self._connection = connection
        self._lock = Lock()
        self._is_over = False
        self._is_given_up = False

    def run(self) -> None:
        """Begin, and take the snapshot: later statements find it there."""
        try:
            self._connection.execute("PRAGMA mmap_size=0").fetchall()
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error as problem:
            self.problem = problem
        with self._lock:
            self._is_over = True
            if self._is_given_up:
                self._connection.close()

    def give_up(self) -> bool:
        """Leave the connection to this thread; answer False if it has come through after all."""
        with self._lock:
            self._is_given_up = not self._is_over
            return self._is_given_up


@contextmanager
def guest(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a read-only connection inside one read transaction, for one short read.

    Opened anew each time (0.3 ms): so it always reads the file that stands there now, and holds nothing between.

    Raises:
        FileAwayError: the file is not there, or cannot be read this moment.
        FileDamagedError: its pages do not make sense.
    """
    real = Path(os.path.realpath(path))
    try:
        _see_to_shared_memory(real)
        connection = _begun(real)
    except sqlite3.Error as problem:
        raise _unreadable(path, problem) from problem
    except FileNotFoundError as problem:
        raise FileAwayError(f"{path}: not there; its owner makes it when it first starts") from problem
    except OSError as problem:
        raise FileAwayError(f"{path}: cannot be read now ({problem}); look again later") from problem
    try:
        yield connection
    except sqlite3.Error as problem:
        raise _unreadable(path, problem) from problem
    finally:
        connection.close()


def _begun(real: Path) -> sqlite3.Connection:
    """Return a connection inside a read transaction."""
    before = _given_up.get(real)
    if before is not None and before.is_alive():
        raise FileAwayError(f"{real}: its owner stands still; look again later")
    _given_up.pop(real, None)
    uri = f"file:{quote(str(real))}?mode=ro&readonly_shm=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0, check_same_thread=False)
    beginning = _Beginning(connection)
    beginning.start()
    beginning.join(PATIENCE_S)
    if beginning.is_alive() and beginning.give_up():
        _given_up[real] = beginning
        raise FileAwayError(f"{real}: no read began within {PATIENCE_S} s; its owner stands still, look again later")
    if beginning.problem is not None:
        connection.close()
        raise beginning.problem
    return connection


def _see_to_shared_memory(real: Path) -> None:
    """Make an empty -shm file where there is none: a guest that may not write one could otherwise not open the file."""
    shared = Path(f"{real}-shm")
    if not shared.exists():
        if not real.exists():
            raise FileNotFoundError(real)
        os.close(os.open(shared, os.O_CREAT | os.O_RDWR, 0o644))


def _unreadable(path: Path, problem: sqlite3.Error) -> OutboxError:
    trouble = trouble_of(problem)
    if trouble is Trouble.DAMAGED:
        return FileDamagedError(f"{path}: damaged ({problem}); its owner starts a new one when told")
    if trouble is Trouble.FULL:
        return OutboxFullError(f"{path}: {problem}; free some space on the disk")
    return FileAwayError(f"{path}: cannot be read now ({problem}); look again later")
