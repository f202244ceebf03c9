"""Fetches packages through their ordinary clients into a folder that the caller names.

A file that is there with the right hash is not fetched again, so a broken run goes on where it stopped, package by
package. Clients run without a shell and without install scripts; of a source archive, pip asks its build backend for
the name (in an environment of its own) before the hash is looked at here.
"""

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from models.errors import ContentError, SourceError
from models.sources.archive import files_in
from models.sources.client import fetch
from models.sources.package import Package
from models.writing import make_folder, write_whole

_FETCHING = "fetching-"


class Cache:
    """Files of packages under one folder."""

    def __init__(self, folder: Path, *, say: Callable[[str], None]) -> None:
        """Keep files in `folder`, made when it is needed, and `say` what takes long."""
        self._folder = folder
        self._say = say

    def file(self, package: Package, name: str) -> Path:
        """Return where a file of a package stands, after fetching the package unless it is there.

        Raises:
            SourceError: it could not be fetched, or is not the file whose hash is written down.
            ToolError: the package's client is not installed.
            PlaceError: the folder cannot be written.
        """
        missing = [wanted for wanted, digest in package.files.items() if not _is(self._place(package, wanted), digest)]
        if missing:
            self._fetch(package)
        return self._place(package, name)

    def arrived_bytes(self) -> int:
        """Return how much has come of what is being fetched; may be asked from another thread."""
        found = 0
        for path in self._folder.glob(f"{_FETCHING}*/*"):
            with suppress(FileNotFoundError):  # taken out and thrown away in this moment
                found += path.stat().st_size
        return found

    def _place(self, package: Package, name: str) -> Path:
        return self._folder / package.folder_name / name

    def _fetch(self, package: Package) -> None:
        make_folder(self._folder)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=_FETCHING) as folder:
            archive = fetch(package, Path(folder), say=self._say)
            if package.sha256 is not None:
                _verify(archive.read_bytes(), package.sha256, package.label)
            found = files_in(archive, package.files)
        for name, digest in package.files.items():
            if name not in found:
                raise SourceError(f"{package.label}: tidak memuat / does not hold {name}. Periksa versi / Check.")
            _verify(found[name], digest, f"{package.label}, {name}")
            write_whole(self._place(package, name), found[name])


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _verify(content: bytes, digest: str, label: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ContentError(
            f"{label}: isi lain / other content: SHA-256 expected {digest}, got {found}. Jangan dipakai; laporkan / Do "
            "not use it; report it."
        )
