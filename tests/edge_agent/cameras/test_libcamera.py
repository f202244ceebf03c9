import pytest

from contract.clock import SystemClock
from edge_agent.cameras.errors import CameraMissingError
from edge_agent.cameras.libcamera import LibcameraSource
from edge_agent.cameras.settings import LibcameraSettings


def test_without_its_library_it_says_what_to_install() -> None:
    source = LibcameraSource(LibcameraSettings(), clock=SystemClock(), max_width_px=1280)
    with pytest.raises(CameraMissingError, match="sudo apt install python3-picamera2"):
        source.open()
    source.close()
