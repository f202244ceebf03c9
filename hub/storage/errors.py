"""What can go wrong in the hub's database.

StorageError
├── DatabaseBusyError     another process held the write lock for five seconds
├── DatabaseMissingError  the file to be read is not there
├── SchemaError           the file was made by another version of the hub
└── VersionTakenError     other thresholds stand under this version already
"""

import sqlite3

from hub.errors import HubError

_BUGS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISUSE})
"""What SQLite says to a wrong statement or value, while the database itself is well."""


class StorageError(HubError):
    """The hub's database did not do what it was asked."""


class DatabaseBusyError(StorageError, TimeoutError):
    """Another process held the write lock too long."""


class DatabaseMissingError(StorageError, FileNotFoundError):
    """There is no database at this place."""


class SchemaError(StorageError):
    """The database has migrations that this version does not know."""


class VersionTakenError(StorageError, ValueError):
    """Other thresholds stand under this version already; versions never change."""


def is_trouble_of_the_database(problem: BaseException) -> bool:
    """Answer whether the database itself is at fault (locked, full, broken), and not what it was asked."""
    if isinstance(problem, DatabaseBusyError):
        return True
    code = getattr(problem, "sqlite_errorcode", None)
    return isinstance(problem, sqlite3.OperationalError) and code is not None and code & 0xFF not in _BUGS
