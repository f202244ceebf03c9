"""A camera process on a real outbox, inbox and model; its cameras show what a test says, its clock moves when told."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
from PIL import Image as Pictures

from contract.records import AnyRecord, Fault, decode_record
from contract.views import Line, View, Zone, ZoneKind
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.cameras.detector_post import DetectorPost
from edge_agent.cameras.drawing_desk import DrawingDesk
from edge_agent.cameras.duty import Duty, Need
from edge_agent.cameras.frame import Frame, Image
from edge_agent.cameras.notebook import Notebook
from edge_agent.cameras.process import CameraProcess
from edge_agent.cameras.state import CameraState, CameraStatus
from edge_agent.cameras.still_desk import StillDesk
from edge_agent.cameras.view_post import ViewPost
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.watchdog import Watchdog
from edge_agent.inference.detector import Detector
from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.quota import Quota
from edge_agent.sightings.fusion import HEARD_SCORE
from edge_agent.sightings.view_watch import ViewWatch
from edge_agent.stills.allowance import StillSettings
from tests.support.boxes import NODE_ID, FakeKernel
from tests.support.clocks import FakeClock

R = TypeVar("R", bound=AnyRecord)

MODEL = Path(__file__).resolve().parents[2] / "models" / "street"
SIZE_PX = (640, 360)
PERSON_PX = (82, 120)
VIEW = View(
    zones={"tepi": Zone(kind=ZoneKind.BANK, outline=((0.0, 0.2), (1.0, 0.2), (1.0, 1.0), (0.0, 1.0)))},
    lines={"garis": Line(start=(0.5, 0.0), end=(0.5, 1.0))},
)
"""A bank that is nearly the whole picture, and a line down its middle: forward is from right to left."""


@cache
def detector() -> Detector:
    """Return the real detector; with a small input, for who stands here is seen in any."""
    return Detector.open(MODEL, score_min=HEARD_SCORE, detail=0.35)


def opened(_folder: Path, **_wanted: float) -> Detector:
    """Return it to who opens a model."""
    return detector()


def empty_street() -> Image:
    """Return a drawn street with nothing on it."""
    return _street().copy()


def with_person(x: int, *, y: int = 150) -> Image:
    """Return the street with the figure of the model's golden picture at `x`, which the model knows for a person."""
    image = empty_street()
    left, right = max(0, x), min(SIZE_PX[0], x + PERSON_PX[0])
    if left < right:
        image[y : y + PERSON_PX[1], left:right] = _person()[:, left - x : right - x]
    return image


@cache
def _street() -> Image:
    image = np.full((SIZE_PX[1], SIZE_PX[0], 3), 120, np.uint8)
    image[:200] = 150
    image[200::40] = 90
    return image


@cache
def _person() -> Image:
    picture = Pictures.open(MODEL / "golden" / "picture.png").convert("RGB")
    return np.asarray(picture.crop((255, 120, 405, 340)).resize(PERSON_PX))


def write_walk(path: Path, *, seconds: int = 64, rate_fps: int = 2) -> Path:
    """Write a clip in which someone walks through once from the left, from second 4 to 26, and is not there after."""
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("mjpeg", rate=rate_fps, options={"huffman": "default"})
        stream.width, stream.height, stream.pix_fmt = *SIZE_PX, "yuvj420p"
        stream.bit_rate = 4_000_000  # else the one person is found as two
        for number in range(seconds * rate_fps):
            image = with_person(-100 + 30 * (number - 4 * rate_fps))
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        clip.mux(stream.encode(None))
    return path


