import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract.clock import SystemClock
from edge_agent.cameras.drivers import make_source
from edge_agent.cameras.errors import CameraError
from edge_agent.cameras.settings import CameraSettings, FileSettings, RtspSettings
from tests.support.clips import write_clip

LOADED = """
import sys
import edge_agent.cameras.settings, edge_agent.cameras.state, edge_agent.cameras.errors
heavy = {"numpy", "av", "onnxruntime", "cv2", "PIL", "picamera2"}
print(*(heavy & set(sys.modules)), end=" | ")
import edge_agent.cameras.drivers
print(*(heavy & set(sys.modules)))
"""


def test_settings_load_no_library_of_pictures_and_drivers_none_of_a_camera() -> None:
    ended = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout == " | numpy\n"


@pytest.mark.parametrize("driver", ["usb", "libcamera"])
def test_a_camera_that_is_not_there_can_be_made_and_says_so_when_it_is_opened(driver: Any, tmp_path: Path) -> None:
    source = make_source(CameraSettings(driver=driver), clock=SystemClock(), folder=tmp_path)
    with pytest.raises(CameraError):
        source.open()


def test_a_clip_is_scaled_to_the_camera_s_most(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=2, size_px=(640, 360))
    settings = CameraSettings(driver="file", file=FileSettings(file="clip.mp4", pace="fast"), max_width_px=320)
    source = make_source(settings, clock=SystemClock(), folder=tmp_path)
    source.open()
    assert source.read().image.shape == (180, 320, 3)
    source.close()


def test_every_driver_is_made() -> None:
    tables: dict[str, Any] = {"rtsp": RtspSettings(url="rtsp://10.0.0.9/a"), "file": FileSettings(file="a.mp4")}
    for driver in ("rtsp", "usb", "file", "synthetic", "libcamera"):
        table = {driver: tables[driver]} if driver in tables else {}
        chosen: Any = driver
        source = make_source(CameraSettings(driver=chosen, **table), clock=SystemClock(), folder=Path())
        assert source.tally.arrived == 0
        source.close()
