"""How the camera process of a box is put together, and what is looked at before a technician leaves the pole."""

from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest

from contract.clock import SystemClock
from contract.records import AnyRecord, Fault, Sighting, Still, decode_record
from edge_agent.__main__ import main
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.camera_app import make_still_desk, open_camera_outbox, run_camera
from edge_agent.cameras.notebook import Notebook
from edge_agent.config import load
from edge_agent.errors import WiringError
from edge_agent.health.box_clock import BoxClock
from edge_agent.outbox.errors import FileAwayError
from edge_agent.outbox.reader import OutboxReader
from edge_agent.quota import CAMERA_SHARE, GAUGE_SHARE, PICTURES_SHARE, UPLINK_SHARE, Quota
from edge_agent.sightings.view_file import read_view
from edge_agent.stop import Stop
from tests.support.boxes import FakeKernel, write_config
from tests.support.camera_bench import write_walk
from tests.support.processes import wait_until

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "camera"
LINE = "[lines.garis]\nstart = [0.5, 0.0]\nend = [0.5, 1.0]\n"
SYNTHETIC = '[camera.c1]\ndriver = "synthetic"\nview = "view.toml"\n'
WALK = """
[camera.c1]
driver = "file"
view = "view.toml"
frames_per_s = 120
most_frames_per_s = 120
[camera.c1.file]
file = "walk.avi"
pace = "fast"
[camera.c2]
driver = "file"
view = "view.toml"
model = "no-model"
[camera.c2.file]
file = "away.mp4"
[camera.c3]
driver = "synthetic"
view = "no-view.toml"
[vision]
cores = 8
"""


def box(folder: Path, *, cameras: str = SYNTHETIC, view: str | None = LINE) -> Path:
    """Write a box without a gauge, and its view; return the config's path."""
    path = write_config(folder, gauge=cameras)
    if view is not None:
        (folder / "view.toml").write_text(view, encoding="utf-8")
    return path


def told(home: Path) -> Sequence[AnyRecord]:
    try:
        reader = OutboxReader.open(home / "outbox-camera.db")
        rows = [row for record_class in range(4) for row in reader.rows(record_class, limit=1000)]
    except FileAwayError:
        return []
    return [decode_record(row.body) for row in sorted(rows, key=lambda row: row.seq)]


def test_a_clip_a_real_model_and_a_real_outbox_count_who_walks_over_the_line(tmp_path: Path) -> None:
    path = box(tmp_path, cameras=WALK)
    write_walk(tmp_path / "walk.avi")
    stop, codes = Stop(), list[int]()
    process = Thread(target=lambda: codes.append(run_camera(load(path), folder=tmp_path, stop=stop)))
    process.start()
    try:
        wait_until(
            lambda: any(isinstance(record, Sighting) and record.source == "c1" for record in told(tmp_path / "home")),
            what="the first window of the clip",
            deadline_s=60,
        )
    finally:
        stop.set()
        process.join(20)
    assert codes == [0]
    records = told(tmp_path / "home")
    line = next(record for record in records if isinstance(record, Sighting) and record.source == "c1")
    assert (line.zone, line.backward, line.forward, line.doubts) == ("garis", {"person": 1}, {}, ())
    assert line.window_s == pytest.approx(60, abs=2)
    faults = {(fault.source, fault.code, fault.active) for fault in records if isinstance(fault, Fault)}
    assert faults == {("c2", "camera_missing", True), ("c2", "model_failed", True), ("c3", "view_failed", True)}


