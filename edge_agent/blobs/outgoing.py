"""`<home of the box>/blobs/outgoing/`: pictures that wait for the hub, each file named by the SHA-256 of its content.

1. A producer writes beside, under a name that begins with a dot, and brings that to the disk; writes the record of the
   picture; and renames it in. What has a whole name is whole.
2. Newest first. What the hub has is removed.
3. Over its share of the disk, or over 4,000 files, the oldest go, counted. What a producer left unfinished goes after a
   day.
"""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("blobs") / "outgoing"
"""In the box's home."""
FILES_MOST = 4_000
"""28 days of a picture each ten minutes; a folder is read through in some milliseconds."""
UNFINISHED_FOR_MS = 24 * 3_600_000

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One picture."""

    path: Path
    length: int
    written_ns: int
    """By the box's clock at that moment."""


class Outgoing:
    """The folder of one box."""

    def __init__(self, home: Path) -> None:
        """Name the folder; it need not be there."""
        self.folder = home / FOLDER

    def newest_first(self) -> list[Waiting]:
        """Return what waits."""
        found = [one for one in self._files() if _NAME.fullmatch(one.path.name)]
        return sorted(found, key=lambda one: (one.written_ns, one.path.name), reverse=True)

    def is_empty(self) -> bool:
        """Answer whether nothing waits; cheaper than to look at all of it."""
        try:
            with os.scandir(self.folder) as entries:
                return not any(_NAME.fullmatch(entry.name) for entry in entries)
        except FileNotFoundError:
            return True

    def lay_beside(self, sha256: str, content: bytes) -> Path:
        """Bring a picture to the disk under a name that nobody takes for one; return it.

        Raises:
            OSError: the disk does not take it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{sha256}"
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        return beside

    def show(self, beside: Path, sha256: str) -> None:
        """Give a picture that `lay_beside` has laid down its own name; from now on it waits for the hub.

        Raises:
            OSError: the disk does not take it.
        """
        beside.replace(self.folder / sha256)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def show_if_laid(self, sha256: str) -> bool:
        """Give a picture its own name that a producer laid down and did not come to show; return whether there was one.

        Raises:
            OSError: the disk does not take it.
        """
        beside = self.folder / f".{sha256}"
        if not beside.is_file():
            return False
        self.show(beside, sha256)
        return True

    def remove(self, waiting: Waiting) -> None:
        """Remove what the hub has, or what nobody will take."""
        waiting.path.unlink(missing_ok=True)

    def keep_within(self, limit_bytes: float, *, now_ms: int) -> int:
        """Remove the oldest until the rest fits; return how many pictures went.

        Args:
            limit_bytes: that all of them may have.
            now_ms: the machine's clock, UTC.
        """
        left_bytes, gone = limit_bytes, 0
        for number, one in enumerate(self.newest_first()):
            left_bytes -= one.length
            if left_bytes < 0 or number >= FILES_MOST:
                self.remove(one)
                gone += 1
        for one in self._files():
            if not _NAME.fullmatch(one.path.name) and abs(now_ms - one.written_ns // 10**6) > UNFINISHED_FOR_MS:
                self.remove(one)
        return gone

    def _files(self) -> list[Waiting]:
        try:
            with os.scandir(self.folder) as entries:
                return [waiting for entry in entries if (waiting := _waiting(entry)) is not None]
        except FileNotFoundError:
            return []


def _waiting(entry: os.DirEntry[str]) -> Waiting | None:
    """Return a file, or None for what is none, or has gone meanwhile."""
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(seen.st_mode):
        return None
    return Waiting(path=Path(entry.path), length=seen.st_size, written_ns=seen.st_mtime_ns)
