"""No USB camera stands here: what is tested is the way of its errors, with real devices that are no camera."""

from pathlib import Path

import pytest

from contract.clock import SystemClock
from edge_agent.cameras.errors import CameraMissingError
from edge_agent.cameras.settings import UsbSettings
from edge_agent.cameras.usb import usb_source


def opened(device: str) -> None:
    usb_source(UsbSettings(device=device), clock=SystemClock(), max_width_px=1280).open()


def test_a_camera_that_is_not_plugged_in_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CameraMissingError, match=r"kamera USB tidak ada \(No such file or directory\)"):
        opened(str(tmp_path / "video0"))


@pytest.mark.parametrize("device", ["/dev/null", "/dev"])
def test_what_is_no_camera_is_told_so(device: str) -> None:
    with pytest.raises(CameraMissingError, match=f"{device}: bukan kamera"):
        opened(device)
