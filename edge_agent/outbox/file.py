"""The SQLite file under outbox and inbox: pragmas, the owner's and the guest's connection, what an error means.

One process owns a file and is its only writer. Everybody else is a guest: read-only on the file and on its shared
memory, for one short read at a time. A guest cannot take any lock that the owner waits for, nor run a recovery, so
freezing a guest at any point never stops the owner; the worst it does is to hold back the WAL from being used anew
(see `owner.py` for what the owner does then).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from edge_agent.outbox.errors import FileAwayError, FileDamagedError, OutboxError, OutboxFullError

PAGE_BYTES = 4096
JOURNAL_SIZE_LIMIT = 4 << 20
"""Bytes to which SQLite shortens the WAL when it begins it anew."""

CACHE_KIB = 1000
"""SQLite's page cache: half of its default; the gauge process has 40 MB for everything."""


class Trouble(StrEnum):
    """What an SQLite error asks for."""

    DAMAGED = "damaged"
    FULL = "full"
    BUSY = "busy"
    OTHER = "other"


_PRIMARY = 0xFF
_DAMAGED_READS = {"SQLITE_IOERR_READ", "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_CORRUPTFS", "SQLITE_IOERR_DATA"}


def trouble_of(problem: sqlite3.Error) -> Trouble:
    """Return what this error asks for; a sector that cannot be read counts as damage, a failed write as a full disk."""
    code = getattr(problem, "sqlite_errorcode", 0) & _PRIMARY
    name = getattr(problem, "sqlite_errorname", "")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or name in _DAMAGED_READS:
        return Trouble.DAMAGED
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return Trouble.FULL
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_CANTOPEN):
        return Trouble.BUSY
    return Trouble.OTHER


def connect_owner(real: Path, *, limit_pages: int) -> sqlite3.Connection:
    """Return the owner's connection: WAL, every commit on the disk before it returns, never above `limit_pages`.

    Checkpoints are the owner's own calls, so that no commit pays for one unasked. Nothing is mapped into memory:
    a bad sector must be an error, not a signal.
    """
    connection = sqlite3.connect(real, isolation_level=None, timeout=0, cached_statements=64)
    try:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=0",
            f"journal_size_limit={JOURNAL_SIZE_LIMIT}",
            f"max_page_count={limit_pages}",
            "mmap_size=0",
            "secure_delete=OFF",
            "temp_store=MEMORY",
            "cell_size_check=ON",
            f"cache_size=-{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def guest(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a read-only connection inside one read transaction, for one short read.

    Opened anew each time (0.2 ms): so it always reads the file that stands there now, and holds nothing between.

    Raises:
        FileAwayError: the file is not there, or busy this moment.
        FileDamagedError: its pages do not make sense.
    """
    real = Path(os.path.realpath(path))
    try:
        _see_to_shared_memory(real)
        with closing(_connect_guest(real)) as connection:
            connection.execute("BEGIN")
            yield connection
    except sqlite3.Error as problem:
        raise _unreadable(path, problem) from problem
    except FileNotFoundError as problem:
        raise FileAwayError(f"{path}: not there; its producer makes it when it first starts") from problem


def _connect_guest(real: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(real))}?mode=ro&readonly_shm=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0)
    connection.execute("PRAGMA mmap_size=0").fetchall()
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
        return FileDamagedError(f"{path}: damaged ({problem}); its owner starts a new spool when told")
    if trouble is Trouble.FULL:
        return OutboxFullError(f"{path}: {problem}; free some space on the disk")
    return FileAwayError(f"{path}: cannot be read now ({problem}); look again later")


def own_error(path: Path, problem: sqlite3.Error) -> OutboxError:
    """Return the outbox's own error for one of SQLite's."""
    if trouble_of(problem) is Trouble.FULL:
        return OutboxFullError(f"{path}: nothing more can be written ({problem}); free some space on the disk")
    return OutboxError(f"{path}: {problem}; look at the file's rights and at who else has it open")
