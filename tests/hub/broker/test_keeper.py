"""What the hub keeps for its broker is what the boxes are now, and a broker that does not read it is noticed."""

import errno
import logging
import os
from pathlib import Path, PosixPath

import pytest

from hub.broker import mosquitto
from hub.broker.boxes import Boxes
from hub.broker.files import RenderedFile
from hub.broker.keeper import (
    AGAIN_EVERY_REAL_MS,
    AGAIN_WHEN_BEHIND_EVERY_REAL_MS,
    PATIENCE_REAL_MS,
    BrokerState,
    Keeper,
    Kept,
    digest,
)
from hub.fleet import standing
from hub.storage import bindings
from tests.support.clocks import FakeClock
from tests.support.databases import new_database

BOX = "n-7f3k2m9q"


class Kitchen:
    """A keeper of an access list, with its database and its broker's receipt."""

    def __init__(self, folder: Path) -> None:
        self.connection = new_database()
        bindings.bind(self.connection, node_id=BOX, source="g1", station_id="wai-uji", now_ms=0)
        self.clock = FakeClock(now_ms=0, real_ms=1_000_000)
        self.folder, self.receipt = folder / "kept", folder / "applied"
        self.start()

    def start(self) -> None:
        """Begin as ingest does."""
        kept = Kept(folder=self.folder, receipt=self.receipt, render=lambda boxes: mosquitto.rights(boxes.denied))
        self.keeper = Keeper(kept, clock=self.clock)

    @property
    def file(self) -> Path:
        return self.folder / mosquitto.RIGHTS

    def look(self, *, after_ms: int = 1_000) -> None:
        """Let time pass, then look."""
        self.clock.advance(after_ms / 1000)
        self.keeper.look(self.connection)

    def revoke(self) -> None:
        standing.revoke(self.connection, BOX, reason="dicuri", now_ms=0, actor="uji")

    def is_behind(self) -> bool:
        return self.state() is not BrokerState.WELL

    def state(self) -> BrokerState:
        return self.keeper.state

    def read(self) -> None:
        """Have the broker read what is kept."""
        self.receipt.write_text(digest(self.file.read_text()) + "\n")


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_the_file_follows_the_standings_and_is_not_written_for_nothing(kitchen: Kitchen) -> None:
    kitchen.look()
    before = kitchen.file.stat()
    assert kitchen.file.read_text() == mosquitto.rights(()).text
    kitchen.look()
    kitchen.start()
    kitchen.look()
    assert kitchen.file.stat().st_ino == before.st_ino
    kitchen.revoke()
    kitchen.look()
    assert kitchen.file.read_text() == mosquitto.rights((BOX,)).text


def test_a_broker_that_has_read_it_is_not_behind_and_one_that_has_not_is_after_10_s(kitchen: Kitchen) -> None:
    kitchen.look()
    kitchen.revoke()
    kitchen.look()
    kitchen.read()
    kitchen.look(after_ms=PATIENCE_REAL_MS + 2)
    assert not kitchen.is_behind()
    kitchen.receipt.write_text("what stood there before")
    kitchen.look()
    kitchen.look(after_ms=PATIENCE_REAL_MS)
    assert not kitchen.is_behind()
    kitchen.look(after_ms=1)
    assert kitchen.is_behind()
    kitchen.read()
    kitchen.look()
    assert not kitchen.is_behind()


def test_while_it_is_not_read_it_is_written_again_which_calls_the_one_who_waits_for_a_change(kitchen: Kitchen) -> None:
    kitchen.look()
    kitchen.revoke()
    kitchen.look()
    before = kitchen.file.stat().st_ino
    kitchen.look(after_ms=AGAIN_EVERY_REAL_MS - 1)
    assert kitchen.file.stat().st_ino == before
    kitchen.look(after_ms=1)
    assert kitchen.file.stat().st_ino != before
    kitchen.read()
    kitchen.look()
    before = kitchen.file.stat().st_ino
    kitchen.look(after_ms=AGAIN_EVERY_REAL_MS)
    assert kitchen.file.stat().st_ino == before


def test_a_broker_that_nobody_looks_after_matters_only_once_somebody_is_to_be_denied(kitchen: Kitchen) -> None:
    kitchen.look()
    kitchen.look(after_ms=PATIENCE_REAL_MS * 2)
    assert not kitchen.is_behind()
    kitchen.revoke()
    kitchen.look()
    kitchen.look(after_ms=PATIENCE_REAL_MS + 1)
    assert kitchen.is_behind()


def test_a_release_that_the_broker_does_not_read_is_noticed_too(kitchen: Kitchen) -> None:
    standing.quarantine(kitchen.connection, BOX, reason="dua papan", now_ms=0)
    kitchen.look()
    kitchen.read()
    kitchen.look()
    standing.release(kitchen.connection, BOX, reason="diperiksa", now_ms=0, actor="uji")
    kitchen.look()
    kitchen.look(after_ms=PATIENCE_REAL_MS + 1)
    assert kitchen.is_behind()


def test_a_folder_that_cannot_be_written_is_said_once_and_counts_as_behind(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen.folder.write_text("in the way")
    kitchen.revoke()
    with caplog.at_level(logging.WARNING):
        kitchen.look()
        kitchen.look(after_ms=PATIENCE_REAL_MS + 1)
    assert kitchen.state() is BrokerState.UNWRITTEN
    assert len(caplog.records) == 1
    kitchen.folder.unlink()
    kitchen.look()
    assert kitchen.file.read_text() == mosquitto.rights((BOX,)).text
    assert kitchen.state() is BrokerState.UNREAD


def test_a_receipt_in_a_folder_that_cannot_be_entered_is_none_and_ends_nothing(kitchen: Kitchen) -> None:
    """Ingest would end, and with it every flood alarm."""
    kitchen.receipt = Closed(kitchen.receipt)
    kitchen.start()
    kitchen.look()
    assert not kitchen.is_behind()
    kitchen.revoke()
    kitchen.look()
    kitchen.look(after_ms=PATIENCE_REAL_MS + 1)
    assert kitchen.state() is BrokerState.UNREAD


def test_whatever_the_disk_says_while_the_file_is_rendered_ends_nothing(kitchen: Kitchen) -> None:
    def render(_boxes: Boxes) -> RenderedFile:
        raise PermissionError(errno.EACCES, "Permission denied")

    kitchen.keeper = Keeper(
        Kept(folder=kitchen.folder, receipt=kitchen.receipt, render=render), clock=kitchen.clock
    )  # fmt: skip
    kitchen.revoke()
    kitchen.look()
    kitchen.look(after_ms=PATIENCE_REAL_MS + 1)
    assert kitchen.state() is BrokerState.UNWRITTEN


def test_a_broker_that_never_reads_it_costs_one_line_in_the_log_and_a_write_a_minute(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    kitchen.look()
    writes: set[int] = set()
    with caplog.at_level(logging.INFO):
        kitchen.revoke()
        for _ in range(600):
            kitchen.look()
            writes.add(kitchen.file.stat().st_mtime_ns)
    assert [record.message for record in caplog.records] == ["broker: 1 boxes known, 1 denied"]
    quick, slow = PATIENCE_REAL_MS // AGAIN_EVERY_REAL_MS, 600_000 // AGAIN_WHEN_BEHIND_EVERY_REAL_MS
    assert len(writes) <= 1 + quick + 1 + slow


class Closed(PosixPath):
    """A file in a folder that the hub may not enter."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        raise PermissionError(errno.EACCES, "Permission denied", str(self), follow_symlinks)
