"""Makes a backup: whole under its name, or not there. The hub goes on meanwhile."""

import fcntl
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyrage
from pyrage.x25519 import Recipient

from contract.software import installed_version
from hub.backup import place
from hub.backup.contents import (
    CONFIG,
    DATABASE,
    FOLDERS,
    MANIFEST,
    Manifest,
    Part,
    backups_in,
    file_name,
    is_part,
    unfinished_in,
    unfinished_name,
)
from hub.backup.errors import BackupDamagedError, BackupPlaceError
from hub.storage import connection as database
from hub.storage import meta, snapshot
from provisioning.identity import disk

ROOM_SPARE_BYTES = 32 * 1024 * 1024
_COPY = ".hub.db.copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made."""

    file: Path
    size: int
    manifest: Manifest
    removed: tuple[Path, ...]
    """Older ones that ended with it."""


def make_backup(
    *,
    config_file: Path,
    home: Path,
    folder: Path,
    recipient: Recipient,
    keep: int,
    now: datetime,
    tell: Callable[[float], None],
) -> Made:
    """Write a backup into `folder` and forget all but the newest `keep` there.

    Args:
        config_file: the hub's.
        home: its state directory.
        folder: where backups lie; made if it is not there.
        recipient: whose key opens it.
        keep: how many stay, this one counted.
        now: the real time.
        tell: told the share of the database that is copied, 0 to 1.

    Raises:
        BackupPlaceError: the folder cannot be written, has too little room, or has a backup of this name.
        BackupDamagedError: the database is not whole.
        DatabaseMissingError: this hub has no database yet.
    """
    name = file_name(f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    with place.told(f"backup to {folder}", folder):
        disk.make_folder(folder)
        if (folder / name).exists():
            raise BackupPlaceError(
                f"{folder / name}: sudah ada / is there already. Coba / try: --to DIR, folder lain / another folder."
            )
        with _alone(home):
            waiting, copy = folder / unfinished_name(name), home / _COPY
            for path in (copy, *unfinished_in(folder)):
                path.unlink(missing_ok=True)
            _verify_room(home, folder)
            try:
                _copy_whole(home / DATABASE, copy, tell=tell)
                manifest = _lock({CONFIG: config_file, **_files_of(home), DATABASE: copy}, waiting, recipient, now=now)
                size = waiting.stat().st_size
                waiting.replace(folder / name)
            finally:
                copy.unlink(missing_ok=True)
                waiting.unlink(missing_ok=True)
            disk.settle_folder(folder)
        removed = _forget_old(folder, folder / name, keep=keep)
    return Made(file=folder / name, size=size, manifest=manifest, removed=removed)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the hub's lock of backups; a killed process lets go of it."""
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)  # no file of its own that root might leave behind
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise BackupPlaceError(
                f"{home}: cadangan lain atau perubahan otoritas berjalan / another backup or a change of the authority "
                "is at work. Coba / try: tunggu sampai selesai / wait for its end."
            ) from problem
        yield
    finally:
        os.close(handle)


def _verify_room(home: Path, folder: Path) -> None:
    """Fail before anything is written, not at the last byte: copy and archive stand side by side for a moment."""
    size = sum(path.stat().st_size for path in (home / DATABASE, home / f"{DATABASE}-wal") if path.exists())
    is_one_disk = home.stat().st_dev == folder.stat().st_dev
    needed = size * (2 if is_one_disk else 1) + ROOM_SPARE_BYTES
    for disk_of in (home, folder):
        free = shutil.disk_usage(disk_of).free
        if free < needed:
            raise BackupPlaceError(
                f"backup of {home} to {folder}: ruang kurang / too little room in {disk_of}, {free // 2**20} MiB free, "
                f"{needed // 2**20} MiB needed. Coba / try: hub backup make --to DIR on another disk."
            )


