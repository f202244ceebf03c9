"""A network camera for tests: Debian's RTSP server as a child, and sources that look at it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

from contract.clock import SystemClock
from edge_agent.cameras.live import LiveSource
from edge_agent.cameras.rtsp import rtsp_source
from edge_agent.cameras.settings import RtspSettings
from tests.support.processes import Child, free_port

DEBIAN_PYTHON = Path("/usr/bin/python3")
SERVER = Path(__file__).parent / "rtsp_server.py"
_BINDING = Path("/usr/lib").glob("*/girepository-1.0/GstRtspServer-1.0.typelib")
needs_rtsp_server = pytest.mark.skipif(
    not any(_BINDING), reason="gir1.2-gst-rtsp-server-1.0 is not installed. Try: apt-get install it, with python3-gi"
)


class NetworkCamera:
    """One server on a port of its own; it can be killed and begun again there, and frozen."""

    def __init__(self, streams: Mapping[str, str], *, folder: Path, password_file: Path | None = None) -> None:
        """Begin it; `streams` maps paths to `form:file`, a guarded one knows the user `warga`."""
        self.port = free_port()
        self._folder = folder
        self._words = [f"{path}={what}" for path, what in streams.items()]
        if password_file is not None:
            self._words += ["--user", "warga", "--password-file", str(password_file)]
        self.child = self._begun()

    def url(self, path: str) -> str:
        """Return the address of a stream."""
        return f"rtsp://127.0.0.1:{self.port}{path}"

    def begin_again(self) -> None:
        """Start it anew on its port, after it was killed."""
        self.child = self._begun()

    def __enter__(self) -> Self:
        """Return the camera when it listens."""
        self.child.wait_for_output("ready", deadline_s=60)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running."""
        self.child.kill()

    def _begun(self) -> Child:
        log = self._folder / f"rtsp-{self.port}.log"
        log.unlink(missing_ok=True)
        return Child([DEBIAN_PYTHON, SERVER, str(self.port), *self._words], log=log)


def source_of(url: str, *, folder: Path = Path(), max_width_px: int = 1280, **settings: object) -> LiveSource:
    """Return a source of a network camera on the machine's own clock; `settings` as in `[camera.c1.rtsp]`."""
    chosen = RtspSettings(url=url, **settings)  # type: ignore[arg-type]
    return rtsp_source(chosen, clock=SystemClock(), folder=folder, max_width_px=max_width_px)
