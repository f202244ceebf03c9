"""A folder of secrets below the box's home, for commands that root may type: no link leads them elsewhere.

- The home is reached by its path, links and all: whoever wrote the config chose it. From there on everything is opened
  relative to what is held open, and never through a link, so nothing that the home's owner puts there, or exchanges
  meanwhile, makes root read, write, give away or delete anything outside.
- The folder belongs to whom the home belongs, or to whoever types; a stranger's is refused.
- What root makes belongs to the owner of the home. A home that root makes, or finds empty and its own, goes to the
  user of the service, where the machine has one.
"""

import errno
import fcntl
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from provisioning.claim.errors import BoxHomeError
from provisioning.identity import disk

SERVICE_USER = "jagawai"
"""Under whom the agent runs."""
FILE_BYTES_MAX = 1024 * 1024
"""The largest of ours is some kilobytes."""

_ROOT = 0
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_A_FOLDER = {errno.ENOTDIR, errno.ELOOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A folder that is held open."""

    handle: int
    owner: os.stat_result
    """Whose the home is."""


class GuardedFolder:
    """One folder below a home."""

    def __init__(self, home: Path, name: str, *, files: frozenset[str], service_user: str = SERVICE_USER) -> None:
        """Name it; nothing is made yet.

        Args:
            home: of the box.
            name: of the folder.
            files: what is kept in it.
            service_user: who gets a home that root makes.
        """
        self.path = home / name
        self._files = files
        self._home = home
        self._service_user = service_user

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other `provision claim` of this box away; the lock ends with the process, however that ends.

        Raises:
            OSError: home and folder cannot be made.
            BoxHomeError: what is there is a link, or a stranger's, or another claim is at work.
        """
        self._make()
        with self._opened() as held:
            try:
                fcntl.flock(held.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                raise BoxHomeError(
                    f"{self.path}: provision claim lain masih berjalan di kotak ini / another provision claim "
                    "is at work on this box. Tunggu sampai selesai / wait for its end."
                ) from problem
            yield

    def prepare(self) -> None:
        """Make home and folder where they are not there, give them to their owner, sweep what a cut has left.

        Raises:
            OSError: they cannot be made.
            BoxHomeError: what is there is a link, or a stranger's.
        """
        self._make()
        with self._opened() as held:
            self._give(held)
            disk.sweep_at(held.handle)

    def _make(self) -> None:
        self._prepare_home()
        home = os.open(self._home, _FOLDER)
        try:
            with suppress(FileExistsError):
                os.mkdir(self.path.name, disk.FOLDER_MODE, dir_fd=home)
                os.fsync(home)
        finally:
            os.close(home)

    def is_roots(self) -> bool:
        """Answer whether root types and the home is root's: an agent under another user could not enter it."""
        return os.geteuid() == _ROOT and self._home.stat().st_uid == _ROOT

    def read(self, name: str) -> bytes | None:
        """Return a file, or None if there is none.

        Raises:
            OSError: it cannot be read.
            BoxHomeError: it is a link, no plain file, or a stranger's.
        """
        with self._opened() as held:
            try:
                file = os.open(name, _READ, dir_fd=held.handle)
            except FileNotFoundError:
                return None
            except OSError as problem:
                if problem.errno == errno.ELOOP:
                    raise self._strange(name, "tautan / a link") from problem
                raise
            with os.fdopen(file, "rb") as opened:
                facts = os.fstat(file)
                if not stat.S_ISREG(facts.st_mode) or facts.st_size > FILE_BYTES_MAX:
                    raise self._strange(name, "bukan berkas biasa / no plain file")
                if facts.st_uid not in {held.owner.st_uid, os.geteuid(), _ROOT}:
                    raise self._strange(name, f"milik pengguna lain / of another user, {facts.st_uid}")
                return opened.read(FILE_BYTES_MAX)

    def write(self, name: str, data: bytes) -> None:
        """Bring a file to the disk in one step; what stood there, link or not, gives way to it.

        Raises:
            OSError: it cannot be written.
        """
        with self._opened() as held:
            disk.write_at(held.handle, name, data, like=held.owner)

    def remove(self, name: str) -> None:
        """Take a file away, if it is there.

        Raises:
            OSError: it cannot be removed.
        """
        with self._opened() as held:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=held.handle)
            os.fsync(held.handle)

    def holds(self, name: str) -> bool:
        """Answer whether anything has this name, links too; an empty folder is nothing.

        Raises:
            OSError: it cannot be looked at.
        """
        with self._opened() as held:
            try:
                inside = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=held.handle)
            except FileNotFoundError:
                return False
            except OSError as problem:
                if problem.errno in _NOT_A_FOLDER:
                    return True
                raise
            try:
                with os.scandir(inside) as entries:
                    return any(True for _ in entries)
            finally:
                os.close(inside)

    @contextmanager
    def _opened(self) -> Iterator[_Held]:
        home = os.open(self._home, _FOLDER)
        try:
            owner = os.fstat(home)
            try:
                handle = os.open(self.path.name, _FOLDER | os.O_NOFOLLOW, dir_fd=home)
            except OSError as problem:
                if problem.errno in _NOT_A_FOLDER:
                    raise self._strange("", "tautan atau bukan folder / a link, or no folder") from problem
                raise
        finally:
            os.close(home)
        try:
            belongs_to = os.fstat(handle).st_uid
            if belongs_to not in {owner.st_uid, os.geteuid()}:
                raise self._strange(
                    "",
                    f"milik pengguna {belongs_to}, folder di atasnya milik {owner.st_uid} / of user {belongs_to}, what "
                    f"it stands in of {owner.st_uid}",
                )
            yield _Held(handle=handle, owner=owner)
        finally:
            os.close(handle)

    def _strange(self, name: str, what: str) -> BoxHomeError:
        at = self.path / name
        return BoxHomeError(
            f"{at}: {what}. Tidak disentuh / not touched. Siapa yang menaruhnya? Pindahkan, lalu ulangi / who put it "
            f"there? Move it away, then the same again; if it is yours: chown -R {self._service_user}: "
            f"{shlex.quote(str(self._home))}"
        )

    def _prepare_home(self) -> None:
        """Make the home, and what it stands in so that its owner can pass; give an empty one of root to its user."""
        if not self._home.is_dir():
            before = os.umask(0o022)
            try:
                self._home.parent.mkdir(parents=True, exist_ok=True)
            finally:
                os.umask(before)
            disk.make_folder(self._home)
        if self.is_roots() and not any(self._home.iterdir()):
            with suppress(KeyError):
                user = pwd.getpwnam(self._service_user)
                handle = os.open(self._home, _FOLDER)
                try:
                    os.fchown(handle, user.pw_uid, user.pw_gid)
                finally:
                    os.close(handle)

    def _give(self, held: _Held) -> None:
        """Give what root made while the home was root's to the owner that the home has now."""
        if os.geteuid() != _ROOT or os.fstat(held.handle).st_uid == held.owner.st_uid:
            return
        with os.scandir(held.handle) as entries:
            there = [entry.name for entry in entries if entry.name in self._files]
        for name in there:
            file = os.open(name, _READ, dir_fd=held.handle)
            try:
                facts = os.fstat(file)
                if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
                    raise self._strange(name, "bukan berkas biasa / no plain file")
                os.fchown(file, held.owner.st_uid, held.owner.st_gid)
            finally:
                os.close(file)
        os.fchown(held.handle, held.owner.st_uid, held.owner.st_gid)
