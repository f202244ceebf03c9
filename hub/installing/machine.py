"""The machine that is installed on: its files and its commands, so that a dry run and a test change nothing.

Each change answers whether there was anything to change. Files are replaced in one step.
"""

import grp
import os
import pwd
import shlex
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.fleet.authority import disk
from hub.installing.errors import InstallError

COMMAND_WITHIN_S = 7200.0
"""A backup of years on a slow disk before an upgrade."""
Run = Callable[[Sequence[str]], int]


def run_command(words: Sequence[str]) -> int:
    """Run a command with the terminal of this one; return its exit code.

    Raises:
        InstallError: it is not there, or does not end.
    """
    try:
        return subprocess.run(list(words), check=False, timeout=COMMAND_WITHIN_S).returncode
    except (OSError, subprocess.SubprocessError) as problem:
        raise InstallError(
            f"{shlex.join(words)}: {problem}. Perbaiki, lalu perintah yang sama lagi / mend it, then the same again."
        ) from problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where files go and commands run."""

    root: Path = Path("/")
    """Above everything; another one in tests."""
    is_dry: bool = False
    """Nothing is changed; what would be is printed."""
    command: Run = run_command

    def at(self, path: Path) -> Path:
        """Return where a path of the installed system stands."""
        return self.root / path.relative_to("/")

    def put(self, path: Path, data: bytes, *, mode: int = 0o644, owner: str = "", group: str = "") -> bool:
        """Have a file say exactly this, with these rights."""
        place = self.at(path)
        is_same = place.is_file() and place.read_bytes() == data and self._has_rights(place, mode, owner, group)
        if is_same or self._says(f"{path}"):
            return not is_same
        place.parent.mkdir(parents=True, exist_ok=True)
        disk.write_file(place, data, mode=mode)
        if os.geteuid() == 0:
            os.chown(place, _user(owner), _group(group or owner), follow_symlinks=False)
        return True

    def link(self, path: Path, target: Path) -> bool:
        """Have a link lead there, changed in one step."""
        place = self.at(path)
        if place.is_symlink() and place.readlink() == target:
            return False
        if self._says(f"{path} -> {target}"):
            return True
        place.parent.mkdir(parents=True, exist_ok=True)
        waiting = place.with_name(f".{place.name}.new")
        waiting.unlink(missing_ok=True)
        waiting.symlink_to(target)
        waiting.replace(place)
        return True

    def take_away(self, path: Path) -> bool:
        """Have a file not be there."""
        place = self.at(path)
        if not place.exists() and not place.is_symlink():
            return False
        if not self._says(f"- {path}"):
            place.unlink()
        return True

    def take_away_empty(self, path: Path) -> None:
        """Have a folder not be there if nothing is left in it."""
        place = self.at(path)
        if place.is_dir() and not any(place.iterdir()) and not self._says(f"- {path}/"):
            place.rmdir()

    def folder(self, path: Path, *, mode: int, owner: str) -> bool:
        """Have a folder with these rights."""
        place = self.at(path)
        if place.is_dir() and self._has_rights(place, mode, owner, ""):
            return False
        if self._says(f"{path}/"):
            return True
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(mode)
        if os.geteuid() == 0:
            os.chown(place, _user(owner), _group(owner))
        return True

    def run(self, *words: str | Path) -> None:
        """Run a command that changes something.

        Raises:
            InstallError: it ended with another code than 0.
        """
        command = [str(word) for word in words]
        if self._says(f"$ {shlex.join(command)}"):
            return
        code = self.command(command)
        if code != 0:
            raise InstallError(
                f"{shlex.join(command)}: berakhir dengan kode {code} / ended with {code}. Perbaiki, lalu perintah yang "
                "sama lagi / mend it, then the same command again."
            )

    def asks(self, *words: str | Path) -> bool:
        """Answer whether a command ends with 0, where another one can take its place."""
        return self.command([str(word) for word in words]) == 0

    def has_systemd(self) -> bool:
        """Answer whether systemd runs the services of this machine."""
        return self.at(Path("/run/systemd/system")).is_dir()

    def _says(self, what: str) -> bool:
        if self.is_dry:
            print(f"    akan / would: {what}")
        return self.is_dry

    def _has_rights(self, place: Path, mode: int, owner: str, group: str) -> bool:
        found = place.stat()
        if stat.S_IMODE(found.st_mode) != mode:
            return False
        return os.geteuid() != 0 or (found.st_uid, found.st_gid) == (_user(owner), _group(group or owner))


def has_user(name: str) -> bool:
    """Answer whether this system has the user."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _user(name: str) -> int:
    """Return the number of a user; root's where none is named, or there is none yet in a dry run."""
    return pwd.getpwnam(name).pw_uid if name and has_user(name) else 0


def _group(name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid if name else 0
    except KeyError:
        return 0
