"""How a box is put together."""

from pathlib import Path

import pytest

from contract.clock import SystemClock
from edge_agent.app import open_gauge_store, open_siren, sensor_posts
from edge_agent.config import EdgeConfig, load
from edge_agent.errors import WiringError
from edge_agent.gauges.post import SENSOR_FAILED
from tests.support.boxes import write_config
from tests.support.clocks import FakeClock
from tests.support.outbox_records import append_each_minute

REAL = '[gauge.g1]\ndriver = "ultrasonic"\n'


def config(folder: Path, *, extra: str = "", gauge: str = REAL) -> EdgeConfig:
    return load(write_config(folder, gauge=gauge, extra=extra))


def test_the_gauge_has_half_of_the_boxs_quota(tmp_path: Path) -> None:
    store = open_gauge_store(config(tmp_path), clock=SystemClock())
    with store.outbox as outbox:
        assert outbox.limit_pages == 128 * 256
    assert store.fault == ""


def with_runtime(folder: Path) -> EdgeConfig:
    path = write_config(folder, gauge=REAL)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[box]\n", '[box]\nruntime = "memory"\n'), encoding="utf-8")
    return load(path)


def test_a_gauge_whose_disk_cannot_be_written_goes_on_from_memory_with_what_it_knew(tmp_path: Path) -> None:
    box, clock = with_runtime(tmp_path), FakeClock()
    with open_gauge_store(box, clock=clock).outbox as outbox, outbox.transaction() as transaction:
        transaction.set_state("desired", b"{}")
        spool_id, boot = outbox.spool_id, outbox.boot
    lock = box.box.home / "outbox-gauge.lock"
    lock.unlink()
    lock.mkdir()  # as on a read-only card: what is there can be read, and nothing can be opened for writing
    store = open_gauge_store(box, clock=clock)
    with store.outbox as outbox:
        assert outbox.path.is_relative_to(tmp_path / "memory")
        assert outbox.spool_id != spool_id
        assert outbox.boot == boot
        assert outbox.state("desired") == b"{}"
        assert outbox.limit_pages == store.quota.limit_mb(1 << 20) * 256 == 1024
        append_each_minute(outbox, clock, 3)
    assert store.fault.startswith("Kartu tidak dapat ditulis; catatan hanya di memori")
    lock.rmdir()
    again = open_gauge_store(box, clock=clock)
    with again.outbox as outbox:
        assert (outbox.spool_id, again.fault, again.lost) == (spool_id, "", 3)
    assert not list((tmp_path / "memory").rglob("*.db"))


def test_a_box_that_has_neither_disk_nor_memory_says_both(tmp_path: Path) -> None:
    box = with_runtime(tmp_path)
    for name in ("home", "memory"):
        (tmp_path / name).write_text("no folder", encoding="utf-8")
    with pytest.raises(WiringError, match=r"home.*memory.*Try: "):
        open_gauge_store(box, clock=FakeClock())


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
    missing = '[gauge.g1]\ndriver = "replay"\n[gauge.g1.replay]\nfile = "away.csv"\nmounted_offset_cm = 400.0'
    (post,) = sensor_posts(config(tmp_path, gauge=missing), clock=SystemClock(), folder=tmp_path)
    burst, reason = post.measure()
    assert reason == SENSOR_FAILED
    assert set(burst.distances_mm) == {None}
