"""Where an outbox or inbox file stands: one name for all, behind it one real file at a time.

`outbox-gauge.db` is a symbolic link to `outbox-gauge.<8 hex>.db`. A file is replaced by making the link point to
another one, in one rename. So a write-ahead log never meets a database it does not belong to, wherever the power is
cut, and a reader that was frozen in the old file finishes there and finds the new one at its next read.
"""

import fcntl
import os
import secrets
from pathlib import Path

from edge_agent.outbox.errors import OutboxInUseError

SUFFIXES = ("", "-wal", "-shm")


class Place:
    """The place of one file; whoever holds it is the owner, guarded by a lock that ends with the process."""

    def __init__(self, path: Path) -> None:
        """Take the place whose name is `path`; its folder is made if need be.

        Raises:
            OutboxInUseError: another process has it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            os.close(self._lock)
            raise OutboxInUseError(
                f"{path}: another process writes it. Each file has one owner; end the other one first"
            ) from problem

    def real(self) -> Path | None:
        """Return the real file, or None if there is none."""
        real = Path(os.path.realpath(self.path))
        return real if real.exists() else None

    def new_real(self) -> Path:
        """Return a name that no file has yet, for the next real file."""
        return self.path.with_name(f"{self.path.stem}.{secrets.token_hex(4)}{self.path.suffix}")

    def publish(self, real: Path) -> None:
        """Make `real`, complete and on the disk, the file that stands here."""
        link = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        link.symlink_to(real.name)
        link.replace(self.path)
        self.sync()

    def sync(self) -> None:
        """Put the folder's entries on the disk."""
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def sweep(self) -> None:
        """Delete what a cut in the middle of a replacement left behind; take in a plain file that somebody put here."""
        if self.path.exists() and not self.path.is_symlink():
            self._adopt()
        current = self.real()
        keep = {f"{current.name}{suffix}" for suffix in SUFFIXES} if current else set()
        for left in self.path.parent.glob(f"{self.path.stem}.????????{self.path.suffix}*"):
            if left.name not in keep:
                left.unlink(missing_ok=True)
        for link in self.path.parent.glob(f".{self.path.name}.????????"):
            link.unlink(missing_ok=True)

    def _adopt(self) -> None:
        """Give a plain file, copied here from elsewhere, a real name and a link."""
        real = self.new_real()
        for suffix in SUFFIXES:
            plain = Path(f"{self.path}{suffix}")
            if plain.exists():
                plain.replace(f"{real}{suffix}")
        self.publish(real)

    def release(self) -> None:
        """Let another process own the place."""
        os.close(self._lock)


def delete(real: Path) -> None:
    """Delete a real file with its log and shared memory."""
    for suffix in SUFFIXES:
        Path(f"{real}{suffix}").unlink(missing_ok=True)
