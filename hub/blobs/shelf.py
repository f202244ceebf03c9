"""Whole files by their content: `<first two digits>/<sha256>`, 0600, each verified before it has its name.

The order on the disk, so that a power cut leaves nothing wrong: bytes, fsync, verified, renamed, fsync of the folder;
the row of the database comes last, and goes first. So a row always has its file. A file without a row, as a cut may
leave it, or as all are beside another database, goes when it is as old as any picture may be.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from hub.blobs.errors import WrongHashError, WrongKindError
from hub.blobs.kinds import HEAD_BYTES, kind_of
from provisioning.identity.disk import make_folder, settle_folder

_DIGITS = re.compile(r"[0-9a-f]{2}")
_READ_BYTES = 256 * 1024


class Shelf:
    """The folder of them."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when the first file comes."""
        self._folder = folder

    def path_of(self, sha256: str) -> Path:
        """Return where a file of this content lies, if it is here."""
        return self._folder / sha256[:2] / sha256

    def take(self, path: Path, sha256: str) -> None:
        """Give a verified file, safely on the disk, its name; one that is here already stays."""
        place = self.path_of(sha256)
        if place.is_file():
            path.unlink()
            return
        make_folder(place.parent)
        path.replace(place)
        settle_folder(place.parent)

    def remove(self, sha256: str) -> None:
        """Remove a file, if it is here."""
        self.path_of(sha256).unlink(missing_ok=True)

    def folders(self, *, before_s: float) -> Iterator[tuple[str, set[str]]]:
        """Yield two digits, and the names of all files that begin so and were written before a time, s since 1970."""
        for folder in self._folder.glob("??"):
            if _DIGITS.fullmatch(folder.name):
                yield folder.name, {path.name for path in folder.iterdir() if path.stat().st_mtime < before_s}


def verified_kind(path: Path, sha256: str) -> str:
    """Return the kind of a file that is what it should be; one that is not is removed.

    Raises:
        WrongHashError: its content is another.
        WrongKindError: it is no picture of a kind that is kept.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        digest.update(head)
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    if digest.hexdigest() != sha256:
        path.unlink()
        raise WrongHashError(
            "Isi kiriman tidak cocok dengan namanya. Kirim lagi dari awal.",
            f"The content is {digest.hexdigest()}, not what its name says. Send it again from the beginning.",
        )
    kind = kind_of(head)
    if kind is None:
        path.unlink()
        raise WrongKindError("Hanya gambar JPEG, PNG, WebP yang diterima.", "Only pictures are taken: JPEG, PNG, WebP.")
    return kind
