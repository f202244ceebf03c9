"""Reads single files out of archives of the four kinds; nothing else is unpacked and no path of an archive is used."""

import subprocess
import tarfile
import zipfile
from collections.abc import Collection
from io import BytesIO
from pathlib import Path

from models.errors import SourceError, ToolError

DPKG_TIMEOUT_S = 300


def files_in(archive: Path, wanted: Collection[str]) -> dict[str, bytes]:
    """Return the wanted files that the archive holds; those that it does not hold are left out.

    Raises:
        SourceError: it is no archive of its kind.
        ToolError: a Debian package, and no dpkg-deb here.
    """
    try:
        if archive.suffix == ".whl":
            return _of_zip(archive, wanted)
        if archive.suffix == ".deb":
            return _of_tar(tarfile.open(fileobj=BytesIO(_debian_tar(archive))), wanted)
        return _of_tar(tarfile.open(archive), wanted)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, subprocess.CalledProcessError) as exc:
        raise SourceError(f"{archive}: arsip rusak / the archive is damaged: {exc}. Ulangi / Try again.") from exc


def _of_zip(archive: Path, wanted: Collection[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist() if name in wanted}


def _of_tar(opened: tarfile.TarFile, wanted: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with opened:
        for member in opened:
            name = member.name.removeprefix("./")
            file = opened.extractfile(member) if name in wanted and member.isfile() else None
            if file is not None:
                found[name] = file.read()
    return found


def _debian_tar(archive: Path) -> bytes:
    try:
        command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
        return subprocess.run(command, check=True, capture_output=True, timeout=DPKG_TIMEOUT_S).stdout
    except FileNotFoundError as exc:
        raise ToolError(f"{archive}: perlu / needs dpkg-deb. Coba / Try: apt-get install dpkg") from exc
