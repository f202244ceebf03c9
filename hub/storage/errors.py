"""What can go wrong in the hub's database.

StorageError
├── DatabaseBusyError     another process held the write lock for five seconds
├── DatabaseMissingError  the file to be read is not there
├── SchemaError           the file was made by another version of the hub
└── VersionTakenError     other thresholds stand under this version already
"""

from hub.errors import HubError


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