class FakeReader:
    """A reader whose camera shows `picture(real_ms)`, `rate_fps` new ones a second; set `state` for trouble."""

    def __init__(self, clock: FakeClock, picture: Callable[[int], Image], *, rate_fps: float = 25.0) -> None:
        self.every_s = 0.0
        self.picture = picture
        self.state = CameraState.RUNNING
        self.is_closed = False
        self._clock = clock
        self._period_ms = 1000 / rate_fps
        self._taken = -1

    def take(self, *, timeout_s: float) -> Frame | None:
        """Return the newest frame that was not taken yet."""
        assert timeout_s == 0, "the loop waits for its stop, not for a camera"
        number = int(self._clock.real_ms() // self._period_ms)
        if number == self._taken or self.state not in (CameraState.RUNNING, CameraState.RESHAPED):
            return None
        self._taken = number
        at_ms = round(number * self._period_ms)
        return Frame.of(self.picture(at_ms), number=number + 1, taken_up_ms=at_ms)

    def status(self) -> CameraStatus:
        """Return how the camera is."""
        text = "" if self.state.fault_code is None else f"c: {self.state.value}"
        return CameraStatus(
            state=self.state, text=text, since_real_ms=0, size_px=SIZE_PX, arrived=0, taken=0, damaged=0, openings=1
        )

    def close(self) -> None:
        """Let go."""
        self.is_closed = True


class CpuMeter:
    """CPU time that goes by with the looks: each look at a detector costs `asked_s`, every other `spared_s`."""

    def __init__(self, *, asked_s: float = 0.1, spared_s: float = 0.003) -> None:
        self.asked_s, self.spared_s = asked_s, spared_s
        self.posts: list[ViewPost] = []

    def used_s(self) -> float:
        """Return what was used since the beginning, s."""
        asked, looks = sum(post.asked for post in self.posts), sum(post.looks for post in self.posts)
        return asked * self.asked_s + (looks - asked) * self.spared_s


class CameraBench:
    """The process, and what it has written."""

    def __init__(
        self,
        home: Path,
        *,
        clock: FakeClock,
        readers: Mapping[str, FakeReader],
        view: View = VIEW,
        open_detector: Callable[..., Detector] = Detector.open,
        outbox_class: type[Outbox] = Outbox,
        view_faults: Mapping[str, str] | None = None,
        cores: float = 1.0,
        is_gated: bool = True,
        most_per_s: float = 4.0,
        temperature_c: Callable[[], float | None] = lambda: None,
        is_to_leave: Callable[[], bool] | None = None,
        meter: CpuMeter | None = None,
        stills: StillSettings | None = None,
    ) -> None:
        self.clock = clock
        self.readers = dict(readers)
        path = home / "outbox-camera.db"
        self.outbox = outbox_class.open(
            path, clock=clock, node_id=NODE_ID, board="test", limit_mb=8, is_scaled=False, kernel_boot="boot-1"
        )
        self.reader = OutboxReader.open(path)
        remembered = self.outbox.state("clock")
        box_clock = BoxClock(clock=clock, source=FakeKernel(), boot=self.outbox.boot, remembered=remembered)
        self.notebook = Notebook(outbox=self.outbox, box_clock=box_clock, quota=Quota(most_mb=40, share=0.2))
        self.detector = DetectorPost(MODEL, open_detector=open_detector)
        meter = meter or CpuMeter()
        self.posts = meter.posts = [
            self._post(source, reader, view=view, is_gated=is_gated) for source, reader in readers.items()
        ]
        self.duty = Duty(
            needs=dict.fromkeys(readers, Need(per_s=2.0, most_per_s=most_per_s)), cores=cores, real_ms=clock.real_ms()
        )
        self.still_desk = self._still_desk(home, stills or StillSettings(daily_mb=0.0))
        self.process = CameraProcess(
            posts=self.posts,
            view_faults=view_faults or {},
            duty=self.duty,
            notebook=self.notebook,
            inbox=InboxReader.open(home / "inbox.db"),
            clock=clock,
            kernel_boot="boot-1",
            watchdog=Watchdog(clock=clock, environment={}),
            cpu_used_s=meter.used_s,
            temperature_c=temperature_c,
            stills=self.still_desk,
            drawings=DrawingDesk(notebook=self.notebook, files=dict.fromkeys(readers, view)),
            is_to_leave=is_to_leave,
        )

    def _post(self, source: str, reader: FakeReader, *, view: View, is_gated: bool) -> ViewPost:
        return ViewPost(
            source=source,
            view=view,
            reader=reader,
            detector=self.detector,
            make_watch=lambda drawn, classes, real_ms: ViewWatch(drawn, classes=classes, up_ms=real_ms),
            is_gated=is_gated,
            real_ms=self.clock.real_ms(),
        )

    def _still_desk(self, home: Path, settings: StillSettings) -> StillDesk:
        self.outgoing = Outgoing(home)
        return StillDesk(settings=settings, notebook=self.notebook, outgoing=self.outgoing, limit_bytes=8 * 1024 * 1024)

    def run(self, real_s: float) -> None:
        """Let the process go on for some real seconds, as its loop would."""
        end_ms = self.clock.real_ms() + round(1000 * real_s)
        while self.clock.real_ms() < end_ms:
            self.process.go_round()
            left_s = (end_ms - self.clock.real_ms()) / 1000
            self.clock.advance(max(0.001, min(left_s, self.process.wait_s())) * self.clock.rate)

    def records(self, kind: type[R]) -> list[R]:
        """Return the records of a kind that wait in the outbox, in order of `seq`."""
        rows = [row for record_class in range(4) for row in self.reader.rows(record_class, limit=10_000)]
        decoded = [decode_record(row.body) for row in sorted(rows, key=lambda row: row.seq)]
        return [record for record in decoded if isinstance(record, kind)]

    def faults(self) -> list[tuple[str, str, bool]]:
        """Return (code, source, active) of the faults told, in order."""
        return [(fault.code, fault.source, fault.active) for fault in self.records(Fault)]

    def close(self) -> None:
        """End the process as a stop does."""
        self.process.close()
        self.outbox.close()
