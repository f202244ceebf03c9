"""What the machine refuses to a command, in words that a person can act on: rights, room, a wrong path, a broken disk.

Only what a machine can refuse has words here; anything else is a fault of the program and keeps its traceback.
"""

import errno
import os
import pwd
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import RefusedError

_RIGHTS = frozenset({errno.EACCES, errno.EPERM})
_WORDS = {
    errno.EROFS: ("hanya dapat dibaca", "read-only", "media lain atau mount -o remount,rw / another medium, or that"),
    errno.ENOSPC: ("disk penuh", "the disk is full", "hapus atau pindahkan berkas / make room"),
    errno.EDQUOT: ("kuota habis", "the quota is used up", "hapus atau pindahkan berkas / make room"),
    errno.EIO: ("disk rusak", "the disk is broken", "dmesg; lalu cadangan / then the backup: docs/backup.md"),
    errno.ENOENT: ("tidak ada", "is not there", "periksa nama / look at the path"),
    errno.ENOTDIR: ("bukan folder", "is no folder", "periksa nama / look at the path"),
    errno.EISDIR: ("folder, bukan berkas", "is a folder, no file", "periksa nama / look at the path"),
    errno.ELOOP: ("tautan berputar", "links in a circle", "periksa nama / look at the path"),
    errno.ENAMETOOLONG: ("nama terlalu panjang", "the name is too long", "periksa nama / look at the path"),
    errno.EBUSY: ("sedang dipakai", "is in use", "tutup program itu / end what uses it"),
    errno.EXDEV: ("di disk lain", "is on another disk", "folder di disk yang sama / a folder on the same disk"),
}
_OF_SQLITE = {
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CORRUPT: errno.EIO,
    sqlite3.SQLITE_NOTADB: errno.EIO,
}
"""What SQLite tells in numbers of its own, as the system would call it."""


@contextmanager
def of_database(path: Path) -> Iterator[None]:
    """Say which database it was that could not be used, where SQLite says only that.

    Raises:
        RefusedError: the machine does not let it be read or written, or it is broken.
    """
    try:
        yield
    except sqlite3.DatabaseError as problem:
        told = in_words(problem, place=path)
        if told is None:
            raise
        raise RefusedError(told) from problem


def in_words(problem: OSError | sqlite3.Error, *, place: Path | None = None) -> str | None:
    """Return what is wrong, why, and what to do; None where no words fit and the program itself is to blame.

    Args:
        problem: as it was raised.
        place: the file, where the problem does not name it.
    """
    if isinstance(problem, OSError):
        number, why = problem.errno, problem.strerror
        place = Path(os.fsdecode(problem.filename)) if isinstance(problem.filename, str | bytes) else place
    else:
        number, why = _OF_SQLITE.get((getattr(problem, "sqlite_errorcode", None) or 0) & 0xFF), str(problem)
        if place is None:
            return None if number is None else _sentence("basis data hub / the hub's database", number, why, None)
    return None if place is None or number is None else _sentence(str(place), number, why or "", place)


def with_rights(place: Path | None) -> str:
    """Return how the one whose files these are does it: the owner of what stands nearest to the place.

    Args:
        place: a path that may not be used; None where it is not known.
    """
    for found in () if place is None else (place, *place.absolute().parents):
        try:
            owner = found.stat().st_uid
        except OSError:
            continue
        if owner == os.geteuid():
            return f"chmod u+rwX {found}"
        return "sudo hub …" if owner == 0 else f"sudo -u {_name_of(owner)} hub …"
    return "sudo -u USER hub … (USER: pengguna layanan hub / the user of the hub's service)"


def _sentence(name: str, number: int, why: str, place: Path | None) -> str | None:
    if number in _RIGHTS:
        return f"{name}: tidak boleh / not allowed ({why}). Coba / try: {with_rights(place)}"
    if number not in _WORDS:
        return None
    indonesian, english, deed = _WORDS[number]
    return f"{name}: {indonesian} / {english} ({why}). Coba / try: {deed}"


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"'#{user}'"
