"""Rendered files: written whole or not at all, and compared with what is installed."""

import difflib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from hub.broker.errors import BrokerPlaceError
from hub.fleet.authority import disk

SHOWN_LINES = 40
"""Of one file's differences; a thousand new boxes are no news line by line."""
_TOO_OPEN = stat.S_IWGRP | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFile:
    """One file that a broker reads."""

    name: str
    text: str
    mode: int
    """0640 where a broker of another system user reads it by its group, 0600 where it is the hub's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where an installed file is not what it should be."""

    path: Path
    indonesian: str
    english: str
    lines: tuple[str, ...] = ()


def write(folder: Path, rendered: tuple[RenderedFile, ...]) -> tuple[Path, ...]:
    """Write the files into a folder, each in one step; return their paths.

    Raises:
        BrokerPlaceError: the folder cannot be made or written.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in rendered:
            path = folder / one.name
            disk.write_file(path, one.text.encode())
            path.chmod(one.mode)
            paths.append(path)
    except OSError as problem:
        raise BrokerPlaceError(
            f"--out {folder}: tidak dapat ditulis / cannot be written: {problem.strerror}. "
            "Pilih folder lain / choose another folder."
        ) from problem
    return tuple(paths)


def differences(folder: Path, rendered: tuple[RenderedFile, ...], *, reader: str | None) -> tuple[Difference, ...]:
    """Return where the files in `folder` are not what was rendered; reads alone.

    Args:
        folder: where they are installed.
        rendered: what should stand there.
        reader: the system user that the broker reads them as; None: the hub's own.

    Raises:
        BrokerPlaceError: a file is there and cannot be read.
    """
    found: list[Difference] = []
    for one in rendered:
        path = folder / one.name
        installed = text_of(path)
        if installed is None:
            found.append(Difference(path=path, indonesian="belum terpasang", english="is not installed"))
            continue
        if installed != one.text:
            lines = difflib.unified_diff(
                installed.splitlines(), one.text.splitlines(), "terpasang / installed", "seharusnya / rendered", "", "",
                0, "",
            )  # fmt: skip
            found.append(
                Difference(path=path, indonesian="berbeda", english="differs", lines=tuple(lines)[: SHOWN_LINES + 2])
            )
        found += _wrong_rights(path, reader)
    return tuple(found)


def _wrong_rights(path: Path, reader: str | None) -> tuple[Difference, ...]:
    """Return whether too many may use a file, or the broker itself may not read it."""
    status = path.stat()
    found = []
    if status.st_mode & _TOO_OPEN:
        found.append(Difference(path=path, indonesian="terlalu terbuka: chmod 0640", english="is too open: chmod 0640"))
    if reader is not None and not _is_readable(status, reader):
        found.append(
            Difference(
                path=path,
                indonesian=f"tidak terbaca oleh {reader}: chgrp {reader}, chmod 0640",
                english=f"cannot be read by {reader}",
            )
        )
    return tuple(found)


def _is_readable(status: os.stat_result, user: str) -> bool:
    """Answer whether a system user may read a file, as its owner or by its group."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return False
    is_by_owner = entry.pw_uid == status.st_uid and bool(status.st_mode & stat.S_IRUSR)
    is_by_group = status.st_gid in os.getgrouplist(user, entry.pw_gid) and bool(status.st_mode & stat.S_IRGRP)
    return entry.pw_uid == 0 or is_by_owner or is_by_group


def text_of(path: Path) -> str | None:
    """Return what stands in a file, or None where there is none.

    Raises:
        BrokerPlaceError: it is there and cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise BrokerPlaceError(f"reading {path}: {problem.strerror}. Coba / try: sudo hub broker check …") from problem


def copy_differences(source: Path, installed: Path, *, reader: str | None) -> tuple[Difference, ...]:
    """Return where a copy is not its original; never shows what is in them, for there may be a key in it.

    Raises:
        BrokerPlaceError: one of them cannot be read.
    """
    if source == installed:
        return ()
    copied = text_of(installed)
    if copied is None:
        return (Difference(path=installed, indonesian="belum terpasang", english="is not installed"),)
    found: list[Difference] = []
    if copied != text_of(source):
        found.append(
            Difference(
                path=installed,
                indonesian=f"bukan salinan {source} yang sekarang",
                english=f"is not a copy of {source} as it is now",
            )
        )
    return (*found, *_wrong_rights(installed, reader))
