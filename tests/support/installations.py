"""An installation in a folder of a test: files below a root of its own, commands written down instead of run."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.config import HubConfig
from hub.installing import layout
from hub.installing.answers import Answers
from hub.installing.errors import StartError
from hub.installing.installation import Wanted, install
from hub.installing.machine import Machine
from hub.storage import connection as database
from hub.storage.migrations import migrate
from tests.support.authorities import NAMES, make_authority

RELEASE = "0.1.0-00000001"
_OWN = "root"


@dataclass(kw_only=True)
class Installation:
    """A machine on which nothing runs, and what it was told to do."""

    root: Path
    commands: list[str] = field(default_factory=list)
    fails_at: int | None = None
    """Number of the command that is cut short, from 0."""
    databases_at_backup: list[bool] = field(default_factory=list)
    """Whether a database was there, each time that a backup was made."""
    sick: frozenset[str] = frozenset()
    """Releases whose services do not come up."""

    @property
    def stick(self) -> Path:
        """Return the folder for the keys."""
        return self.root / "stick"

    def machine(self, *, is_dry: bool = False) -> Machine:
        """Return the machine."""
        return Machine(root=self.root, command=self._command, is_dry=is_dry)

    def boot(self) -> None:
        """Let systemd run."""
        (self.root / "run/systemd/system").mkdir(parents=True)

    def install(self, *, release: str = RELEASE, is_dry: bool = False, is_going_back: bool = False) -> bool:
        """Install, as `install-hub` does after packages and program."""
        answers = Answers(city="Kota Uji", zone="WIT", names=NAMES, root=self.stick)
        wanted = Wanted(
            release=release, answers=answers, user=_OWN, wait=self._is_well, is_going_back=is_going_back
        )  # fmt: skip
        return install(self.machine(is_dry=is_dry), wanted)

    def state(self) -> dict[str, object]:
        """Return path to content, rights and time of all files but the database's."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_symlink():
                found[str(path)] = str(path.readlink())
            elif path.is_file() and ".db" not in path.name:
                status = path.stat()
                found[str(path)] = f"{status.st_mode:o} {status.st_mtime_ns} {path.read_bytes()!r}"
        return dict(found)

    def _command(self, words: Sequence[str]) -> int:
        line = " ".join(words)
        self.commands.append(line)
        if self.fails_at == len(self.commands) - 1:
            return 1
        if "authority init" in line:
            self._make_authority()
        if "backup make" in line:
            self.databases_at_backup.append((self.root / layout.HOME.relative_to("/") / "hub.db").exists())
        if "--going-back" in words:
            self.install(release=words[words.index("--release") + 1], is_going_back=True)
        return 0

    def _make_authority(self) -> None:
        home = self.root / layout.HOME.relative_to("/")
        for (folder, name), data in _authority().items():
            place = (self.stick if folder == "stick" else home) / name
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.write_bytes(data)
            place.chmod(0o600)

    def _is_well(self, _: HubConfig) -> None:
        release = (self.root / layout.CURRENT.relative_to("/")).readlink().name
        if release in self.sick:
            raise StartError(f"{release} is sick")


@cache
def _authority() -> dict[tuple[str, str], bytes]:
    """Return what `hub authority init` makes, made once: (stick or home, path there) to content."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_authority(folder, now=aware(SystemClock().now_ms()))
        with closing(database.open(folder / "home" / "hub.db")) as connection:
            migrate(connection)
        return {
            (part, str(path.relative_to(folder / part))): path.read_bytes()
            for part in ("stick", "home")
            for path in (folder / part).rglob("*")
            if path.is_file()
        }
