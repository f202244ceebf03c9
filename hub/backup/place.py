"""Where a backup is put back: unlocked in a folder of a fixed name, then published as a whole, or taken away.

- A folder that is not there yet is made beside its place and renamed in one step.
- One that is there keeps its owner and mode and may be the root of a disk, with `lost+found` in it: the files are made
  in a folder inside of it and moved up, `hub.toml` last, so no hub starts on half of them.
- A drill ends with nothing of it left. What a power cut leaves of either is swept when the next command begins; a
  folder that somebody still works in is locked, and is left alone.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub import refusal
from hub.backup.contents import CONFIG
from hub.backup.errors import BackupPlaceError
from hub.errors import HubError
from provisioning.identity import disk

WAITING, DRILL = ".restoring", ".restore-drill"
"""Folders with open keys in them, while it lasts."""
OF_THE_DISK = "lost+found"
ROOM_SPARE_BYTES = 64 * 1024 * 1024
"""So much stays free beside what is unlocked: the hub that runs on the same disk goes on writing."""


@contextmanager
def told(doing: str, place: Path) -> Iterator[None]:
    """Say what the machine refuses in words of this folder.

    Raises:
        BackupPlaceError: something could not be read or written.
    """
    try:
        yield
    except HubError:
        raise
    except OSError as problem:
        words = refusal.in_words(problem, place=place)
        why = words or f"{place}: {problem.strerror or problem}. Coba / try: periksa disk dan hak / disk and rights."
        raise BackupPlaceError(f"{doing}: {why}") from problem


@contextmanager
def filled(home: Path, *, size: int) -> Iterator[Path]:
    """Give a folder to fill; at the end of the block all of it stands in `home`, after an error nothing.

    Args:
        home: empty or not there.
        size: of what will stand in it, bytes.

    Raises:
        BackupPlaceError: `home` is not empty, or has too little room.
    """
    is_there = home.exists() or home.is_symlink()
    if is_there:
        _verify_empty(home)
    waiting = home / WAITING if is_there else home.with_name(f".{home.name}{WAITING}")
    with _working_in(waiting, size=size):
        yield waiting
        for folder in (waiting, *(path for path in waiting.iterdir() if path.is_dir())):
            disk.settle_folder(folder)
        if is_there:
            _move_up(waiting, home)
        else:
            waiting.rename(home)
            disk.settle_folder(home.parent)


@contextmanager
def tried(hub_home: Path, *, size: int) -> Iterator[Path]:
    """Give a folder on the hub's own disk to fill; at the end of the block it is gone, whatever happened.

    Args:
        hub_home: state directory of the hub, which may be running.
        size: of what will stand in it, bytes.

    Raises:
        BackupPlaceError: another drill is going on, or there is too little room.
    """
    folder = hub_home / DRILL
    with _working_in(folder, size=size):
        yield folder
    if folder.exists():
        raise BackupPlaceError(f"{folder}: kunci terbuka masih di sini / open keys still lie here: sudo rm -r {folder}")


def sweep(hub_home: Path) -> list[Path]:
    """Take away what a cut left behind in the hub's folder; return what could not be taken away."""
    left = []
    for path in (hub_home / DRILL, hub_home / WAITING):
        try:
            is_gone = _is_swept(path)
        except OSError:
            is_gone = not os.path.lexists(path)  # of a folder that may not be seen nothing is known
        if not is_gone:
            left.append(path)
    return left


@contextmanager
def _working_in(folder: Path, *, size: int) -> Iterator[None]:
    """Have the folder for oneself, empty and 0700 at first, and gone at the end if it still stands there."""
    if not _is_swept(folder):
        raise BackupPlaceError(
            f"{folder}: latihan atau pemulihan lain sedang berjalan / another drill or restore is at work here. "
            "Coba / try: tunggu sampai selesai / wait for its end."
        )
    disk.make_folder(folder)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _verify_room(folder, size=size)
        yield
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)  # not there any more where it was published
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # a signal may have come just now; no second one is heard
            os.close(handle)


def _is_swept(folder: Path) -> bool:
    """Take a folder away, unless somebody works in it; answer whether it is gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(folder)
        return True
    finally:
        os.close(handle)


def _verify_empty(home: Path) -> None:
    if not home.is_symlink() and home.is_dir():
        there = sorted(path.name for path in home.iterdir() if path.name != OF_THE_DISK)
        if set(there) <= {WAITING}:
            return
        if WAITING in there:
            left = " ".join(str(home / name) for name in there)
            raise BackupPlaceError(
                f"{home}: pemulihan yang terpotong / a restore was cut short here. Coba / try: rm -r {left}, lalu "
                "ulangi / then again."
            )
    raise BackupPlaceError(
        f"{home}: tidak kosong / not empty. Tidak ada yang ditimpa / nothing is written over. Coba / try: folder "
        "kosong, atau pindahkan yang ini / an empty folder, or move this one away."
    )


def _verify_room(folder: Path, *, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + ROOM_SPARE_BYTES:
        raise BackupPlaceError(
            f"{folder}: ruang kurang / too little room, {free // 2**20} MiB, perlu / needed "
            f"{(size + ROOM_SPARE_BYTES) // 2**20} MiB. Coba / try: --to DIR di disk lain / on another disk."
        )


def _move_up(waiting: Path, home: Path) -> None:
    """Move what is in the folder one up, the config last; cut short by an error, all of it is as before."""
    names = sorted((path.name for path in waiting.iterdir()), key=lambda name: name == CONFIG)
    try:
        for name in names:
            (waiting / name).rename(home / name)
        disk.settle_folder(home)
    except BaseException:
        for name in names:
            if (home / name).exists():
                (home / name).rename(waiting / name)
        raise
