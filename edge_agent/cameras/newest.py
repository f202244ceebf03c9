"""One thread per camera that always has the newest frame, and knows how the camera is.

Rules:
1. One frame is kept, the newest. A live camera's frame that nobody took is replaced; a clip that runs as fast as asked
   waits until its frame was taken, so that none is lost.
2. After any failure the source is closed, a drawn time is waited (retry.py), and it is opened again, for ever. Only
   what is the last of its source ends the thread: a clip that is over, or broke off, and does not repeat.
3. The state is that of the last failure until a picture comes again: while a camera that is away is tried, it is away.
4. How the camera is does not depend on the thread: whoever asks compares the clock with the last sign of life, so a
   call that hangs inside a library is seen as well.
5. A picture of another shape than the first one of this run is a fault as long as it is so: zones may not fit.
"""

import logging
import random
import threading
from contextlib import suppress

from contract.clock import Clock
from edge_agent.cameras.errors import CameraError
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.retry import Retry
from edge_agent.cameras.source import FrameSource
from edge_agent.cameras.state import CameraState, CameraStatus

STALL_AFTER_S = 5.0
SAME_SHAPE = 0.02
"""Widths over heights that differ by less are one shape: scaling rounds to even pixels."""
JOIN_S = 10.0
"""Longer than any one call to a source takes by its time-outs."""
TEXT_MOST = 480
"""Letters; a record's text ends at 500."""

log = logging.getLogger(__name__)


