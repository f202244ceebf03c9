"""A camera that sends by itself: a stream opened by FFmpeg, on the network or on a port of the box."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from av import FFmpegError

from contract.clock import Clock
from edge_agent.cameras.errors import CameraAwayError, CameraClosedError, CameraError, CameraStalledError
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.scaling import Scaler
from edge_agent.cameras.source import Tally, read_next
from edge_agent.cameras.stream import Arrival, Stream, Way

POLL_S = 0.01
"""Between two questions to a device that does not wait: a quarter of a picture at 25 a second."""


class Meaning(Protocol):
    """What an error of FFmpeg means to one kind of camera."""

    def __call__(self, exc: Exception, *, shown: str, is_open: bool, waited_s: float, patience_s: float) -> CameraError:
        """Return it; see `failures.of_stream`."""


class LiveSource:
    """One camera's stream; rtsp.py and usb.py say how it is opened and what its errors mean."""

    is_live = True

    def __init__(
        self,
        *,
        way: Callable[[], Way],
        shown: str,
        meaning: Meaning,
        clock: Clock,
        max_width_px: int,
    ) -> None:
        """Connect nothing yet.

        Args:
            way: asked at each opening, so that a new password needs no restart; may raise a `CameraError`.
            shown: the camera as people may see it, without a password.
            meaning: of an error.
            clock: the box's.
            max_width_px: of the pictures that are handed out.
        """
        self._way = way
        self._shown = shown
        self._meaning = meaning
        self._clock = clock
        self._scaler = Scaler(max_width_px=max_width_px, shown=shown)
        self._stream: Stream | None = None
        self._read_timeout_s = 0.0
        self._waiting: deque[Arrival] = deque()
        self.tally = Tally()

    def open(self) -> None:
        """Connect; see `FrameSource`."""
        self.close()
        way = self._way()
        self._read_timeout_s = way.read_timeout_s or 0.0
        began_ms = self._clock.real_ms()
        try:
            self._stream = Stream(way, clock=self._clock, tally=self.tally)
        except FFmpegError as exc:
            waited_s = (self._clock.real_ms() - began_ms) / 1000
            raise self._meaning(
                exc, shown=self._shown, is_open=False, waited_s=waited_s, patience_s=way.open_timeout_s or waited_s
            ) from None
        self.tally.alive_real_ms = self._clock.real_ms()

    def look(self, *, every_s: float) -> Frame | None:
        """Wait for the next picture; see `FrameSource`."""
        if self._stream is None:
            raise CameraClosedError(f"{self._shown}: look() before open()")
        if not self._waiting and not self._wait_for_more(self._stream, every_s):
            return None
        arrival = self._waiting.popleft()
        if arrival.picture is None:
            return None
        return Frame(
            pixels=self._scaler.pixels(arrival.picture, sharp=arrival.sharp),
            number=self.tally.arrived,
            taken_up_ms=self._clock.up_ms(),
        )

    def read(self) -> Frame:
        """Return the next picture; see `FrameSource`."""
        return read_next(self)

    def close(self) -> None:
        """Hang up."""
        self._waiting.clear()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _wait_for_more(self, stream: Stream, every_s: float) -> bool:
        """Read one packet; return False when a device had none yet."""
        began_ms = self._clock.real_ms()
        try:
            self._waiting.extend(stream.arrivals(every_s=every_s, is_for_glances=self._scaler.is_for_glances))
        except BlockingIOError:
            self._be_patient()
            return False
        except FFmpegError as exc:
            waited_s = (self._clock.real_ms() - began_ms) / 1000
            raise self._meaning(
                exc, shown=self._shown, is_open=True, waited_s=waited_s, patience_s=self._read_timeout_s
            ) from None
        if not self._waiting:
            raise CameraAwayError(
                f"{self._shown}: kamera mengakhiri aliran. Ia dicoba lagi sendiri; periksa listriknya bila berulang. / "
                "the camera ended the stream. It is tried again by itself; check its power if that repeats."
            )
        return True

    def _be_patient(self) -> None:
        """Wait a moment for a device that had nothing yet, but not for ever."""
        if self._clock.real_ms() - self.tally.alive_real_ms > self._read_timeout_s * 1000:
            raise CameraStalledError(
                f"{self._shown}: {self._read_timeout_s:g} s tanpa gambar. Cabut kamera dan pasang lagi. / "
                f"{self._read_timeout_s:g} s without a picture. Unplug the camera and plug it in again."
            ) from None
        threading.Event().wait(POLL_S)
