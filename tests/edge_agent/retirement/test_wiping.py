"""The wipe, cut at every single step: it goes on at the next start, and no key that could be used is left behind."""

import shutil
from pathlib import Path

import pytest

from edge_agent import app, config
from edge_agent.outbox.inbox import Inbox
from edge_agent.renewal.slots import BUNDLE, CERTIFICATE, CURRENT, FOLDER, JOURNAL, KEY, STEP, Slots, SlotsInUseError
from edge_agent.retirement import wiping
from edge_agent.retirement.errors import RetiredError
from edge_agent.retirement.marker import NAME, Marker, Step, read_marker, write_marker
from edge_agent.retirement.wiping import Eraser
from edge_agent.stop import Stop
from edge_agent.uplink.leaving import finish_wipe
from tests.support.boxes import write_config
from tests.support.clocks import FakeClock
from tests.support.outbox_records import open_outbox, reading

SECRET = b"PRIVATE KEY"
MARKER = Marker(step=Step.WIPING, node="n-7f3k2m9q", command_id="c1", at_ms=1)
GAUGE = '[gauge.g1]\ndriver = "replay"\n[gauge.g1.replay]\nfile = "river.csv"\nmounted_offset_cm = 300.0\n'
HUB = '[hub]\nhost = "127.0.0.1"\nport = 1\n'


class PowerCutError(Exception):
    """The power is cut here."""


class CutEraser(Eraser):
    """Does so many things to the disk, and no more; waits for no disk."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.overwritten: list[Path] = []

    def overwrite(self, path: Path) -> None:
        self._count()
        self.overwritten.append(path)
        path.write_bytes(bytes(path.stat().st_size))

    def unlink(self, path: Path) -> None:
        self._count()
        path.unlink()

    def _count(self) -> None:
        if self.left == 0:
            raise PowerCutError
        self.left -= 1


def lay_out(home: Path) -> None:
    """Lay out a box in the middle of its third certificate: every place is filled, and a cut has left a key."""
    for place in (home / FOLDER, home / FOLDER / "a", home / FOLDER / "b"):
        place.mkdir(parents=True)
        for name in (KEY, CERTIFICATE, BUNDLE, STEP):
            (place / name).write_bytes(SECRET + name.encode())
    (home / FOLDER / "b" / f".{KEY}.01234567").write_bytes(SECRET)
    (home / FOLDER / JOURNAL).write_bytes(b"{}")
    (home / FOLDER / "answer.json").write_bytes(b"{}")
    (home / FOLDER / CURRENT).symlink_to("a")
    clock = FakeClock()
    with open_outbox(home, clock) as outbox, outbox.transaction() as transaction:
        transaction.append(reading(1, clock))
    (home / "outbox-gauge.00000000.db-wal").write_bytes(b"old")
    Inbox.open(home / "inbox.db").close()
    write_marker(home, MARKER)


def steps_of(folder: Path) -> int:
    """Return how many things a whole wipe does to the disk."""
    lay_out(folder)
    eraser = CutEraser(1_000)
    finish_wipe(folder, MARKER, eraser=eraser)
    assert len(eraser.overwritten) == 4, "three places and what a cut has left"
    return 1_000 - eraser.left


def test_a_wipe_that_is_cut_at_any_step_goes_on_at_the_next_start_and_leaves_no_key(tmp_path: Path) -> None:
    steps = steps_of(tmp_path / "whole")
    assert steps > 20
    lay_out(tmp_path / "before")
    for cut in range(steps):
        home = tmp_path / str(cut)
        shutil.copytree(tmp_path / "before", home, symlinks=True)
        with pytest.raises(PowerCutError):
            finish_wipe(home, MARKER, eraser=CutEraser(cut))
        assert read_marker(home) == MARKER
        certificates = list((home / FOLDER).rglob(CERTIFICATE))
        assert len(certificates) == 3 or not _keys(home), "keys go first"
        finish_wipe(home, MARKER, eraser=CutEraser(1_000))
        assert _everything(home) == [NAME]


def test_an_uplink_that_starts_in_the_middle_of_a_wipe_ends_it_and_connects_to_nobody(tmp_path: Path) -> None:
    box = config.load(write_config(tmp_path, gauge=GAUGE, extra=HUB))
    lay_out(box.box.home)
    with pytest.raises(PowerCutError):
        finish_wipe(box.box.home, MARKER, eraser=CutEraser(1))
    with pytest.raises(RetiredError, match="sudah dipensiunkan"):
        app.run_uplink(box, stop=Stop())
    assert _everything(box.box.home) == [NAME]


def test_a_key_is_overwritten_where_it_lay(tmp_path: Path) -> None:
    (tmp_path / KEY).write_bytes(SECRET)
    (tmp_path / "same").hardlink_to(tmp_path / KEY)
    Eraser().overwrite(tmp_path / KEY)
    Eraser().unlink(tmp_path / KEY)
    assert (tmp_path / "same").read_bytes() == bytes(len(SECRET))


def test_a_link_in_place_of_a_key_is_taken_away_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(SECRET)
    identity = tmp_path / "home" / FOLDER
    identity.mkdir(parents=True)
    (identity / KEY).symlink_to(other)
    wiping.wipe(tmp_path / "home", outboxes=[])
    assert other.read_bytes() == SECRET
    assert not (identity / KEY).is_symlink()


def test_a_wipe_waits_for_who_works_on_the_identity(tmp_path: Path) -> None:
    lay_out(tmp_path)
    with Slots(tmp_path / FOLDER).locked(), pytest.raises(SlotsInUseError):
        finish_wipe(tmp_path, MARKER)
    assert len(_keys(tmp_path)) == 4
    assert read_marker(tmp_path) == MARKER


def _keys(home: Path) -> list[Path]:
    """Return the files that still hold a key."""
    found = [*(home / FOLDER).rglob(KEY), *(home / FOLDER).rglob(f".{KEY}.*")]
    return [path for path in found if SECRET in path.read_bytes()]


def _everything(home: Path) -> list[str]:
    return [str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir()]
