"""A box with a camera and no gauge: what its camera counts stands in the hub, and a kill in between loses nothing."""

import json
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.audit import verify_all_arrived, verify_no_incident
from tests.support.camera_bench import write_walk
from tests.support.processes import wait_until
from tests.support.town import EDGE_AGENT, Town, running_town

NODE_ID = "n-camera-01"
VIEW = """
[lines.garis]
start = [0.5, 0.0]
end = [0.5, 1.0]
[zones.tepi]
kind = "bank"
outline = [[0, 0.2], [1, 0.2], [1, 1], [0, 1]]
"""
BOX = """
[box]
node = "{node}"
home = "."
board = "laptop"
[clock]
rate = {rate}
anchor_real_ms = {anchor_real_ms}
anchor_data_ms = {anchor_data_ms}
[hub]
host = "127.0.0.1"
port = {port}
[camera.c1]
driver = "file"
view = "view.toml"
[camera.c1.file]
file = "walk.avi"
repeats = true
[camera.c2]
driver = "rtsp"
view = "view.toml"
[camera.c2.rtsp]
url = "rtsp://127.0.0.1:9/away"
[vision]
cores = 1.0
"""


def write_box(town: Town) -> Path:
    home = town.folder / "boxes" / NODE_ID
    home.mkdir(parents=True)
    (home / "view.toml").write_text(VIEW, encoding="utf-8")
    write_walk(home / "walk.avi", seconds=34, rate_fps=5)
    clock = town.clock
    values = {"rate": clock.rate, "anchor_real_ms": clock.anchor_real_ms, "anchor_data_ms": clock.anchor_data_ms}
    path = home / "box.toml"
    path.write_text(BOX.format(node=NODE_ID, port=town.broker.port, **values), encoding="utf-8")
    return path


def camera_of(town: Town) -> psutil.Process | None:
    """Return the camera process that the box's own command has started."""
    for process in town.children["box"].family():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "camera" in process.cmdline():
                return process
    return None


def counted(town: Town) -> dict[str, int]:
    """Return what has crossed the line so far, by class, as the hub knows it."""
    sql = "SELECT body FROM records WHERE kind = 'sighting' AND json_extract(body, '$.zone') = 'garis'"
    crossed: dict[str, int] = {}
    for (body,) in town.rows(sql):
        for label, count in json.loads(body).get("backward", {}).items():
            crossed[label] = crossed.get(label, 0) + count
    return crossed


@pytest.mark.nightly
def test_what_a_camera_counts_stands_in_the_hub_and_a_killed_camera_process_comes_back(tmp_path: Path) -> None:
    with running_town(tmp_path) as town:
        town.start_hub("ingest")
        town.start("box", *EDGE_AGENT, "run", "--config", str(write_box(town)))
        town.wait_for_row(
            "SELECT 1 FROM records WHERE kind = 'sighting' AND class = 1 AND json_extract(body, '$.label') = 'person'",
            what="the person at the bank, told at once",
            deadline_s=120,
        )
        town.wait_for_row(
            "SELECT 1 FROM records WHERE kind = 'fault' AND json_extract(body, '$.code') = 'camera_away'",
            what="the camera that is away",
            deadline_s=120,
        )
        wait_until(lambda: counted(town).get("person"), what="the first crossing", deadline_s=180)
        before = camera_of(town)
        assert before is not None
        before.kill()
        wait_until(lambda: camera_of(town) not in (None, before), what="another camera process", deadline_s=60)
        crossed = counted(town)["person"]
        wait_until(lambda: counted(town)["person"] > crossed, what="a crossing after that", deadline_s=180)
        assert set(counted(town)) == {"person"}
        assert town.value("SELECT count(*) FROM alerts WHERE severity > 0") == 0
        verify_all_arrived(town, town.folder / "boxes" / NODE_ID / "outbox-camera.db")
        verify_no_incident(town)
