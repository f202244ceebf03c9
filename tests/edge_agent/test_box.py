"""A box as real processes: a replayed river in, records in its outbox, no hub anywhere."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from contract.clock import SystemClock, aware
from contract.records import AnyRecord, Level, Reading, Siren, decode_record
from edge_agent.outbox.errors import FileAwayError
from edge_agent.outbox.reader import OutboxReader
from tests.support.boxes import write_config
from tests.support.processes import Child, free_port, wait_until

RATE = 600
"""A reading a real second is one every ten minutes."""

DATA_MS = 1_528_027_200_000
LEAST_HEAVY = ("numpy", "paho", "ssl", "sqlite_utils", "cv2", "onnxruntime")
GAUGE_LIMIT_MB = 40.0

GAUGE = """
[clock]
rate = {rate}
anchor_real_ms = {anchor_ms}
anchor_data_ms = {data_ms}

[gauge.g1]
driver = "{driver}"

[gauge.g1.{driver}]
file = "river.csv"
mounted_offset_cm = 400.0

[gauge.g1.desired]
station = "wai-ruhu-1"
name = "Wai Ruhu 1"
offset_cm = 400.0
siren = true
thresholds = {{ version = 1, raise_cm = [60, 80, 100], clear_cm = [55, 75, 95] }}

[siren]
pin = 17
driver = "mock"
"""


def edge_agent(command: str, path: Path, *options: str) -> list[str]:
    """Return the words that start a process of the box."""
    return [sys.executable, *options, "-m", "edge_agent", command, "--config", str(path)]


def write_river(folder: Path) -> None:
    """Write a creek that stands for 20 minutes, then rises 20 cm in 5 minutes up to 230 cm and stays there."""
    stages_cm = [30.0] * 4 + [min(230.0, 30.0 + 20 * step) for step in range(600)]
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{(aware(DATA_MS) + timedelta(minutes=5 * number)).isoformat()},{stage_cm}"
        for number, stage_cm in enumerate(stages_cm)
    ]
    (folder / "river.csv").write_text("time,stage_cm\n" + "\n".join(lines) + "\n", encoding="utf-8")


def config(folder: Path, *, driver: str = "simulated", port: int | None = None) -> Path:
    write_river(folder)
    gauge = GAUGE.format(rate=RATE, anchor_ms=SystemClock().now_ms(), data_ms=DATA_MS, driver=driver)
    hub = "" if port is None else f'\n[hub]\nhost = "127.0.0.1"\nport = {port}\n'
    return write_config(folder, gauge=gauge, extra=hub)


def records(home: Path) -> list[AnyRecord]:
    reader = OutboxReader.open(home / "outbox-gauge.db")
    try:
        rows = [row for record_class in range(4) for row in reader.rows(record_class, limit=10_000)]
    except FileAwayError:
        return []
    return [decode_record(row.body) for row in sorted(rows, key=lambda row: row.seq)]


def readings(home: Path) -> list[Reading]:
    return [record for record in records(home) if isinstance(record, Reading)]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Child]:
    path = config(tmp_path, port=free_port())
    with Child(edge_agent("run", path), log=tmp_path / "box.log") as child:
        yield child


def child_named(box: Child, name: str) -> psutil.Process | None:
    for process in box.family():
        try:
            if name in process.cmdline():
                return process
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return None


def test_a_gauge_process_reads_decides_and_sounds_alone_in_little_memory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Child(edge_agent("gauge", config(tmp_path), "-X", "importtime"), log=tmp_path / "log") as gauge:
        wait_until(
            lambda: any(isinstance(record, Siren) for record in records(home)), what="the siren", deadline_s=60.0
        )
        resident_mb = gauge.resident_mb()
        assert gauge.terminate(deadline_s=5.0) == 0
        imported = {line.rpartition("|")[2].strip() for line in gauge.output().splitlines() if "import time:" in line}
    told = records(home)
    levels = [record for record in told if isinstance(record, Level)]
    assert [record.seq for record in told] == list(range(1, len(told) + 1))
    assert levels[-1].severity == 3
    assert all(reading.distance_mm is not None for reading in readings(home))
    assert resident_mb < GAUGE_LIMIT_MB
    assert "gpiozero" in imported
    assert not {name for name in imported if name.split(".")[0] in LEAST_HEAVY}


def test_a_box_is_gauge_and_uplink_and_restarts_one_that_is_killed(box: Child, tmp_path: Path) -> None:
    home = tmp_path / "home"
    wait_until(lambda: len(readings(home)) >= 2, what="two readings", deadline_s=30.0)
    uplink, gauge = child_named(box, "uplink"), child_named(box, "gauge")
    assert uplink is not None
    assert gauge is not None
    spool = OutboxReader.open(home / "outbox-gauge.db").spool_id
    gauge.kill()
    before = len(readings(home))
    wait_until(lambda: len(readings(home)) >= before + 2, what="readings after the kill", deadline_s=30.0)
    told = records(home)
    assert OutboxReader.open(home / "outbox-gauge.db").spool_id == spool
    assert [record.seq for record in told] == list(range(1, len(told) + 1))
    assert uplink.is_running()


def test_ctrl_c_ends_the_whole_box_in_under_five_seconds_and_it_goes_on_at_the_next_start(
    box: Child, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    wait_until(lambda: len(readings(home)) >= 2, what="two readings", deadline_s=30.0)
    family = box.family()
    assert box.interrupt(deadline_s=5.0) == 0
    gone, alive = psutil.wait_procs(family, timeout=0.5)
    assert (len(gone), alive) == (2, [])
    before = records(home)
    with Child(edge_agent("run", tmp_path / "box.toml"), log=tmp_path / "again.log"):
        wait_until(lambda: len(records(home)) > len(before), what="records of the second start", deadline_s=30.0)
    assert records(home)[: len(before)] == before


def test_a_bad_config_ends_the_whole_box_with_exit_code_2(tmp_path: Path) -> None:
    path = write_config(tmp_path, gauge='[gauge.g1]\ndriver = "repaly"')
    with Child(edge_agent("run", path), log=tmp_path / "log") as child:
        assert child.wait(deadline_s=10.0) == 2
        assert "Did you mean replay?" in child.output()


def test_a_second_gauge_process_on_the_same_home_is_refused_in_words(tmp_path: Path) -> None:
    path = config(tmp_path)
    with Child(edge_agent("gauge", path), log=tmp_path / "first.log"):
        wait_until(lambda: readings(tmp_path / "home"), what="a reading", deadline_s=30.0)
        with Child(edge_agent("gauge", path), log=tmp_path / "second.log") as second:
            assert second.wait(deadline_s=10.0) == 1
            assert "another process writes it" in second.output()
            assert "Traceback" not in second.output()
