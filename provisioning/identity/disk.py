"""Secrets on disk: whole or not there at all after a power cut, and readable by their own user alone."""

import glob
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_WAITING = re.compile(r"\..+\.[0-9a-f]{8}")


def write_file(path: Path, data: bytes, *, mode: int = FILE_MODE, like: os.stat_result | None = None) -> None:
    """Put `data` at `path` in one step; what stood there before stays until the new is on the disk.

    Args:
        path: of the file; its folder is there.
        data: all of it.
        mode: for it.
        like: where root writes, whose the file shall be.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        write_at(folder, path.name, data, mode=mode, like=like)
    finally:
        os.close(folder)


def write_at(folder: int, name: str, data: bytes, *, mode: int = FILE_MODE, like: os.stat_result | None = None) -> None:
    """Do the same in a folder that is held open, whatever becomes of its path meanwhile."""
    waiting = f".{name}.{secrets.token_hex(4)}"
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            if like is not None and os.geteuid() == 0:
                os.fchown(handle, like.st_uid, like.st_gid)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(waiting, dir_fd=folder)
        raise
    os.fsync(folder)


def make_folder(path: Path) -> None:
    """Make a folder of mode 0700, and what it stands in; one that is there stays as it is."""
    if path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=FOLDER_MODE)
    settle_folder(path.parent)


def settle_folder(path: Path) -> None:
    """Bring the names in a folder to the disk; without it a power cut may forget a file that is safe itself."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep_beside(path: Path) -> None:
    """Take away what a cut in the middle of `write_file` of this one file left behind, and nothing else."""
    for waiting in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 8}"):
        waiting.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Take away what a cut in the middle of `write_file` left behind, in a folder where nothing else is hidden."""
    for path in folder.glob(".*"):
        path.unlink(missing_ok=True)


def sweep_at(folder: int) -> None:
    """Take away what a cut in the middle of `write_at` left behind, and nothing else."""
    with os.scandir(folder) as entries:
        waiting = [entry.name for entry in entries if _WAITING.fullmatch(entry.name)]
    for name in waiting:
        os.unlink(name, dir_fd=folder)
