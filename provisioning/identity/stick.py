"""A USB stick between box and hub: two folders, one file a box, nothing else is looked at.

```
csr/<key fingerprint>.json    what a box asks; written by the box, read by the hub
cert/<key fingerprint>.json   what the hub answers; written by the hub, read by the box
```
A stick was in strange computers. Only names of this form are opened, never through a link and never what is no plain
file; at most so many bytes of each are read; at most so many entries of a folder are seen. Whether a file says the
truth is judged by signatures and codes, elsewhere.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from provisioning.identity.errors import StickError

ASKS, ANSWERS = "csr", "cert"
FILES_MAX = 200
"""Boxes that one stick carries; more are left for another."""
ENTRIES_MAX = 20_000
"""Of a folder, whatever they are."""

_NAME = re.compile(r"([0-9a-f]{64})\.json")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a folder of a stick holds."""

    keys: tuple[str, ...]
    """Fingerprints of the keys, in order."""
    passed_over: int
    """Entries that are none of ours, or too many."""


def found(stick: Path, folder: str) -> Found:
    """Return which boxes have a file in a folder of the stick; a folder that is not there holds none.

    Raises:
        StickError: the stick cannot be read, or the folder is a link or a file.
    """
    if not (stick / folder).exists() and not (stick / folder).is_symlink() and stick.is_dir():
        return Found(keys=(), passed_over=0)
    with _opened(stick, folder) as handle:
        keys, strange = [], 0
        with os.scandir(handle) as entries:
            for number, entry in enumerate(entries):
                if number >= ENTRIES_MAX:
                    break
                match = _NAME.fullmatch(entry.name)
                if match is None:
                    strange += 1
                else:
                    keys.append(match[1])
    keys.sort()
    return Found(keys=tuple(keys[:FILES_MAX]), passed_over=strange + max(0, len(keys) - FILES_MAX))


def read(stick: Path, folder: str, key: str, *, most: int) -> bytes | None:
    """Return the file of a key, or None if there is none.

    Args:
        stick: where it is mounted.
        folder: `ASKS` or `ANSWERS`.
        key: fingerprint of the key, 64 hexadecimal digits.
        most: bytes that it may have.

    Raises:
        StickError: it is a link, no plain file, or too long.
    """
    if not (stick / folder).is_dir():
        return None
    name = _name(key)
    with _opened(stick, folder) as handle:
        try:
            file = os.open(name, _READ, dir_fd=handle)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise StickError(
                f"{stick / folder / name}: tidak dibuka / not opened ({problem.strerror}): a plain file is expected."
            ) from problem
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > most:
            raise StickError(
                f"{stick / folder / name}: a plain file of up to {most} bytes expected, got {facts.st_size}. "
                "Dilewati / passed over."
            )
        with os.fdopen(os.dup(file), "rb") as opened:
            return opened.read(most)
    except OSError as problem:
        if isinstance(problem, StickError):
            raise
        raise StickError(f"{stick / folder / name}: {problem.strerror}. Coba stik lain / try another.") from problem
    finally:
        os.close(file)


def write(stick: Path, folder: str, key: str, data: bytes) -> Path:
    """Put the file of a key on the stick in one step, and bring it to the disk; return where it is.

    What could not be finished, now or in a cut before, takes no room on the stick.

    Raises:
        StickError: it cannot be written, or the folder is a link.
    """
    name = _name(key)
    waiting = f".{name}.new"
    try:
        (stick / folder).mkdir(exist_ok=True)
    except OSError as problem:
        raise StickError(
            f"{stick / folder}: {problem.strerror}. Is the stick there, and not write-protected?"
        ) from problem
    with _opened(stick, folder) as handle:
        try:
            _remove(handle, waiting)
            try:
                with os.fdopen(os.open(waiting, _WRITE, 0o600, dir_fd=handle), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(waiting, name, src_dir_fd=handle, dst_dir_fd=handle)
            except OSError:
                _remove(handle, waiting)
                raise
            os.fsync(handle)
        except OSError as problem:
            raise StickError(
                f"writing {stick / folder / name}: {problem.strerror}. Penuh atau terkunci? / full or write-protected?"
            ) from problem
    return stick / folder / name


def remove(stick: Path, folder: str, key: str) -> None:
    """Take the file of a key from the stick, if it is there.

    Raises:
        StickError: it cannot be removed, or the folder is a link.
    """
    name = _name(key)
    with _opened(stick, folder) as handle:
        try:
            _remove(handle, name)
            os.fsync(handle)
        except OSError as problem:
            raise StickError(
                f"removing {stick / folder / name}: {problem.strerror}. Hapus sendiri / remove it yourself."
            ) from problem


def _remove(handle: int, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=handle)


def _name(key: str) -> str:
    name = f"{key}.json"
    if _NAME.fullmatch(name) is None:
        raise StickError(f"key fingerprint {key!r}: 64 hexadecimal digits expected.")
    return name


@contextmanager
def _opened(stick: Path, folder: str) -> Iterator[int]:
    """Open a folder of the stick, never through a link."""
    try:
        top = os.open(stick, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            handle = os.open(folder, _FOLDER, dir_fd=top)
        finally:
            os.close(top)
    except OSError as problem:
        raise StickError(
            f"{stick / folder}: {problem.strerror}. Stik terpasang? / is the stick mounted? A folder is expected."
        ) from problem
    try:
        yield handle
    finally:
        os.close(handle)
