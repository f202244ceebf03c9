"""Settings to a source of frames that can be opened; the only place that names them all.

Each driver's library is loaded here and not before: a box with a network camera loads no other.
"""

from pathlib import Path

from contract.clock import Clock
from edge_agent.cameras.settings import (
    CameraSettings,
    FileSettings,
    RtspSettings,
    SyntheticSettings,
    UsbSettings,
)
from edge_agent.cameras.source import FrameSource


def make_source(settings: CameraSettings, *, clock: Clock, folder: Path) -> FrameSource:
    """Return the source that `settings` ask for; nothing is opened yet, so nothing can fail.

    Args:
        settings: a camera's own table.
        clock: the box's; clips and drawn streets run by its scaled time.
        folder: where relative paths begin, the configuration's folder.
    """
    chosen, max_width_px = settings.chosen(), settings.max_width_px
    if isinstance(chosen, RtspSettings):
        from edge_agent.cameras.rtsp import rtsp_source

        return rtsp_source(chosen, clock=clock, folder=folder, max_width_px=max_width_px)
    if isinstance(chosen, UsbSettings):
        from edge_agent.cameras.usb import usb_source

        return usb_source(chosen, clock=clock, max_width_px=max_width_px)
    if isinstance(chosen, FileSettings):
        from edge_agent.cameras.file import FileSource

        return FileSource(chosen, clock=clock, folder=folder, max_width_px=max_width_px)
    if isinstance(chosen, SyntheticSettings):
        from edge_agent.cameras.synthetic import SyntheticSource

        return SyntheticSource(chosen, clock=clock)
    from edge_agent.cameras.libcamera import LibcameraSource

    return LibcameraSource(chosen, clock=clock, max_width_px=max_width_px)
