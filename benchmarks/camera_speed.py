"""The camera process on a clip as fast as it goes, in turns with bare `session.run` on the same frames.

One thread for a run here and there. Both by CPU time: a rate is what the busiest thread could do with a core for
itself, as on a machine that does nothing else; a clock would also measure who else is busy. It is told beside it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.camera_box import write_box
from benchmarks.figure import Bar, Figure, figure, rounded
from contract.clock import SystemClock
from edge_agent.camera_app import OWN_MODEL, make_duty, open_camera_outbox, open_views
from edge_agent.cameras.notebook import Notebook
from edge_agent.cameras.process import CameraProcess
from edge_agent.cameras.state import CameraState
from edge_agent.cameras.view_post import ViewPost
from edge_agent.config import load
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.cpu_time import used_s
from edge_agent.health.kernel_time import KernelTime
from edge_agent.health.watchdog import Watchdog
from edge_agent.inference.input_size import DETAIL, input_size
from edge_agent.inference.letterbox import Scaler, place
from edge_agent.inference.regions import whole
from edge_agent.inference.session import open_session
from edge_agent.outbox.inbox import InboxReader
from edge_agent.quota import CAMERA_SHARE, Quota
from edge_agent.stop import Stop
from models.manifest import read_manifest

BAR = Bar(sign=">=", limit=0.85, of="ratio")
TURN_FRAMES = 25
"""Of each of the two, before it is the other's turn."""

Input = NDArray[np.uint8]


@dataclass(slots=True, kw_only=True)
class Spent:
    """On some frames, s."""

    frames: int = 0
    clock_s: float = 0.0
    own_s: float = 0.0
    """CPU of the thread that asks."""
    all_s: float = 0.0
    """CPU of all threads."""

    def begin(self) -> None:
        """Take the time."""
        self._add(-1)

    def end(self, frames: int) -> None:
        """Take it again, so many frames later."""
        self._add(1)
        self.frames += frames

    def frames_per_s(self) -> float:
        """Return what the busiest thread could do with a core for itself."""
        return self.frames / max(self.own_s, self.all_s - self.own_s)

    def _add(self, sign: int) -> None:
        self.clock_s += sign * time.perf_counter()
        self.own_s += sign * time.thread_time()
        self.all_s += sign * time.process_time()


def measured(name: str, folder: Path, clip: Path, *, size_px: tuple[int, int]) -> Figure:
    """Compare frames a second of the process with the bare model's, on a clip with pictures of this size."""
    process, bare = _in_turns(folder, clip, _inputs(clip, size_px=size_px))
    all_s = process.all_s + bare.all_s - bare.own_s  # the reader's next picture falls into the other's turn
    return figure(
        name,
        process.frames_per_s(),
        "frames/s",
        ratio=process.frames_per_s() / bare.frames_per_s(),
        bar=BAR,
        detail={
            "bare_fps": rounded(bare.frames_per_s()),
            "frames": process.frames,
            "cpu_ms_per_frame": rounded(1000 * all_s / process.frames),
            "clock_fps": rounded(process.frames / process.clock_s),
            "clock_bare_fps": rounded(bare.frames / bare.clock_s),
        },
    )


def _inputs(clip: Path, *, size_px: tuple[int, int]) -> list[Input]:
    """Return the first frames of a clip as the model takes them, [1, height_px, width_px, 3]."""
    told = read_manifest(OWN_MODEL).input
    width_px, height_px = input_size(*size_px, told, detail=DETAIL)
    placement, scaler = place(whole(*size_px), width_px, height_px, keep_shape=True), Scaler(threads=1)
    made = []
    with av.open(str(clip)) as opened:
        for picture, _ in zip(opened.decode(video=0), range(TURN_FRAMES), strict=False):
            made.append(np.zeros((1, height_px, width_px, 3), np.uint8))
            scaler.fill(np.asarray(picture.to_ndarray(format="rgb24"), np.uint8), placement, made[-1][0], pad=told.pad)
    return made


def _in_turns(folder: Path, clip: Path, inputs: Sequence[Input]) -> tuple[Spent, Spent]:
    """Return what the process spends on a clip, without its start, and what bare runs do."""
    manifest = read_manifest(OWN_MODEL)
    session, given = open_session(OWN_MODEL / manifest.file, threads=1), cycle(inputs)
    path = write_box(folder / "speed", clip, views=1, per_s=100, most=120, gate=False, pace="fast", cores=16)
    config = load(path)
    clock, stop, quota = SystemClock(), Stop(), Quota(most_mb=64, share=CAMERA_SHARE)
    spent, bare = Spent(), Spent()
    with open_camera_outbox(config, quota=quota, clock=clock, stop=stop) as outbox:
        box_clock = BoxClock(clock=clock, source=KernelTime(), boot=outbox.boot, remembered=None)
        notebook = Notebook(outbox=outbox, box_clock=box_clock, quota=quota)
        views = open_views(config, folder=folder, clock=clock, notebook=notebook)
        (post,) = views.posts
        process = CameraProcess(
            posts=views.posts,
            view_faults=views.faults,
            duty=make_duty(config, views=views, clock=clock),
            notebook=notebook,
            inbox=InboxReader.open(config.box.home / "inbox.db"),
            clock=clock,
            kernel_boot="bench",
            watchdog=Watchdog(clock=clock, environment={}),
            cpu_used_s=used_s,
            temperature_c=lambda: None,
        )
        _go_on(process, post, stop)
        session.run(None, {manifest.input.name: next(given)})
        while post.reader.status().state is not CameraState.ENDED:
            spent.begin()
            spent.end(_go_on(process, post, stop))
            bare.begin()
            for _ in range(TURN_FRAMES):
                session.run(None, {manifest.input.name: next(given)})
            bare.end(TURN_FRAMES)
        process.close()
    return spent, bare


def _go_on(process: CameraProcess, post: ViewPost, stop: Stop) -> int:
    """Look at `TURN_FRAMES` frames, or at those that are left; return how many."""
    first = post.looks
    while post.looks - first < TURN_FRAMES and post.reader.status().state is not CameraState.ENDED:
        process.go_round()
        stop.wait(process.wait_s())
    return post.looks - first
