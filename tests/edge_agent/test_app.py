"""How a box is put together."""

import sqlite3
from pathlib import Path
from threading import Timer

import pytest

from contract.clock import Clock, SystemClock
from edge_agent import app
from edge_agent.app import GaugeStore, open_gauge_store, open_siren, sensor_posts
from edge_agent.config import EdgeConfig, load
from edge_agent.errors import WiringError
from edge_agent.gauges.post import SENSOR_FAILED
from edge_agent.outbox import refuge
from edge_agent.outbox.errors import OutboxFullError
from edge_agent.stop import Stop
from tests.support.boxes import write_config
from tests.support.clocks import FakeClock
from tests.support.outbox_records import append_each_minute

MISSING = '[gauge.g1]\ndriver = "replay"\n[gauge.g1.replay]\nfile = "away.csv"\nmounted_offset_cm = 400.0'
REAL = '[gauge.g1]\ndriver = "ultrasonic"\n'


def config(folder: Path, *, extra: str = "", gauge: str = REAL) -> EdgeConfig:
    return load(write_config(folder, gauge=gauge, extra=extra))


def test_the_gauge_has_half_of_the_boxs_quota(tmp_path: Path) -> None:
    store = opened(config(tmp_path), clock=SystemClock())
    with store.outbox as outbox:
        assert outbox.limit_pages == 128 * 256
    assert store.fault == ""


def opened(box: EdgeConfig, *, clock: Clock) -> GaugeStore:
    return open_gauge_store(box, clock=clock, stop=Stop())


def break_disk(box: EdgeConfig) -> Path:
    """Make the box's home as on a read-only card: what is there can be read, nothing can be opened for writing."""
    lock = box.box.home / "outbox-gauge.lock"
    lock.unlink()
    lock.mkdir()
    return lock


def test_a_gauge_whose_disk_cannot_be_written_goes_on_from_memory_with_what_it_knew(tmp_path: Path) -> None:
    box, clock = config(tmp_path), FakeClock()
    with opened(box, clock=clock).outbox as outbox, outbox.transaction() as transaction:
        transaction.set_state("desired", b"{}")
        spool_id, boot = outbox.spool_id, outbox.boot
    lock = break_disk(box)
    store = opened(box, clock=clock)
    with store.outbox as outbox:
        assert outbox.path.is_relative_to(tmp_path / "memory")
        assert outbox.spool_id != spool_id
        assert outbox.boot == boot
        assert outbox.state("desired") == b"{}"
        assert outbox.limit_pages == store.quota.limit_mb(1 << 20) * 256 == 1024
        append_each_minute(outbox, clock, 3)
    assert store.fault.startswith("Kartu tidak dapat ditulis; catatan hanya di memori")
    lock.rmdir()
    again = opened(box, clock=clock)
    with again.outbox as outbox:
        assert (outbox.spool_id, again.fault, again.lost) == (spool_id, "", 3)
    assert not list((tmp_path / "memory").rglob("*.db"))


def test_what_the_gauge_learnt_in_memory_is_taken_along_to_the_disk_when_that_is_back(tmp_path: Path) -> None:
    box, clock = config(tmp_path), FakeClock()
    with opened(box, clock=clock).outbox as outbox, outbox.transaction() as transaction:
        transaction.set_state("level/g1", b'{"severity":0}')
        transaction.set_state("faults", b'["told on the disk"]')
    lock = break_disk(box)
    learnt = {"level/g1": b'{"severity":3}', "qc/g1": b"{}", "siren": b"{}", "commands": b"{}"}
    with opened(box, clock=clock).outbox as outbox, outbox.transaction() as transaction:
        for key, value in (*learnt.items(), ("faults", b'["told in memory, where nobody hears it"]')):
            transaction.set_state(key, value)
    lock.rmdir()
    with opened(box, clock=clock).outbox as outbox:
        assert {key: outbox.state(key) for key in learnt} == learnt
        assert outbox.state("faults") == b'["told on the disk"]', "else the hub would never hear of the new ones"


def test_a_disk_that_opens_but_does_not_take_what_was_learnt_leaves_it_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, clock = config(tmp_path), FakeClock()
    opened(box, clock=clock).outbox.close()
    lock = break_disk(box)
    with opened(box, clock=clock).outbox as outbox, outbox.transaction() as transaction:
        transaction.set_state("level/g1", b"{}")
    lock.rmdir()

    def is_full(*_: object, **__: object) -> None:
        raise OutboxFullError("no space left")

    monkeypatch.setattr(refuge, "take_along", is_full)
    store = opened(box, clock=clock)
    with store.outbox as outbox:
        assert outbox.state("level/g1") == b"{}"
        assert "no space left" in store.fault


def test_a_disk_that_is_busy_for_a_moment_is_no_reason_to_work_from_memory(tmp_path: Path) -> None:
    box = config(tmp_path)
    with opened(box, clock=SystemClock()).outbox as outbox:
        real = outbox.path.resolve()
    holder = sqlite3.connect(real, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = Timer(0.7, lambda: holder.execute("ROLLBACK"))
    release.start()
    store = opened(box, clock=SystemClock())
    release.join()
    holder.close()
    with store.outbox as outbox:
        assert (store.fault, outbox.path.parent) == ("", box.box.home)


def test_a_gauge_that_works_from_memory_ends_with_1_to_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MEMORY_RUN_MS", 0)
    box = config(tmp_path, gauge=MISSING)
    app.open_gauge_store(box, clock=SystemClock(), stop=Stop()).outbox.close()
    lock = break_disk(box)
    assert app.run_gauge(box, folder=tmp_path, stop=Stop()) == 1
    lock.rmdir()
    ended = Stop()
    ended.set()
    assert app.run_gauge(box, folder=tmp_path, stop=ended) == 0


def test_a_box_that_has_neither_disk_nor_memory_says_both(tmp_path: Path) -> None:
    box = config(tmp_path)
    for name in ("home", "memory"):
        (tmp_path / name).write_text("no folder", encoding="utf-8")
    with pytest.raises(WiringError, match=r"home.*memory.*Try: "):
        opened(box, clock=FakeClock())


def test_a_box_without_a_siren_has_none_and_no_fault(tmp_path: Path) -> None:
    assert open_siren(config(tmp_path)) == (None, "")


def test_a_mock_siren_is_opened(tmp_path: Path) -> None:
    siren, fault = open_siren(config(tmp_path, extra='[siren]\npin = 17\ndriver = "mock"'))
    assert siren is not None
    assert fault == ""
    siren.close()


def test_a_siren_whose_pin_does_not_exist_is_a_fault_in_words(tmp_path: Path) -> None:
    siren, fault = open_siren(config(tmp_path, extra='[siren]\npin = 99\ndriver = "mock"'))
    assert siren is None
    assert fault.startswith("Sirene tidak dapat dibuka: ")


def test_a_sensor_that_is_not_there_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (post,) = sensor_posts(config(tmp_path, gauge=MISSING), clock=SystemClock(), folder=tmp_path)
    burst, reason = post.measure()
    assert reason == SENSOR_FAILED
    assert set(burst.distances_mm) == {None}
