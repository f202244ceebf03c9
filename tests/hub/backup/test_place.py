"""A backup comes back into the folder that was named and for its owner, and a drill leaves no key open."""

import errno
import fcntl
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from hub.backup import place, restoring
from hub.backup.contents import CONFIG, DATABASE
from hub.backup.errors import BackupDamagedError, BackupPlaceError
from hub.backup.making import make_backup
from hub.backup.restoring import drill, restore
from hub.signals import ending_tidily
from hub.storage import connection as database
from hub.storage.errors import DatabaseMissingError
from hub.storage.migrations import migrate
from provisioning.identity import disk
from tests.support.strangers import STRANGER, being, folder_for_all

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")


class City:
    """A hub's folder, a backup of it, and what else lies beside them; everybody may look."""

    def __init__(self, folder: Path, file: Path, identity: Identity) -> None:
        self.folder, self.file, self.identity = folder, file, identity
        self.home = folder / "home"

    def drilled(self) -> restoring.Restored:
        return drill(self.file, self.identity, self.home, now_ms=1)

    def restored(self, home: Path) -> restoring.Restored:
        return restore(self.file, self.identity, home, now_ms=1)

    def open_keys(self) -> list[Path]:
        """Return where the issuing key can be read, but in the hub's own folder."""
        own = self.home / "authority" / "issuing-1.pem"
        return [path for path in self.folder.rglob("*") if path != own and _holds_key(path)]


def _holds_key(path: Path) -> bool:
    return path.is_file() and b"issuing key" in path.read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Identity]:
    """Return a folder with a hub and its backup, and the key; made once, it takes a tenth of a second."""
    folder, identity = tmp_path_factory.mktemp("city"), Identity.generate()
    home = folder / "home"
    (home / "authority").mkdir(parents=True)
    (home / "authority" / "issuing-1.pem").write_bytes(b"issuing key")
    (home / CONFIG).write_text('home = "."\n', encoding="ascii")
    with closing(database.open(home / DATABASE)) as connection:
        migrate(connection)
    make_backup(
        config_file=home / CONFIG,
        home=home,
        folder=folder / "out",
        recipient=identity.to_public(),
        keep=3,
        now=datetime(2026, 11, 22, 6, 0, tzinfo=UTC),
        tell=lambda _: None,
    )
    return folder, identity


@pytest.fixture
def city(made: tuple[Path, Identity]) -> Iterator[City]:
    template, identity = made
    with folder_for_all() as folder:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        folder.chmod(0o755)
        (file,) = (folder / "out").iterdir()
        yield City(folder, file, identity)


def give(path: Path, user: int = STRANGER) -> None:
    for one in (path, *path.rglob("*")):
        os.chown(one, user, user, follow_symlinks=False)


@contextmanager
def at_step(monkeypatch: pytest.MonkeyPatch, step: str, deed: object) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(restoring, step, deed)
        yield


def test_a_drill_is_on_the_hubs_own_disk_for_its_own_user_alone_and_leaves_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = restoring._begin_new_life, []

    def looking(path: Path, *rest: object, **more: object) -> object:
        seen.append((path.parent, stat.S_IMODE(path.parent.stat().st_mode), len(city.open_keys())))
        return real(path, *rest, **more)  # type: ignore[arg-type]

    before = sorted(city.home.iterdir())
    with at_step(monkeypatch, "_begin_new_life", looking):
        assert city.drilled().manifest.records == 0
    assert seen == [(city.home / place.DRILL, 0o700, 1)]
    assert city.open_keys() == []
    assert sorted(city.home.iterdir()) == before


@pytest.mark.parametrize(
    ("number", "step", "what"),
    [
        *product([signal.SIGTERM], ["_write", "_begin_new_life"], ["drill", "restore", "restore into a folder"]),
        (signal.SIGINT, "_write", "drill"),
        (signal.SIGHUP, "_write", "drill"),
    ],
)
def test_a_signal_at_any_step_takes_the_open_keys_away(
    city: City, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, step: str, what: str
) -> None:
    real = getattr(restoring, step)

    def struck(*given: object, **more: object) -> object:
        done = real(*given, **more)
        if step == "_begin_new_life" or "authority" in str(given[2]):
            assert city.open_keys()
            os.kill(os.getpid(), number)
        return done

    if what.endswith("folder"):
        (city.folder / "new").mkdir()
    before = signal.getsignal(number)
    with at_step(monkeypatch, step, struck), pytest.raises(SystemExit) as ended, ending_tidily():
        city.drilled() if what == "drill" else city.restored(city.folder / "new")
    assert ended.value.code == 128 + number
    assert signal.getsignal(number) is before
    assert city.open_keys() == []


