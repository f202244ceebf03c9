"""A backup is made while the hub writes, opens only with its key, and comes back whole or not at all."""

import io
import os
import stat
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from pyrage.x25519 import Identity

from hub.backup import making, restoring
from hub.backup.contents import CONFIG, DATABASE, MANIFEST, backups_in, file_name
from hub.backup.errors import BackupDamagedError, BackupKeyError, BackupPlaceError
from hub.backup.keys import make_key, read_key, read_public
from hub.backup.making import Made, make_backup
from hub.backup.restoring import restore
from hub.fleet import claims as codes
from hub.storage import audit, changes, claims, meta, sites
from hub.storage import connection as database
from provisioning.identity import claim_code
from tests.support.hub_worlds import HubWorld, reading

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SECRET = b"issuing key and telephone numbers"


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    home = tmp_path / "home"
    (home / "authority").mkdir(parents=True)
    (home / "authority" / "issuing-1.pem").write_bytes(SECRET)
    (home / "secrets").mkdir()
    (home / "secrets" / "webhook.key").write_bytes(b"k" * 32)
    (home / "logs").mkdir()
    (home / "logs" / "hub.log").write_text("not in a backup", encoding="ascii")
    (home / "hub.toml").write_text('home = "."\n', encoding="ascii")
    world = HubWorld(home)
    world.add_station()
    world.batch([reading(seq) for seq in range(1, 51)])
    return world


@pytest.fixture
def identity() -> Identity:
    return Identity.generate()


def made_of(hub: HubWorld, identity: Identity, folder: Path, *, now: datetime = NOW, keep: int = 3) -> Made:
    home = hub.path.parent
    return make_backup(
        config_file=home / "hub.toml",
        home=home,
        folder=folder,
        recipient=identity.to_public(),
        keep=keep,
        now=now,
        tell=lambda _: None,
    )


def in_home(home: Path) -> dict[str, bytes]:
    places = [home / "hub.toml", *(home / "authority").iterdir(), *(home / "secrets").iterdir()]
    return {str(path.relative_to(home)): path.read_bytes() for path in places}


