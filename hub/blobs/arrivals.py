"""Files that have not come whole: `arriving/<node id>/<sha256>`, as many bytes as have come so far.

1. A box sends one file at a time. A newer call of the same box ousts the older, whose connection may be dead without
   anybody knowing; the bytes that the older wrote stay.
2. Bytes are only added behind those that are here. What is here counts by the length of the file, so after a power cut
   it is what the disk has kept; whether it is right is seen when the whole is verified.
3. A box has at most two files begun; with a third its oldest goes. What nobody adds to for a day goes.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hub.blobs.errors import ExtentError, OustedError, PartlyHereError
from hub.blobs.extent import Extent
from provisioning.identity.disk import FILE_MODE, make_folder

FOLDER = "arriving"
BEGUN_MOST = 2
ABANDONED_AFTER_S = 24 * 3600


class Arrival:
    """One call's bytes on their way to the disk."""

    def __init__(self, path: Path, extent: Extent) -> None:
        """Open the file to add to it; from its first byte, it begins anew."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
        if extent.first == 0:
            os.ftruncate(handle, 0)
        self.path = path
        self.extent = extent
        self.came_bytes = 0
        self._file: BinaryIO = os.fdopen(handle, "ab", buffering=0)
        self._lock = threading.Lock()
        self._is_ousted = False

    @property
    def is_whole(self) -> bool:
        """Answer whether the last byte of the file has come."""
        return self.extent.first + self.came_bytes == self.extent.total

    def append(self, piece: bytes) -> None:
        """Add bytes.

        Raises:
            ExtentError: more come than were announced.
            OustedError: a newer call goes on.
            OSError: the disk does not take them.
        """
        with self._lock:
            if self._is_ousted:
                raise _ousted()
            if self.came_bytes + len(piece) > self.extent.length:
                raise ExtentError(
                    f"Lebih dari {self.extent.length} byte datang.", f"More than {self.extent.length} bytes came."
                )
            rest = memoryview(piece)
            while rest:
                written = self._file.write(rest)
                self.came_bytes += written
                rest = rest[written:]

    @contextmanager
    def settled(self) -> Iterator[Path]:
        """Bring the bytes to the disk, and let nobody touch the file until the block ends; it may be renamed there.

        Raises:
            OustedError: a newer call goes on.
            OSError: the disk does not take them.
        """
        with self._lock:
            if self._is_ousted:
                raise _ousted()
            os.fsync(self._file.fileno())
            yield self.path

    def oust(self) -> None:
        """Add nothing from now on; another call goes on. Returns when nothing is being added."""
        with self._lock:
            self._is_ousted = True

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._is_ousted = True
            self._file.close()


class Arrivals:
    """The folder of them, and who is sending now."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when the first file comes."""
        self._folder = folder
        self._lock = threading.Lock()
        self._sending: dict[str, Arrival] = {}

    def begin(self, node_id: str, sha256: str, extent: Extent) -> Arrival:
        """Begin to add what a call carries; `end` it.

        Args:
            node_id: of the box, as the certificate has it.
            sha256: the name of the whole.
            extent: what is announced; a question adds nothing.

        Raises:
            PartlyHereError: other bytes are needed next.
            OSError: the disk does not let it be opened.
        """
        with self._lock:
            before = self._sending.pop(node_id, None)
            if before is not None:
                before.oust()
            path = self._folder / node_id / sha256
            here = self._here(path, total=extent.total)
            if extent.first not in {0, here}:
                raise _partly_here(here)
            for folder in (self._folder.parent, self._folder, path.parent):
                make_folder(folder)
            self._make_place(path)
            arrival = self._sending[node_id] = Arrival(path, extent)
            return arrival

    def end(self, node_id: str, arrival: Arrival) -> None:
        """Close what was begun."""
        arrival.close()
        with self._lock:
            if self._sending.get(node_id) is arrival:
                del self._sending[node_id]

    def sweep(self, *, now_s: float) -> None:
        """Remove files that nobody has added to for a day, by the machine's clock, seconds since 1970."""
        for path in self._folder.glob("*/*"):
            with self._lock:
                if all(path != one.path for one in self._sending.values()) and _is_abandoned(path, now_s=now_s):
                    path.unlink(missing_ok=True)

    def _here(self, path: Path, *, total: int) -> int:
        """Return how many bytes are here; more than the whole is of no use and goes."""
        try:
            here = path.stat().st_size
        except FileNotFoundError:
            return 0
        if here > total:
            path.unlink()
            return 0
        return here

    def _make_place(self, path: Path) -> None:
        others = [other for other in path.parent.iterdir() if other != path]
        others.sort(key=lambda other: other.stat().st_mtime_ns, reverse=True)
        for other in others[BEGUN_MOST - 1 :]:
            other.unlink()


def _is_abandoned(path: Path, *, now_s: float) -> bool:
    """Answer whether it is a day old; one from a day ahead was written by a clock that was wrong."""
    try:
        return abs(now_s - path.stat().st_mtime) > ABANDONED_AFTER_S
    except FileNotFoundError:
        return False


def _partly_here(here: int) -> PartlyHereError:
    return PartlyHereError(
        f"Di pusat ada {here} byte pertama. Lanjutkan dari sana.",
        f"The first {here} bytes are here. Go on from there.",
        here_bytes=here,
    )


def _ousted() -> OustedError:
    return OustedError("Kiriman baru dari kotak ini sudah menggantikan.", "A newer call of this box goes on instead.")
