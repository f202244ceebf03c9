"""Who owns a file: a lock beside it that ends with the process, and that others can ask for without taking it.

An open-file-description lock of Linux (fcntl(2), F_OFD_SETLK): unlike a record lock it is not lost when the same process
closes the file somewhere else, and unlike flock(2) it can be asked for.
"""

import fcntl
import os
import struct
from pathlib import Path

_FLOCK = "hhqqi0q"
"""struct flock with 64-bit offsets: type, whence, start, length, pid, padded."""

_WHOLE = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def lock_path(path: Path) -> Path:
    """Return the lock file of the file named `path`."""
    return path.with_suffix(".lock")


def hold(lock: Path) -> int | None:
    """Take the lock; return the descriptor that holds it until it is closed, or None if another process has it."""
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _WHOLE)
    except (BlockingIOError, PermissionError):
        os.close(descriptor)
        return None
    return descriptor


def is_held(lock: Path) -> bool:
    """Answer whether some process, this one included, holds the lock."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # no lock file, or not ours to write: a guest elsewhere does well to be careful
        return False
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _WHOLE)
    finally:
        os.close(descriptor)
    return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)
