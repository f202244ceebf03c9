"""What can go wrong with a copy of the hub.

BackupError
├── BackupKeyError      a key cannot be used, or is not the one that the file was made for
├── BackupPlaceError    a folder cannot be written, is not empty, or has too little room
└── BackupDamagedError  the file is not whole, or not of a hub
"""

from hub.errors import HubError


class BackupError(HubError):
    """A copy of the hub cannot be made or put back."""


class BackupKeyError(BackupError, ValueError):
    """A key cannot be used, or does not open this file."""


class BackupPlaceError(BackupError, OSError):
    """A folder cannot be used."""


class BackupDamagedError(BackupError):
    """What stands in the file is not what was put there."""