def test_what_was_there_comes_back_with_a_new_epoch(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    made = made_of(hub, identity, tmp_path / "out")
    done = restore(made.file, identity, tmp_path / "new", now_ms=1)
    assert in_home(done.home) == in_home(hub.path.parent)
    assert not (done.home / "logs").exists()
    with closing(database.read_only(done.home / "hub.db")) as connection:
        assert connection.execute("SELECT count(*), max(seq) FROM records").fetchone() == (50, 50)
        assert meta.db_epoch(connection) == done.db_epoch != meta.db_epoch(hub.connection)
        rows = list(audit.rows(connection, audit.Wanted(since_ms=None, actor=None, action="log.restored")))
    assert [row.subject for row in rows] == [done.db_epoch]
    assert done.manifest.records == 50


def test_nothing_of_it_is_readable_without_the_key_nor_by_others(
    hub: HubWorld, identity: Identity, tmp_path: Path
) -> None:
    made = made_of(hub, identity, tmp_path / "out")
    assert SECRET not in made.file.read_bytes()
    done = restore(made.file, identity, tmp_path / "new", now_ms=1)
    for path in (made.file, *(path for path in done.home.rglob("*") if path.is_file())):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for folder in (made.file.parent, done.home, done.home / "authority"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    with pytest.raises(BackupKeyError, match="another key"):
        restore(made.file, Identity.generate(), tmp_path / "third", now_ms=1)
    assert not (tmp_path / "third").exists()


def test_it_is_of_one_moment_though_the_hub_goes_on_writing(
    hub: HubWorld, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write(hub.connection):
        hub.connection.execute("CREATE TABLE ballast (filling)")
        hub.connection.executemany("INSERT INTO ballast VALUES (zeroblob(4000))", [()] * 2_000)
    monkeypatch.setattr("hub.storage.snapshot.PAGES_A_STEP", 64)
    began, written = threading.Event(), threading.Event()
    seen: list[float] = []

    def write_on() -> None:
        began.wait(10)
        hub.batch([reading(seq) for seq in range(51, 60)])
        written.set()

    def tell(share: float) -> None:
        seen.append(share)
        began.set()
        assert written.wait(10), "a commit waited for the backup"

    writer = threading.Thread(target=write_on)
    writer.start()
    home = hub.path.parent
    made = make_backup(
        config_file=home / "hub.toml", home=home, folder=tmp_path / "out", recipient=identity.to_public(), keep=3,
        now=NOW, tell=tell,
    )  # fmt: skip
    writer.join()
    assert made.manifest.records == 50
    assert hub.count("records") == 59
    assert len(seen) > 10
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_only_the_newest_stay_and_other_files_are_left_alone(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "photo.jpg").write_bytes(b"mine")
    made = [made_of(hub, identity, out, now=NOW.replace(day=day), keep=3) for day in range(1, 6)]
    assert [path.name[8:16] for path in backups_in(out)] == ["20261103", "20261104", "20261105"]
    assert [path.name[8:16] for path in made[-1].removed] == ["20261102"]
    assert (out / "photo.jpg").exists()
    assert [path.name for path in hub.path.parent.glob(".hub.db*")] == []


def test_copies_dated_in_the_future_push_out_none_of_today(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    ahead = [out / file_name(f"2031010{day}T000000Z") for day in range(1, 4)]
    for path in ahead:
        path.write_bytes(b"of a clock that was ahead")
    for day in range(1, 5):
        made_of(hub, identity, out, now=NOW.replace(day=day), keep=3)
    assert [path.name[8:16] for path in backups_in(out) if path not in ahead] == ["20261102", "20261103", "20261104"]
    assert all(path.exists() for path in ahead)


def test_a_stop_in_the_middle_leaves_the_old_ones_and_the_next_one_cleans_up(
    hub: HubWorld, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, home = tmp_path / "out", hub.path.parent
    first = made_of(hub, identity, out)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # a power cut tidies nothing up

        def cut(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("hub.backup.making.os.fsync", cut)
        with pytest.raises(KeyboardInterrupt):
            made_of(hub, identity, out, now=NOW.replace(hour=7))
    assert backups_in(out) == [first.file]
    assert (home / ".hub.db.copy").exists()
    assert list(out.glob("*.part"))
    made_of(hub, identity, out, now=NOW.replace(hour=8))
    assert not (home / ".hub.db.copy").exists()
    assert len(list(out.iterdir())) == 2


def test_two_at_once_are_refused(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    with making._alone(hub.path.parent), pytest.raises(BackupPlaceError, match="another backup"):
        made_of(hub, identity, tmp_path / "out")


def test_too_little_room_is_told_before_anything_is_written(
    hub: HubWorld, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "ROOM_SPARE_BYTES", 1 << 60)
    with pytest.raises(BackupPlaceError, match="too little room"):
        made_of(hub, identity, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_nothing_is_written_over(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    made = made_of(hub, identity, tmp_path / "out")
    with pytest.raises(BackupPlaceError, match="not empty"):
        restore(made.file, identity, hub.path.parent, now_ms=1)
    (tmp_path / "empty").mkdir()
    assert restore(made.file, identity, tmp_path / "empty", now_ms=1).manifest.records == 50


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 0.9999])
@pytest.mark.parametrize("harm", ["cut", "flipped"])
def test_a_damaged_file_brings_back_nothing(
    hub: HubWorld, identity: Identity, tmp_path: Path, share: float, harm: str
) -> None:
    made = made_of(hub, identity, tmp_path / "out")
    data = bytearray(made.file.read_bytes())
    at = int(share * len(data))
    if harm == "cut":
        del data[at:]
    else:
        data[at] ^= 1
    made.file.write_bytes(data)
    with pytest.raises((BackupDamagedError, BackupKeyError)):
        restore(made.file, identity, tmp_path / "new", now_ms=1)
    assert list(tmp_path.glob("*new*")) == []


def forged(folder: Path, identity: Identity, entries: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Return a file that opens with the key and holds what no hub put there: the public half is no secret."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for entry, content in entries:
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    file = folder / "forged.tar.age"
    file.write_bytes(pyrage.encrypt(buffer.getvalue(), [identity.to_public()]))
    return file


def entry(name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        entry("../evil"),
        entry("/var/evil"),
        entry("authority/../../evil"),
        entry("authority/.hidden"),
        entry("authority/a/b"),
        entry("logs/x"),
        entry(DATABASE, kind=tarfile.SYMTYPE, link="/etc/passwd"),
        entry(CONFIG, kind=tarfile.LNKTYPE, link="/etc/passwd"),
        entry(DATABASE, kind=tarfile.CHRTYPE),
        entry("authority", kind=tarfile.DIRTYPE),
        entry(MANIFEST),
    ],
    ids=lambda one: f"{one.name}-{one.type.decode()}",
)
def test_a_forged_archive_writes_nothing_outside_and_is_refused(
    identity: Identity, tmp_path: Path, hostile: tarfile.TarInfo
) -> None:
    file = forged(tmp_path, identity, [(hostile, b"")])
    with pytest.raises(BackupDamagedError):
        restore(file, identity, tmp_path / "in" / "new", now_ms=1)
    assert not list(tmp_path.rglob("evil"))
    assert not list(tmp_path.rglob("*new*"))


def test_files_that_differ_from_the_list_are_refused(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    made = made_of(hub, identity, tmp_path / "out")
    plain = pyrage.decrypt(made.file.read_bytes(), [identity])
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        entries = [(one, getattr(archive.extractfile(one), "read", bytes)()) for one in archive]
    entries[1] = (entries[1][0], entries[1][1] + b" ")
    with pytest.raises(BackupDamagedError, match="not whole"):
        restore(forged(tmp_path, identity, entries), identity, tmp_path / "new", now_ms=1)


def test_a_cut_while_it_comes_back_leaves_nothing_and_can_be_done_again(
    hub: HubWorld, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_of(hub, identity, tmp_path / "out")
    for step in ("_write", "_begin_new_life"):
        with monkeypatch.context() as patch:
            patch.setattr("hub.backup.place.shutil.rmtree", lambda *_, **__: None)  # a power cut tidies nothing up

            def cut(*_: object, **__: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(restoring, step, cut)
            with pytest.raises(KeyboardInterrupt):
                restore(made.file, identity, tmp_path / "new", now_ms=1)
        assert not (tmp_path / "new").exists()
    assert restore(made.file, identity, tmp_path / "new", now_ms=1).manifest.records == 50


def test_a_key_file_can_be_read_back_and_is_never_written_over(tmp_path: Path) -> None:
    public = make_key(tmp_path / "backup.key", now=NOW)
    assert str(read_key(tmp_path / "backup.key").to_public()) == public
    assert str(read_public(public)) == public
    assert stat.S_IMODE((tmp_path / "backup.key").stat().st_mode) == 0o600
    with pytest.raises(BackupPlaceError, match="already"):
        make_key(tmp_path / "backup.key", now=NOW)


@pytest.mark.parametrize("text", ["", "hello", "AGE-SECRET-KEY-1QQQ", "ü", "a\nb"])
def test_what_is_no_key_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text, encoding="utf-8")
    with pytest.raises(BackupKeyError):
        read_key(tmp_path / "key")
    with pytest.raises(BackupKeyError):
        read_public(text)


def test_the_change_counter_goes_on_where_it_was(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    before = changes.newest_id(hub.connection)
    done = restore(made_of(hub, identity, tmp_path / "out").file, identity, tmp_path / "new", now_ms=1)
    with closing(database.read_only(done.home / "hub.db")) as connection:
        assert changes.newest_id(connection) >= before
    assert os.access(done.home / "hub.db", os.W_OK)


def test_a_clock_that_was_set_back_never_removes_what_was_just_made(
    hub: HubWorld, identity: Identity, tmp_path: Path
) -> None:
    for day in (1, 2):
        made_of(hub, identity, tmp_path / "out", now=NOW.replace(year=2038, day=day), keep=2)
    made = made_of(hub, identity, tmp_path / "out", now=NOW, keep=2)
    assert made.file.exists()
    assert made.removed == (), "what is dated after it stays for a person to look at: hub backup list"


def test_strangers_files_stay(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "film.mkv.part").write_bytes(b"mine")
    made_of(hub, identity, out)
    assert (out / "film.mkv.part").exists()
    with pytest.raises(BackupPlaceError, match="already"):
        made_of(hub, identity, out)


def test_a_damaged_database_replaces_no_good_copy(hub: HubWorld, identity: Identity, tmp_path: Path) -> None:
    good = made_of(hub, identity, tmp_path / "out", keep=1)
    hub.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with hub.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096)
    with pytest.raises(BackupDamagedError, match="not whole"):
        made_of(hub, identity, tmp_path / "out", now=NOW.replace(hour=7), keep=1)
    assert backups_in(tmp_path / "out") == [good.file]


def test_a_code_that_was_free_when_the_backup_was_made_is_free_no_longer(
    hub: HubWorld, identity: Identity, tmp_path: Path
) -> None:
    with database.write(hub.connection):
        sites.save(hub.connection, sites.Site(site_id="tiang-a", name="Tiang A", lat=-3.7, lon=128.2))
        codes.new(hub.connection, "tiang-a", now_real_ms=1, code=claim_code.new_code())
    done = restore(made_of(hub, identity, tmp_path / "out").file, identity, tmp_path / "new", now_ms=2)
    assert done.revoked == 1
    with closing(database.read_only(done.home / "hub.db")) as connection:
        assert [codes.phase(one, now_real_ms=3) for one in claims.all_claims(connection)] == [codes.Phase.REVOKED]


def test_what_cannot_be_taken_along_is_named(hub: HubWorld) -> None:
    secrets = hub.path.parent / "secrets"
    (secrets / "web hook.key").write_bytes(b"k")
    (secrets / "link.key").symlink_to("web hook.key")
    (secrets / "folder").mkdir()
    assert {path.name for path in making.passed_over(hub.path.parent)} == {"web hook.key", "link.key", "folder"}