class NewestFrame:
    """The reader of one camera. One thread takes frames from it; any may ask how it is."""

    def __init__(
        self,
        *,
        name: str,
        source: FrameSource,
        clock: Clock,
        rng: random.Random,
        stall_after_s: float = STALL_AFTER_S,
        every_s: float = 0.0,
    ) -> None:
        """Hold the source; `start()` opens it.

        Args:
            name: of the camera on the box, `c1`.
            source: used by the reader's thread alone from now on.
            clock: the box's; waits and stalls are on real time.
            rng: draws the waits between two attempts.
            stall_after_s: so long without a picture, the camera is stalled; real s.
            every_s: least time between two frames that are wanted; may be changed at any time.
        """
        self.every_s = every_s
        self._name = name
        self._source = source
        self._clock = clock
        self._retry = Retry(rng=rng)
        self._stall_after_ms = round(stall_after_s * 1000)
        self._changed = threading.Condition()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera-{name}", daemon=True)
        self._frame: Frame | None = None
        self._shape: float | None = None
        self._size_px: tuple[int, int] | None = None
        self._state, self._text, self._since_ms = CameraState.OPENING, "", clock.real_ms()
        self._good_since_ms: int | None = None
        self._taken = 0
        self._openings = 0
        self._is_over = False
        """No frame comes any more."""

    def start(self) -> None:
        """Begin to read."""
        self._source.tally.alive_real_ms = self._since_ms = self._clock.real_ms()
        self._thread.start()

    def take(self, *, timeout_s: float) -> Frame | None:
        """Return the newest frame that was not taken yet; wait for one at most `timeout_s` real seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._is_over, timeout_s)
            frame, self._frame = self._frame, None
            if frame is not None:
                self._taken += 1
                self._changed.notify_all()
            return frame

    def status(self) -> CameraStatus:
        """Return how the camera is now."""
        with self._changed:
            self._notice_silence()
            return CameraStatus(
                state=self._state,
                text=self._text,
                since_real_ms=self._since_ms,
                size_px=self._size_px,
                arrived=self._source.tally.arrived,
                taken=self._taken,
                damaged=self._source.tally.damaged,
                openings=self._openings,
            )

    def close(self) -> None:
        """End the thread and let go of the camera; takes as long as one call to the source may."""
        self._leaving.set()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        while not self._leaving.is_set():
            try:
                self._watch()
            except CameraError as exc:
                self._fail(exc.state, str(exc), is_last=exc.is_last)
                if exc.is_last:
                    break
            except Exception as exc:  # a library's own surprise must not end a camera for good
                log.exception("camera %s: unexpected failure", self._name)
                kind = type(exc).__name__
                self._fail(
                    CameraState.BROKEN,
                    f"{self._name}: kesalahan tak terduga ({kind}). Lihat log agen; ia dicoba lagi sendiri. / "
                    "unexpected failure. See the agent's log; it is tried again by itself.",
                )
            self._let_go()
            self._leaving.wait(self._retry.next_delay_s(lived_s=self._lived_s()))
        self._let_go()

    def _watch(self) -> None:
        """Open the source and hand over its frames until something fails or the end is asked for."""
        self._openings += 1
        self._source.open()
        while not self._leaving.is_set():
            frame = self._source.look(every_s=self.every_s)
            if frame is not None:
                frame.pixels.prepare()
                self._hand_over(frame)

    def _hand_over(self, frame: Frame) -> None:
        with self._changed:
            if not self._source.is_live:
                self._changed.wait_for(lambda: self._frame is None or self._leaving.is_set())
            self._frame = frame
            self._note_good(frame)
            self._changed.notify_all()

    def _note_good(self, frame: Frame) -> None:
        """Set the state that a good picture brings."""
        shape = frame.width_px / frame.height_px
        first = self._shape = self._shape or shape
        size_px = (frame.width_px, frame.height_px)
        if self._size_px not in (None, size_px):
            log.info("camera %s: pictures are now %d x %d", self._name, *size_px)
        self._size_px = size_px
        if self._good_since_ms is None:
            self._good_since_ms = self._clock.real_ms()
        if abs(shape / first - 1) < SAME_SHAPE:
            self._set(CameraState.RUNNING, "")
            return
        self._set(
            CameraState.RESHAPED,
            f"{self._name}: bentuk gambar kini {size_px[0]} x {size_px[1]}; zona dan garis mungkin tidak pas. "
            "Kembalikan pengaturan kamera, atau gambar zona lagi dan jalankan ulang. / the picture has another shape; "
            "zones and lines may not fit. Set the camera back, or draw them again and restart.",
        )

    def _notice_silence(self) -> None:
        """Call a camera stalled, or away, that gives no sign of life; the reader may hang inside a library."""
        if not self._source.is_live:
            return  # it waits for who takes its frames
        silent_ms = self._clock.real_ms() - self._source.tally.alive_real_ms
        if silent_ms <= self._stall_after_ms:
            return
        if self._state is CameraState.OPENING:
            self._set(
                CameraState.AWAY,
                f"{self._name}: {silent_ms // 1000} s tanpa jawaban. Periksa listrik, kabel dan alamat kamera. / "
                f"{silent_ms // 1000} s without an answer. Check the camera's power, cable and address.",
            )
        elif self._state in (CameraState.RUNNING, CameraState.RESHAPED):
            self._set(
                CameraState.STALLED,
                f"{self._name}: {silent_ms // 1000} s tanpa gambar. Nyalakan ulang kamera bila tetap begini. / "
                f"{silent_ms // 1000} s without a picture. Restart the camera if it stays so.",
            )

    def _fail(self, state: CameraState, text: str, *, is_last: bool = False) -> None:
        with self._changed:
            self._is_over = self._is_over or is_last
            self._set(state, text)

    def _set(self, state: CameraState, text: str) -> None:
        if state is not self._state:
            level = logging.WARNING if state.fault_code else logging.INFO
            log.log(level, "camera %s: %s %s", self._name, state.value, text)
            self._state, self._since_ms = state, self._clock.real_ms()
        self._text = text[:TEXT_MOST]
        self._changed.notify_all()

    def _lived_s(self) -> float:
        """Return for how long pictures had come before the failure, and begin to count anew."""
        since_ms, self._good_since_ms = self._good_since_ms, None
        return 0.0 if since_ms is None else (self._clock.real_ms() - since_ms) / 1000

    def _let_go(self) -> None:
        with suppress(CameraError):
            self._source.close()