def test_a_camera_without_a_view_is_watched_and_says_where_to_draw(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cameras = '[camera.c1]\ndriver = "file"\n[camera.c1.file]\nfile = "away.mp4"\n'
    path, stop = box(tmp_path, cameras=cameras, view=None), Stop()
    process = Thread(target=lambda: run_camera(load(path), folder=tmp_path, stop=stop))
    process.start()
    try:
        wait_until(
            lambda: any(isinstance(record, Fault) for record in told(tmp_path / "home")),
            what="the fault of a clip that is not there",
            deadline_s=30,
        )
    finally:
        stop.set()
        process.join(20)
    faults = {(fault.source, fault.code) for fault in told(tmp_path / "home") if isinstance(fault, Fault)}
    assert faults == {("c1", "camera_missing")}
    (said,) = [line for line in caplog.messages if "belum ada gambar zona" in line]
    assert said.startswith("camera c1: ")
    assert "draw them at the hub" in said


def test_a_box_with_a_hub_lays_a_still_of_its_camera_out_for_it(tmp_path: Path) -> None:
    config = load(box(tmp_path, cameras=f'{SYNTHETIC}[hub]\nhost = "127.0.0.1"\n'))
    home, stop = tmp_path / "home", Stop()
    process = Thread(target=lambda: run_camera(config, folder=tmp_path, stop=stop))
    process.start()
    try:
        wait_until(lambda: not Outgoing(home).is_empty(), what="the still", deadline_s=30)
    finally:
        stop.set()
        process.join(20)
    (waiting,) = Outgoing(home).newest_first()
    stills = [(record.sha256, record.source) for record in told(home) if isinstance(record, Still)]
    assert stills == [(waiting.path.name, "c1")]


def test_a_box_without_a_hub_makes_no_stills(tmp_path: Path) -> None:
    config = load(box(tmp_path))
    outbox = open_camera_outbox(config, quota=Quota(most_mb=40, share=CAMERA_SHARE), clock=SystemClock(), stop=Stop())
    with outbox:
        clock = BoxClock(clock=SystemClock(), source=FakeKernel(), boot=1, remembered=None)
        notebook = Notebook(outbox=outbox, box_clock=clock, quota=Quota(most_mb=40, share=CAMERA_SHARE))
        assert make_still_desk(config, notebook=notebook) is None


def test_the_parts_of_all_producers_are_the_whole_quota() -> None:
    assert pytest.approx(1.0) == GAUGE_SHARE + CAMERA_SHARE + PICTURES_SHARE + UPLINK_SHARE


def test_two_camera_processes_of_one_box_do_not_write_one_outbox(tmp_path: Path) -> None:
    config, quota = load(box(tmp_path)), Quota(most_mb=40, share=CAMERA_SHARE)
    with open_camera_outbox(config, quota=quota, clock=SystemClock(), stop=Stop()) as outbox:
        assert outbox.limit_pages == 8 * 256
        with pytest.raises(WiringError, match=r"another process writes it.*Coba / Try"):
            open_camera_outbox(config, quota=quota, clock=SystemClock(), stop=Stop())


def test_a_box_without_cameras_says_what_is_missing(tmp_path: Path) -> None:
    config = load(write_config(tmp_path, gauge='[gauge.g1]\ndriver = "ultrasonic"\n'))
    with pytest.raises(WiringError, match=r"\[camera\] tidak ada"):
        run_camera(config, folder=tmp_path, stop=Stop())


def test_the_check_tells_of_view_model_and_clip_in_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = box(tmp_path, cameras=WALK, view="[lines.garis]\nstart = [0.5, 0.0]\nend = [1.5, 1.0]\n")
    assert main(["--check-config", "--config", str(path)]) == 2
    said = capsys.readouterr().err
    for key in ("c1.view", "c1.file.file", "c2.model", "c2.file.file", "c3.view"):
        assert f"camera.{key}: " in said
    assert "lines.garis.end" in said


def test_with_everything_in_its_place_the_check_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check-config", "--config", str(box(tmp_path))]) == 0
    assert "camera.c1.frames_per_s = 2.0" in capsys.readouterr().out


def test_the_example_is_a_box_and_a_view() -> None:
    config = load(EXAMPLE / "box.toml")
    path = config.camera["c1"].view
    assert path is not None
    view = read_view(path)
    assert (set(view.lines), set(view.zones)) == ({"gerbang"}, {"jalan", "bantaran"})
