"""Puts a backup back into an empty folder: whole, or nothing. The database begins a new life there.

A new epoch makes every box offer again what it still keeps, so what came after the backup comes back by itself.
"""

import hashlib
import os
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import msgspec
import pyrage
from pyrage.x25519 import Identity

from hub import refusal
from hub.audit import log as audit_log
from hub.audit import new_life
from hub.backup import place
from hub.backup.contents import (
    DATABASE,
    FILES_AT_MOST,
    MANIFEST,
    MANIFEST_AT_MOST_BYTES,
    Manifest,
    Part,
    is_part,
)
from hub.backup.errors import BackupDamagedError, BackupKeyError, BackupPlaceError
from hub.backup.owner import as_owner_of, nearest
from hub.storage import claims, snapshot
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate
from provisioning.identity import disk

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A hub that was put back."""

    home: Path
    manifest: Manifest
    db_epoch: str
    """Its new one."""
    revoked: int
    """Unused claim codes that ended: their labels are to be made anew."""


def restore(file: Path, identity: Identity, home: Path, *, now_ms: int) -> Restored:
    """Put a backup back into `home`, which is empty or not there; cut short, it is as before.

    Done by root, all of it belongs to the owner of `home`, or of the folder that it is made in.

    Args:
        file: the backup.
        identity: the private half of its key.
        home: the hub's new state directory.
        now_ms: the hub's clock.

    Raises:
        BackupPlaceError: `home` is not empty or cannot be written, or the backup cannot be read.
        BackupKeyError: another key locked the file, or its beginning is damaged.
        BackupDamagedError: it is not whole, or not of a hub.
    """
    with place.told(f"restoring to {home}", home), _opened(file) as locked, as_owner_of(nearest(home)):
        with place.filled(home, size=_size(locked)) as waiting:
            manifest, epoch, revoked = _put_back(file, locked, identity, waiting, now_ms=now_ms)
        return Restored(home=home, manifest=manifest, db_epoch=epoch, revoked=revoked)


def drill(file: Path, identity: Identity, hub_home: Path, *, now_ms: int) -> Restored:
    """Put a backup back on the hub's own disk, for its own user alone, and take it away again; nothing is changed.

    Args:
        file: the backup.
        identity: the private half of its key.
        hub_home: state directory of the hub, which may be running.
        now_ms: the hub's clock.

    Raises:
        BackupError: as for `restore`.
    """
    with place.told(f"drill in {hub_home}", hub_home), _opened(file) as locked, as_owner_of(hub_home):
        with place.tried(hub_home, size=_size(locked)) as waiting:
            manifest, epoch, revoked = _put_back(file, locked, identity, waiting, now_ms=now_ms)
        return Restored(home=waiting, manifest=manifest, db_epoch=epoch, revoked=revoked)


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as problem:
        raise BackupPlaceError(
            f"{file}: bukan berkas cadangan / there is no such file. Coba / try: hub backup list"
        ) from problem


def _size(locked: BinaryIO) -> int:
    return os.fstat(locked.fileno()).st_size


def _put_back(
    file: Path, locked: BinaryIO, identity: Identity, folder: Path, *, now_ms: int
) -> tuple[Manifest, str, int]:
    """Fill the folder; return what the backup held, the new epoch, and how many unused codes ended."""
    manifest = _unpack(file, locked, identity, folder)
    try:
        epoch, revoked = _begin_new_life(folder / DATABASE, manifest, now_ms=now_ms)
    except sqlite3.DatabaseError as problem:
        if (getattr(problem, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL:
            raise BackupPlaceError(f"restoring: {refusal.in_words(problem, place=folder)}") from problem
        raise BackupDamagedError(
            f"{file}: basis datanya rusak / its database is broken ({problem}). Coba / try: another backup."
        ) from problem
    return manifest, epoch, revoked


def _unpack(file: Path, locked: BinaryIO, identity: Identity, folder: Path) -> Manifest:
    """Write the files of a backup and compare each with the manifest."""
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    with _unlocked(file, locked, identity) as source, tarfile.open(fileobj=source, mode="r|") as archive:
        for entry in archive:
            if manifest is not None or len(found) >= FILES_AT_MOST:
                raise BackupDamagedError(f"{file}: {entry.name!r} stands where nothing may. Take another backup.")
            content = archive.extractfile(entry) if entry.isreg() else None
            if content is not None and entry.name == MANIFEST:
                manifest = _manifest(content, entry.size, file)
            elif content is not None and is_part(entry.name) and entry.name not in found:
                found[entry.name] = _write(content, folder / entry.name, entry.name)
            else:
                raise BackupDamagedError(f"{file}: {entry.name!r} is no file of a hub. Take another backup.")
    if manifest is None or {part.name: part for part in manifest.parts} != found or DATABASE not in found:
        raise BackupDamagedError(f"{file}: tidak utuh / not whole: files and list differ. Take another backup.")
    return manifest


def _manifest(content: IO[bytes], size: int, file: Path) -> Manifest:
    try:
        if size > MANIFEST_AT_MOST_BYTES:
            raise msgspec.DecodeError(f"{size} bytes")  # noqa: TRY301 - one way out
        return msgspec.json.decode(content.read(), type=Manifest)
    except msgspec.DecodeError as problem:
        raise BackupDamagedError(f"{file}: its list cannot be read ({problem}). Take another backup.") from problem


def _write(content: IO[bytes], path: Path, name: str) -> Part:
    disk.make_folder(path.parent)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, disk.FILE_MODE), "wb") as out:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return Part(name=name, size=size, sha256=digest.hexdigest())


@contextmanager
def _unlocked(file: Path, locked: BinaryIO, identity: Identity) -> Iterator[IO[bytes]]:
    """Give the archive as it is unlocked; what is wrong with the lock is told before what is wrong with the rest."""
    read_end, write_end = os.pipe()
    wrong: list[BaseException] = []

    def unlock() -> None:
        try:
            with os.fdopen(write_end, "wb") as sink:
                pyrage.decrypt_io(locked, sink, [identity])
        except BaseException as problem:  # noqa: BLE001 - told by the caller
            wrong.append(problem)

    unlocker = threading.Thread(target=unlock, name="restore")
    unlocker.start()
    reading: BaseException | None = None
    try:
        with os.fdopen(read_end, "rb") as source:
            try:
                yield source
            except (tarfile.TarError, BackupDamagedError) as problem:
                reading = problem
            while source.read(_CHUNK_BYTES):  # to the end, so that a lock that breaks further on counts too
                pass
    finally:
        unlocker.join()
    broken = next((one for one in wrong if isinstance(one, pyrage.DecryptError)), None)
    if broken is not None:
        raise BackupKeyError(
            f"{file}: tidak terbuka / does not open ({broken}): another key, or the file is damaged. Coba / try the "
            "key of the time it was made, or another backup."
        ) from broken
    if isinstance(reading, tarfile.TarError):
        raise BackupDamagedError(f"{file}: tidak utuh / not whole ({reading}). Take another backup.") from reading
    if reading is not None:
        raise reading
    if wrong:
        raise wrong[0]


def _verify_database(connection: Connection, manifest: Manifest) -> None:
    try:
        found = snapshot.damage(connection)
        if found is None and snapshot.counts(connection) != (manifest.records, manifest.alerts):
            found = "other records than the list says"
    except sqlite3.DatabaseError as problem:
        found = str(problem)
    if found is not None:
        raise BackupDamagedError(f"database of the backup: {found}. Take another backup.")


def _begin_new_life(path: Path, manifest: Manifest, *, now_ms: int) -> tuple[str, int]:
    """Verify the database, give it schema and epoch; return that, and how many unused codes ended."""
    with closing(database.open(path)) as connection:
        _verify_database(connection, manifest)
        migrate(connection)
        with database.write(connection):
            # Whether a code was used after the backup was made nobody knows any longer.
            revoked = sum(
                claims.revoke(connection, one.claim_id, now_real_ms=now_ms) for one in claims.all_claims(connection)
            )
            epoch = new_life.begin(connection, now_ms=now_ms, actor=audit_log.of_shell())
        snapshot.settle(connection)
    return epoch, revoked
