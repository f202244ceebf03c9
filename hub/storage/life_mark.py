"""Notices that the database was put back from a backup, and gives it a new epoch.

Beside the database lies a small file that says how far its life had come. A database that is behind its mark is an
older copy of itself: boxes hold what it lacks for a day and offer it again as soon as they hear of another epoch.
"""

import contextlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.storage import changes, meta, records
from hub.storage.connection import Connection, write

SUFFIX = ".life"


class LifeMark(Struct, frozen=True, kw_only=True):
    """How far a database had come."""

    db_epoch: str
    change_id: int
    record_id: int


def mark_file(database_path: Path) -> Path:
    """Return where the mark of a database lies."""
    return database_path.with_name(database_path.name + SUFFIX)


def renew_if_restored(connection: Connection, database_path: Path) -> bool:
    """Give the database a new epoch if it is behind its mark; answer whether it was."""
    marked = _load(mark_file(database_path))
    now = _mark_of(connection)
    if marked is None:
        return False
    # Another epoch than the mark's is a backup from before an earlier restore, unless the database is quite new.
    # Retention may empty the table of records, so none at all says nothing.
    is_behind = (
        now.change_id > 0
        if marked.db_epoch != now.db_epoch
        else now.change_id < marked.change_id or 0 < now.record_id < marked.record_id
    )
    if is_behind:
        with write(connection):
            meta.renew_db_epoch(connection)
    return is_behind


def write_mark(connection: Connection, database_path: Path) -> None:
    """Write down how far the database has come; the file is whole at any moment."""
    file = mark_file(database_path)
    fresh = file.with_name(file.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, msgspec.json.encode(_mark_of(connection)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(file)


def _mark_of(connection: Connection) -> LifeMark:
    return LifeMark(
        db_epoch=meta.db_epoch(connection),
        change_id=changes.newest_id(connection),
        record_id=records.newest_id(connection),
    )


def _load(file: Path) -> LifeMark | None:
    """Return the mark, or None where there is none or it cannot be read: then nothing is known."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(file.read_bytes(), type=LifeMark)
    return None
