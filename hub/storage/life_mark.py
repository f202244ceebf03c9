"""Notices that the database was put back from a backup; it needs a new epoch then.

Beside the database lies a small file that says how far its life had come. A database that is behind its mark is an
older copy of itself: boxes hold what it lacks for a day and offer it again as soon as they hear of another epoch.
"""

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.storage import audit, changes, meta, records
from hub.storage.connection import Connection

SUFFIX = ".life"


class LifeMark(Struct, frozen=True, kw_only=True):
    """How far a database had come."""

    db_epoch: str
    change_id: int
    record_id: int
    audit_n: int = 0
    """Most rows that the audit log ever had. Fewer of them alone are no restore: they may have been cut off."""


def mark_file(database_path: Path) -> Path:
    """Return where the mark of a database lies."""
    return database_path.with_name(database_path.name + SUFFIX)


def lost_life(connection: Connection, database_path: Path) -> LifeMark | None:
    """Return the mark that the database is behind, or None: then it is no older copy of itself, as far as is known."""
    marked = _load(mark_file(database_path))
    now = _mark_of(connection)
    if marked is None:
        return None
    # Another epoch than the mark's is a backup from before an earlier restore, unless the database is quite new.
    # Retention may empty the table of records, so none at all says nothing.
    is_behind = (
        now.change_id > 0
        if marked.db_epoch != now.db_epoch
        else now.change_id < marked.change_id or 0 < now.record_id < marked.record_id
    )
    return marked if is_behind else None


def rows_witnessed(connection: Connection, database_path: Path) -> int:
    """Return how many rows the audit log had in this life by the mark, 0 if the mark says nothing of it."""
    marked = _load(mark_file(database_path))
    return 0 if marked is None or marked.db_epoch != meta.db_epoch(connection) else marked.audit_n


def write_mark(connection: Connection, database_path: Path) -> None:
    """Write down how far the database has come; the file is whole at any moment."""
    file = mark_file(database_path)
    mark = _mark_of(connection)
    marked = _load(file)
    if marked is not None and marked.db_epoch == mark.db_epoch:  # a log that shrank does not make its mark forget
        mark = msgspec.structs.replace(mark, audit_n=max(mark.audit_n, marked.audit_n))
    fresh = file.with_name(file.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, msgspec.json.encode(mark))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(file)


def _mark_of(connection: Connection) -> LifeMark:
    head = audit.head(connection)
    return LifeMark(
        db_epoch=meta.db_epoch(connection),
        change_id=changes.newest_id(connection),
        record_id=records.newest_id(connection),
        audit_n=0 if head is None else head.n,
    )


def _load(file: Path) -> LifeMark | None:
    """Return the mark, or None where there is none or it cannot be read: then nothing is known."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(file.read_bytes(), type=LifeMark)
    return None
