"""Fetches packages through their ordinary clients into a folder that the caller names.

A file that is there with the right hash is not fetched again, so a broken run goes on where it stopped, package by
package. Clients run without a shell and without install scripts; of a source archive, pip asks its build backend for
the name (in an environment of its own) before the hash is looked at here.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from models.errors import ContentError, SourceError, ToolError
from models.sources.archive import files_in
from models.sources.package import Package
from models.writing import write_whole

FETCH_TIMEOUT_S = 1800
"""144 MB at 100 kB/s."""
LAST_WORDS = 400
"""Characters of what a client said that are worth repeating."""

_FETCHING = "fetching-"
_CLIENTS = {"npm": "npm", "wheel": "pip", "sdist": "pip", "debian": "apt-get"}


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
        size = f" ({package.megabytes:g} MB)" if package.megabytes else ""
        self._say(f"Mengambil / fetching {package.label}{size} ...")
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=_FETCHING) as folder:
            archive = _fetched(package, Path(folder))
            if package.sha256 is not None:
                _verify(archive.read_bytes(), package.sha256, package.label)
            found = files_in(archive, package.files)
        for name, digest in package.files.items():
            if name not in found:
                raise SourceError(f"{package.label}: tidak memuat / does not hold {name}. Periksa versi / Check.")
            _verify(found[name], digest, f"{package.label}, {name}")
            write_whole(self._place(package, name), found[name])


def _fetched(package: Package, folder: Path) -> Path:
    """Return the archive that the package's client has put into an empty folder."""
    client = _CLIENTS[package.kind]
    advice = f"Periksa jaringan, lalu ulangi / Check the network, then try again: {' '.join(_command(package))}"
    try:
        ended = subprocess.run(
            _command(package), cwd=folder, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False
        )
    except FileNotFoundError as exc:
        advice = "di Debian / on Debian" if package.kind == "debian" else f"Coba / Try: apt-get install {client}"
        raise ToolError(f"{package.label}: perlu / needs {client}. {advice}") from exc
    except subprocess.TimeoutExpired as exc:
        raise SourceError(f"{package.label}: lebih dari / longer than {FETCH_TIMEOUT_S} s. {advice}") from exc
    archives = sorted(folder.iterdir())
    if ended.returncode != 0 or len(archives) != 1:
        said = ended.stderr.strip()[-LAST_WORDS:]
        raise SourceError(f"{package.label}: tidak dapat diambil / cannot be fetched: {said}. {advice}")
    return archives[0]


def _command(package: Package) -> list[str]:
    if package.kind == "npm":
        return ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    if package.kind == "debian":
        return ["apt-get", "download", "-qq", package.name]
    form = "--only-binary" if package.kind == "wheel" else "--no-binary"
    return [
        *(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", form, ":all:", f"{package.name}=={package.version}"),
    ]


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _verify(content: bytes, digest: str, label: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ContentError(
            f"{label}: isi lain / other content: SHA-256 expected {digest}, got {found}. Jangan dipakai; laporkan / Do "
            "not use it; report it."
        )
