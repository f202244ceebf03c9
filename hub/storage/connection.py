"""How a process of the hub opens the database, and how it writes.

Write-ahead log, `synchronous=FULL`: what is committed survives a power cut. Several processes write, each in short
transactions: `BEGIN IMMEDIATE` with no busy timeout, tried again every millisecond, because SQLite's own back-off
starves a person's click behind a busy ingest (measured: 2.5 s against 34 ms at p95).
"""

import contextlib
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.storage.errors import DatabaseBusyError, DatabaseMissingError

Connection = sqlite3.Connection

RETRY_EVERY_S = 0.001
RETRIES = 5_000
"""Together five seconds of real time."""

READ_BUSY_MS = 5_000
"""A reader waits only for the rare moments in which the file is recovered or its last writer leaves."""

CHECKPOINT_PAGES = 1_000
"""4 MB of log before it is folded back into the file."""

LOG_LIMIT_BYTES = 64 * 1024 * 1024
"""To this the log is cut after it grew behind a long reader."""

CACHE_KIB = 8 * 1024

IN_MEMORY = Path(":memory:")
"""SQLite's name for a database without a file."""


def open(path: Path) -> Connection:  # noqa: A001 - read at the caller's as connection.open(path)
    """Open the database for reading and writing, and make the file if there is none.

    The connection is in autocommit mode: writes stand in `write(connection)`. Rows are plain tuples.
    """
    if path != IN_MEMORY:
        _keep_to_ourselves(path)
    connection = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)
    # Several processes may meet at a file that one of them has just made.
    _patiently(connection, "PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def read_only(path: Path) -> Connection:
    """Open the database for reading only.

    Raises:
        DatabaseMissingError: there is no such file.
    """
    if not path.exists():
        raise DatabaseMissingError(f"reading {path}: there is no such file. Start the hub once, it makes the database.")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro",
        timeout=READ_BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


def _keep_to_ourselves(path: Path) -> None:
    """Make the file readable by its own user alone: telephone numbers stand in it. Its log gets the file's mode."""
    path.touch(mode=0o600)
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(FileNotFoundError, PermissionError):  # gone meanwhile; another user's
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                file.chmod(0o600)


@contextmanager
def write(connection: Connection) -> Iterator[Connection]:
    """Hold the write lock for a `with` block: all of it is committed, or none.

    Raises:
        DatabaseBusyError: another process held the lock for five seconds.
    """
    _patiently(connection, "BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _patiently(connection: Connection, statement: str) -> None:
    """Execute a statement that needs a lock, asking again every millisecond.

    Raises:
        DatabaseBusyError: another process held the lock for five seconds.
    """
    for _ in range(RETRIES):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(RETRY_EVERY_S)
        else:
            return
    raise DatabaseBusyError(
        f"waiting for the lock of the database ({statement}): another process held it for 5 s, expected under 20 ms. "
        "Look for a stopped hub process or an open database tool."
    )


def data_version(connection: Connection) -> int:
    """Return a number that changes when another connection has committed; cheap enough to ask every 20 ms."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)
