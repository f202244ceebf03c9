"""Copies of the whole database for backups: made at one moment while the hub goes on writing, counted, verified."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hub.storage import connection as database
from hub.storage.connection import Connection

PAGES_A_STEP = 2_048
"""8 MiB, so that progress can be told."""


def take_snapshot(source_path: Path, copy_path: Path, *, tell: Callable[[float], None]) -> None:
    """Copy the database to `copy_path`, which is readable by its own user alone.

    One read transaction is held all the while: without it each commit of ingest would begin the copy anew.

    Args:
        source_path: the hub's database.
        copy_path: a file that is not there yet.
        tell: told the share that is done, 0 to 1.
    """
    copy_path.touch(mode=0o600, exist_ok=False)
    with closing(database.read_only(source_path)) as source, closing(sqlite3.connect(copy_path)) as copy:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM meta").fetchone()
        source.backup(
            copy,
            pages=PAGES_A_STEP,
            progress=lambda _, remaining, total: tell(1 - remaining / total if total else 1.0),
            sleep=0,
        )
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")


def counts(connection: Connection) -> tuple[int, int]:
    """Return how many records and alerts there are."""
    (records,) = connection.execute("SELECT count(*) FROM records").fetchone()
    (alerts,) = connection.execute("SELECT count(*) FROM alerts").fetchone()
    return int(records), int(alerts)


def damage(connection: Connection) -> str | None:
    """Return what SQLite finds wrong in the file, None if it is whole; reads all of it."""
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return None if verdict == "ok" else str(verdict)


def settle(connection: Connection) -> None:
    """Fold the log back into the file, so that the file alone is the whole database."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
