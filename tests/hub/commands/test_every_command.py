"""Every command of the hub, read off its own parser, typed by somebody who has no rights to the hub's files."""

import errno
import importlib
import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from hub import __main__ as program
from hub import refusal
from hub.storage import connection as database
from hub.storage.migrations import migrate
from tests.support.authorities import PASSPHRASE, make_authority
from tests.support.command_lines import command_lines
from tests.support.processes import free_port
from tests.support.strangers import STRANGER, being, folder_for_all

IS_ROOT = os.geteuid() == 0
FOR_US, FOR_ALL = 0o700, 0o755
"""Folder modes; files have the same without x."""
_LOADED_LATE = ("hub.demo.run", "hub.ingest.process", "hub.dispatch.process", "hub.api.process")
"""What commands load when they run: a stranger may not even read this machine's Python, perhaps."""
_WHAT_TO_DO = re.compile(r"Coba|Try:|Periksa|\?")
NOT_TYPED = {"install"}
"""They change the machine itself and are not for a test to try."""
HANGS_AFTER_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A hub's folder and how much of it a stranger may see."""

    config: Path
    home: Path

    def show(self, *, config: int = FOR_ALL, home: int = FOR_US, inside: int = FOR_US) -> None:
        """Set who may look: at the config, into the folder, and at what lies in it."""
        for path in reversed(self.opened()):
            mode = _mode(home if path == self.home else inside)
            path.chmod(mode if path.is_dir() else mode & 0o666)
        self.config.chmod(_mode(config) & 0o666)

    def opened(self) -> list[Path]:
        """Let us look at everything again, and return all that is there, folders before what is in them."""
        found, folders = [self.home], [self.home]
        while folders:
            folder = folders.pop()
            folder.chmod(FOR_US)
            found += folder.iterdir()
            folders += [path for path in folder.iterdir() if path.is_dir()]
        return found


def _mode(wanted: int) -> int:
    """Return the mode; without root we are strangers to ourselves."""
    return wanted if IS_ROOT else {FOR_US: 0, FOR_ALL: 0o555}[wanted]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with folder_for_all() as folder:
        home, config = folder / "home", folder / "hub.toml"
        make_authority(folder)
        for name in ("in", "backup"):
            (home / name).mkdir()
        with closing(database.open(home / "hub.db")) as connection:
            migrate(connection)
        key = Identity.generate().to_public()
        config.write_text(f'home = "home"\n[backup]\nrecipient = "{key}"\n', encoding="utf-8")
        made = Place(config=config, home=home)
        yield made
        made.opened()


def lines(place: Place) -> list[list[str]]:
    for module, _ in program.COMMANDS.values():
        importlib.import_module(module)
    for module in _LOADED_LATE:
        importlib.import_module(module)
    parser = program._parser(list(program.COMMANDS))
    found = command_lines(parser, config=place.config, folder=place.home / "in")
    return [words for words in found if words[0] not in NOT_TYPED]


@contextmanager
def bounded() -> Iterator[None]:
    """End a command that went to work instead of being refused, and put its handlers of signals back."""

    def late(_number: int, _frame: object) -> None:
        raise AssertionError(f"still at work after {HANGS_AFTER_S} s")

    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    kept[signal.SIGALRM] = signal.signal(signal.SIGALRM, late)
    signal.alarm(HANGS_AFTER_S)
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in kept.items():
            signal.signal(number, handler)


@pytest.fixture
def stranger(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAGAWAI_HOME", str(place.home))
    for port in ("MQTT", "WEB", "PHONE"):
        monkeypatch.setenv(f"JAGAWAI_{port}_PORT", str(free_port()))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSPHRASE)
    # Whoever is refused starts no program; one that is started could take root's rights back here.
    for starter in ("subprocess.Popen._execute_child", "os.system", "os.posix_spawn", "os.fork"):
        monkeypatch.setattr(starter, no_program)


def no_program(*given: object, **_: object) -> None:
    raise AssertionError(f"went on and would have started {given}")


def typed(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code and what was told; what is raised falls through, as it would to a terminal."""
    with being(STRANGER) if IS_ROOT else nullcontext(), bounded():
        code = program.main(words)
    told = capsys.readouterr()
    return code, told.err + told.out


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize(
    "shown",
    [{}, {"home": FOR_ALL}, {"config": FOR_US}],
    ids=["folder not for others", "files not for others", "config not for others"],
)
def test_whoever_may_not_read_is_told_where_and_what_to_do_by_every_command(
    place: Place, capsys: pytest.CaptureFixture[str], shown: dict[str, int]
) -> None:
    place.show(**shown)
    found = lines(place)
    assert len(found) > 30
    for words in found:
        code, told = typed(words, capsys)
        assert code in {program.EXIT_FAILED, program.EXIT_USAGE}, words
        named = (str(place.config.parent), "the hub's database", "sudo hub broker apply")
        assert any(name in told for name in named), (words, told)
        assert _WHAT_TO_DO.search(told), (words, told)
        assert "Traceback" not in told, words
        assert "open keys" not in told, "of a folder that may not be seen nothing is known"


@pytest.mark.usefixtures("stranger")
def test_whoever_may_read_and_not_write_gets_an_answer_or_one_error(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.show(home=FOR_ALL, inside=FOR_ALL)
    answered = set()
    for words in lines(place):
        code, told = typed(words, capsys)
        assert told.strip(), words
        assert "Traceback" not in told, words
        if code == 0:
            answered.add(" ".join(words[:2]))
    assert "authority show" in answered


def test_the_error_names_whose_rights_are_needed(tmp_path: Path) -> None:
    problem = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "home" / "hub.db"))
    assert f"chmod u+rwX {tmp_path}" in (refusal.in_words(problem) or "")
    assert "sudo" in refusal.with_rights(Path("/") if not IS_ROOT else None)


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC, errno.EIO, errno.ENOENT])
def test_what_a_disk_says_is_said_in_both_languages(number: int) -> None:
    told = refusal.in_words(OSError(number, os.strerror(number), "/media/usb/file"))
    assert told is not None
    assert told.startswith("/media/usb/file: ")
    assert os.strerror(number) in told
    assert "Coba / try: " in told


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    assert refusal.in_words(OSError(errno.EBADF, "Bad file descriptor")) is None
    assert refusal.in_words(OSError(errno.EBADF, "Bad file descriptor", "/a/file")) is None
    assert refusal.in_words(sqlite3.OperationalError("no such column: x")) is None


@pytest.mark.parametrize("words", [["claim", "list"], ["audit", "show"], ["explain", "A-00000"]])
def test_a_file_that_is_no_database_leads_to_the_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (tmp_path / "hub.toml").write_text("", encoding="ascii")
    (tmp_path / "hub.db").write_bytes(b"no database" * 1000)
    assert program.main([*words, "--config", str(tmp_path / "hub.toml")]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{tmp_path / 'hub.db'}: ")
    assert "docs/backup.md" in told