def passed_over(home: Path) -> list[Path]:
    """Return what lies with authority and secrets and is in no backup: links, folders, names that are no plain word."""
    kept = set(_files_of(home).values())
    return [path for path in _places(home) if path not in kept]


def _files_of(home: Path) -> dict[str, Path]:
    """Return name to place of authority and secrets."""
    named = {f"{path.parent.name}/{path.name}": path for path in _places(home)}
    return {name: path for name, path in named.items() if is_part(name) and path.is_file() and not path.is_symlink()}


def _places(home: Path) -> list[Path]:
    return [path for name in FOLDERS if (home / name).is_dir() for path in sorted((home / name).iterdir())]


def _lock(files: dict[str, Path], out: Path, recipient: Recipient, *, now: datetime) -> Manifest:
    """Write the archive, locked as it is made, so that no open copy of keys touches the disk."""
    read_end, write_end = os.pipe()
    made: list[Manifest | BaseException] = []

    def pack() -> None:
        try:
            with os.fdopen(write_end, "wb") as sink, tarfile.open(fileobj=sink, mode="w|") as archive:
                made.append(_pack(archive, files, now=now))
        except BaseException as problem:  # noqa: BLE001 - raised again by the caller
            made.append(problem)

    packer = threading.Thread(target=pack, name="backup")
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, disk.FILE_MODE)
    with os.fdopen(read_end, "rb") as source, os.fdopen(descriptor, "wb") as locked:
        packer.start()
        try:
            pyrage.encrypt_io(source, locked, [recipient])
        finally:
            source.close()  # a packer that still writes hears of it
            packer.join()
        locked.flush()
        os.fsync(locked.fileno())
    (result,) = made
    if isinstance(result, BaseException):
        raise result
    return result


def _pack(archive: tarfile.TarFile, files: dict[str, Path], *, now: datetime) -> Manifest:
    parts = []
    for name, path in files.items():
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            _add(archive, name, size=size, file=file, now=now)
            parts.append(Part(name=name, size=size, sha256=digest))
    manifest = _manifest(files[DATABASE], tuple(parts), now=now)
    text = msgspec.json.format(msgspec.json.encode(manifest))
    _add(archive, MANIFEST, size=len(text), file=io.BytesIO(text), now=now)
    return manifest


def _add(archive: tarfile.TarFile, name: str, *, size: int, file: BinaryIO, now: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, disk.FILE_MODE, int(now.timestamp())
    archive.addfile(entry, file)


def _manifest(copy: Path, parts: tuple[Part, ...], *, now: datetime) -> Manifest:
    with closing(database.read_only(copy)) as connection:
        records, alerts = snapshot.counts(connection)
        return Manifest(
            v=1,
            made_ms=round(1000 * now.timestamp()),
            agent=installed_version(),
            db_epoch=meta.db_epoch(connection),
            records=records,
            alerts=alerts,
            parts=parts,
        )


def _copy_whole(source: Path, copy: Path, *, tell: Callable[[float], None]) -> None:
    """Copy the database, on the hub's own disk, and fail before older backups are forgotten if it is not whole.

    A broken database would replace the last good copy of itself.
    """
    try:
        snapshot.take_snapshot(source, copy, tell=tell)
        with closing(database.read_only(copy)) as connection:
            found = snapshot.damage(connection)
    except sqlite3.DatabaseError as problem:
        found = str(problem)
    if found is not None:
        raise BackupDamagedError(
            f"{source}: tidak utuh / not whole: {found}. No backup was made and none forgotten. If the disk is well, "
            "restore the newest backup."
        )


def _forget_old(folder: Path, made: Path, *, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest; never the one just made, nor one that is dated after it.

    Those are of a clock that was ahead, or was set back since: they stay, and count for none, or the true ones of today
    would go for them.
    """
    others = [path for path in backups_in(folder) if path.name < made.name]
    old = tuple(others[: max(0, len(others) - (keep - 1))])
    for path in old:
        path.unlink()
    return old
