"""The SQLite file under outbox and inbox: its pragmas, and what an error of SQLite asks for."""

import sqlite3
from enum import StrEnum
from pathlib import Path

from edge_agent.outbox.errors import OutboxBusyError, OutboxError, OutboxFullError

PAGE_BYTES = 4096
JOURNAL_SIZE_LIMIT = 4 << 20
"""Bytes to which SQLite shortens the WAL when it begins it anew."""

CACHE_KIB = 1000
"""SQLite's page cache: half of its default; the gauge process has 40 MB for everything."""


BUSY_S = 0.2
"""How long the owner waits for a lock: nobody should hold one, but somebody may look in with tools of their own."""


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
    connection = sqlite3.connect(real, isolation_level=None, timeout=BUSY_S, cached_statements=64)
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


def own_error(path: Path, problem: sqlite3.Error) -> OutboxError:
    """Return the outbox's own error for one of SQLite's."""
    if trouble_of(problem) is Trouble.FULL:
        return OutboxFullError(f"{path}: nothing more can be written ({problem}); free some space on the disk")
    kind = OutboxBusyError if trouble_of(problem) is Trouble.BUSY else OutboxError
    return kind(f"{path}: {problem}; look at the file's rights and at who else has it open")