def test_a_second_signal_does_not_stop_the_tidying(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.rmtree

    def impatient(*given: object, **more: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("hub.backup.place.shutil.rmtree", impatient)
    with pytest.raises(SystemExit), ending_tidily():
        city.drilled()  # the first signal comes while the folder is taken away
    assert city.open_keys() == []


def test_what_a_power_cut_left_is_swept_unless_somebody_works_in_it(city: City) -> None:
    for name in (place.DRILL, place.WAITING):
        (city.home / name / "authority").mkdir(parents=True)
        (city.home / name / "authority" / "issuing-1.pem").write_bytes(b"issuing key")
    handle = os.open(city.home / place.DRILL, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert place.sweep(city.home) == [city.home / place.DRILL]
    assert [path.parent.parent.name for path in city.open_keys()] == [place.DRILL]
    with pytest.raises(BackupPlaceError, match="another drill"):
        city.drilled()
    os.close(handle)
    assert place.sweep(city.home) == []
    assert city.open_keys() == []


@pytest.mark.parametrize("name", ["nothing", "out", "out/nothing/x"])
def test_a_mistyped_path_is_one_error_in_both_languages(city: City, name: str) -> None:
    city.file = city.folder / name
    for deed in (city.drilled, lambda: city.restored(city.folder / "new")):
        with pytest.raises(BackupPlaceError, match=r"Coba / try: hub backup list"):
            deed()
    assert not (city.folder / "new").exists()


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC, errno.EIO, errno.EMFILE])
@pytest.mark.parametrize("where", ["make_folder", "settle_folder"])
def test_whatever_the_disk_says_is_one_error_in_both_languages(
    city: City, monkeypatch: pytest.MonkeyPatch, number: int, where: str
) -> None:
    def refused(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(f"hub.backup.place.disk.{where}", refused)
    with pytest.raises(BackupPlaceError, match=rf"{os.strerror(number)}.*Coba / try: .* / "):
        city.restored(city.folder / "new")
    assert not (city.folder / "new").exists()
    assert city.open_keys() == []


def test_what_has_words_of_its_own_keeps_them(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError, match="Start the hub once"), place.told("here", tmp_path):
        database.read_only(tmp_path / DATABASE)


@needs_root
def test_a_backup_on_a_medium_that_cannot_be_written_is_tried_all_the_same(city: City) -> None:
    give(city.home)
    city.file.chmod(0o644)
    city.file.parent.chmod(0o555)
    with being(STRANGER):
        assert city.drilled().manifest.records == 0


@needs_root
def test_a_hub_folder_that_may_not_be_written_is_one_error(city: City) -> None:
    city.file.chmod(0o644)
    city.file.parent.chmod(0o755)
    with being(STRANGER), pytest.raises(BackupPlaceError, match="tidak boleh / not allowed"):
        city.drilled()


@needs_root
@pytest.mark.parametrize("there", ["srv", "srv/jagawai"])
def test_what_root_puts_back_belongs_to_whom_the_folder_belongs_to(city: City, there: str) -> None:
    home = city.folder / "srv" / "jagawai"
    (city.folder / there).mkdir(parents=True)
    give(city.folder / "srv")
    city.restored(home)
    facts = [path.stat() for path in (home, *home.rglob("*"))]
    assert {(one.st_uid, one.st_gid) for one in facts} == {(STRANGER, STRANGER)}
    assert os.geteuid() == os.getegid() == 0
    with being(STRANGER), closing(database.open(home / DATABASE)) as connection, database.write(connection):
        assert (home / "authority" / "issuing-1.pem").read_bytes() == b"issuing key"


@needs_root
def test_roots_hand_is_not_led_by_a_link_in_the_hubs_folder(city: City) -> None:
    target = city.folder / "etc"
    target.mkdir()
    give(city.home)
    (city.home / place.DRILL).symlink_to(target)
    with pytest.raises(BackupPlaceError):
        city.drilled()
    assert list(target.iterdir()) == []


def test_into_the_root_of_a_disk(city: City) -> None:
    home = city.folder / "disk"
    (home / place.OF_THE_DISK).mkdir(parents=True)
    home.chmod(0o750)
    before = home.stat()
    city.restored(home)
    after = home.stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode), "a mount point cannot be replaced"
    assert {path.name for path in home.iterdir()} == {place.OF_THE_DISK, CONFIG, DATABASE, "authority"}


@pytest.mark.parametrize("step", range(1, 4))
def test_a_cut_while_files_are_moved_up_never_shows_a_hub_that_could_start(
    city: City, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    home, moves, real = city.folder / "disk", 0, Path.rename
    home.mkdir()

    def cut(path: Path, target: Path) -> Path:
        nonlocal moves
        moves += path.parent.name == place.WAITING
        if moves >= step:
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut)  # nothing is moved back either, as after a power cut
        patch.setattr("hub.backup.place.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            city.restored(home)
    assert not (home / CONFIG).exists()
    if step == 1:
        city.restored(home)
        return
    with pytest.raises(BackupPlaceError, match=rf"cut short here\. Coba / try: rm -r {home}/{place.WAITING} "):
        city.restored(home)


def test_an_error_while_files_are_moved_up_puts_them_back(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    home, real = city.folder / "disk", disk.settle_folder
    home.mkdir()

    def refused(path: Path) -> None:
        if path == home and (home / CONFIG).exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        real(path)

    with monkeypatch.context() as patch:
        patch.setattr("hub.backup.place.disk.settle_folder", refused)
        with pytest.raises(BackupPlaceError, match="disk is broken"):
            city.restored(home)
    assert list(home.iterdir()) == []
    assert city.restored(home).manifest.records == 0


def test_too_little_room_is_told_before_a_key_is_unlocked(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ROOM_SPARE_BYTES", 1 << 60)
    monkeypatch.setattr(restoring, "_unpack", lambda *_: pytest.fail("went on"))
    with pytest.raises(BackupPlaceError, match="too little room"):
        city.drilled()


def test_a_database_that_is_none_is_told_as_damage(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    real = restoring._begin_new_life

    def torn(path: Path, *rest: object, **more: object) -> object:
        path.write_bytes(b"no database" * 1_000)
        return real(path, *rest, **more)  # type: ignore[arg-type]

    with at_step(monkeypatch, "_begin_new_life", torn), pytest.raises(BackupDamagedError, match=r"rusak / .*broken"):
        city.restored(city.folder / "new")
    assert not (city.folder / "new").exists()
