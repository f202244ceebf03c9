"""A clip as a camera: at its own rate by the clock, or as fast as its pictures are taken.

A clip that is shorter than it says is truncated. That is told once it is over, as a fault, for what was counted on it
is not the whole; one that repeats is played on, and the shortness is logged. One that does not repeat is over however
it ends, once a picture of it was shown: shown again, it would be counted twice.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from av import FFmpegError

from contract.clock import Clock
from edge_agent.cameras.errors import (
    CameraBrokenError,
    CameraClosedError,
    CameraEmptyError,
    CameraEndedError,
    CameraError,
    CameraMissingError,
)
from edge_agent.cameras.failures import of_file
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.pacing import Pace, ShowTimes
from edge_agent.cameras.scaling import LEAST_SIDE_PX, Scaler
from edge_agent.cameras.settings import FileSettings
from edge_agent.cameras.source import Tally, read_next
from edge_agent.cameras.stream import Arrival, Stream, Way

SHORT_SHARE, SHORT_S = 0.02, 0.5
"""A clip that ends this much before its stated end is truncated; writers round by up to a few pictures."""

log = logging.getLogger(__name__)


class FileSource:
    """One clip."""

    def __init__(
        self,
        settings: FileSettings,
        *,
        clock: Clock,
        folder: Path,
        max_width_px: int,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """Take the settings; the file is not opened yet.

        Args:
            settings: of this clip.
            clock: the clip runs by its scaled time, if it runs at its own pace.
            folder: where a relative path begins.
            max_width_px: of the pictures that are handed out.
            wait: waits so many real seconds; None: really.
        """
        self._settings = settings
        self._clock = clock
        self._path = folder / settings.file
        self._scaler = Scaler(max_width_px=max_width_px, shown=str(self._path))
        self._wait = wait or threading.Event().wait
        self._stream: Stream | None = None
        self._times: ShowTimes | None = None
        self._waiting: deque[Arrival] = deque()
        self._round_s = 0.0
        self._last_s = 0.0
        self._shown = 0
        self.is_live = settings.pace == "own"
        self.tally = Tally()

    def open(self) -> None:
        """Begin the clip; see `FrameSource`."""
        self.close()
        self._stream = self._begun()
        self._times = ShowTimes(pace=Pace(self._settings.pace), clock=self._clock, wait=self._wait)
        self._round_s = self._last_s = 0.0
        self._shown = 0

    def look(self, *, every_s: float) -> Frame | None:
        """Wait for the next picture to be due; see `FrameSource`."""
        try:
            return self._look(every_s)
        except CameraError as exc:
            exc.is_last = self._shown > 0 and not self._settings.repeats
            raise

    def _look(self, every_s: float) -> Frame | None:
        if self._stream is None or self._times is None:
            raise CameraClosedError(f"{self._path}: look() before open()")
        if not self._waiting and not self._read_on(self._stream, every_s):
            return None
        arrival = self._waiting[0]
        self.tally.alive_real_ms = self._clock.real_ms()
        media_s = self._round_s + arrival.media_s
        if not self._times.is_due(media_s):
            return None
        self._waiting.popleft()
        self._last_s = max(self._last_s, arrival.media_s)
        if arrival.picture is None:
            return None
        self._shown += 1
        if self._times.is_missed(media_s):
            return None
        try:
            pixels = self._scaler.pixels(arrival.picture, sharp=arrival.sharp)
        except CameraEmptyError:
            raise self._empty(arrival.picture.width, arrival.picture.height) from None
        return Frame(pixels=pixels, number=self.tally.arrived, taken_up_ms=self._times.up_ms(media_s))

    def read(self) -> Frame:
        """Return the next picture; see `FrameSource`."""
        return read_next(self)

    def close(self) -> None:
        """Let go of the file."""
        self._waiting.clear()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _begun(self) -> Stream:
        way = Way(url=str(self._path), shown=str(self._path), options={})
        try:
            return Stream(way, clock=self._clock, tally=self.tally)
        except FileNotFoundError as exc:
            raise self._missing_file(exc) from None
        except FFmpegError as exc:
            raise of_file(exc, shown=str(self._path)) from None

    def _missing_file(self, exc: FileNotFoundError) -> CameraError:
        return (
            CameraMissingError(self._settings.advice) if self._settings.advice else of_file(exc, shown=str(self._path))
        )

    def _read_on(self, stream: Stream, every_s: float) -> bool:
        """Read a packet; at the end of the clip begin again or say so. Return whether something came."""
        try:
            more = stream.arrivals(every_s=every_s, is_for_glances=self._scaler.is_for_glances)
            self._waiting.extend(more)
        except FFmpegError as exc:
            self._finish(stream, broke_off=of_file(exc, shown=str(self._path)))
            return False
        if not self._waiting and stream.is_over:
            self._finish(stream, broke_off=None)
        return bool(self._waiting)

    def _finish(self, stream: Stream, *, broke_off: Exception | None) -> None:
        """Begin the next round.

        Raises:
            CameraEndedError: there is none.
            CameraBrokenError: the clip is truncated, or held no picture.
        """
        missing = self._missing(stream)
        if self._shown == 0:
            raise self._nothing_in(stream)
        if not self._settings.repeats:
            if broke_off is not None or missing:
                raise CameraBrokenError(missing or str(broke_off)) from None
            raise CameraEndedError(
                f"{self._path}: klip selesai, tidak ada lagi yang dihitung. Tulis `repeats = true` agar berulang, atau "
                "jalankan ulang agen. / the clip is over, nothing is counted any more. Write `repeats = true` to have "
                "it begin again, or restart the agent."
            )
        if missing and self._round_s == 0.0:
            log.warning("%s", missing)
        interval_s = stream.interval_s
        stream.close()
        self._round_s += self._last_s + interval_s
        self._last_s = 0.0
        self._stream = self._begun()

    def _missing(self, stream: Stream) -> str:
        """Return what is to be said of a clip that is shorter than it says; empty when it is whole."""
        stated_s, got_s = stream.duration_s, self._last_s + stream.interval_s
        if stated_s is None or stated_s - got_s <= max(SHORT_S, SHORT_SHARE * stated_s):
            return ""
        return (
            f"{self._path}: terpotong, berakhir pada {got_s:.1f} dari {stated_s:.1f} s. Salin lagi berkasnya, lalu "
            f"jalankan ulang agen. / truncated, ends at {got_s:.1f} of {stated_s:.1f} s. Copy the file again, then "
            "restart the agent."
        )

    def _nothing_in(self, stream: Stream) -> CameraBrokenError | CameraEmptyError:
        width_px, height_px = stream.size_px
        if min(width_px, height_px) < LEAST_SIDE_PX:
            return self._empty(width_px, height_px)
        return CameraBrokenError(
            f"{self._path}: tidak ada satu gambar pun yang utuh. Salin lagi berkasnya. / "
            "not one whole picture in it. Copy the file again."
        )

    def _empty(self, width_px: int, height_px: int) -> CameraEmptyError:
        return CameraEmptyError(
            f"{self._path}: gambar berukuran {width_px} x {height_px} titik. Salin lagi berkasnya, atau buat "
            f"klip baru. / pictures of {width_px} by {height_px} pixels. Copy the file again, or make a new clip."
        )
