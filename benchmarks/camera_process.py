"""The whole camera process: its speed against the bare model, what a still street costs it, and its memory.

The still street: the real command as a child, with the gate and without it, on the same clip at the same rate. All run
side by side, so that whatever else the machine does takes from each alike; CPU time of all their threads.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import broker, camera_clips, camera_speed
from benchmarks.camera_box import write_box
from benchmarks.figure import Bar, Figure, figure, rounded
from tests.support.processes import Child
from tests.support.town import EDGE_AGENT

STILL_BAR = Bar(sign="<", limit=20)
SPARED_BAR = Bar(sign="<", limit=0.25, of="ratio")
MEMORY_BARS = {1: Bar(sign="<", limit=230), 4: Bar(sign="<", limit=350)}
SIZE_PX = (1280, 720)
STILL_SIZES_PX = ((640, 360), SIZE_PX)
FRAMES = 150
WARM_S = 6.0
MEASURED_S = 20.0
MEMORY_S = 12.0


def figures(
    name: str,
    *,
    folder: Path,
    kind: broker.Kind,
    frames: int = FRAMES,
    warm_s: float = WARM_S,
    measured_s: float = MEASURED_S,
    memory_s: float = MEMORY_S,
) -> Iterator[Figure]:
    """Yield speed, the still street, and memory of one and of four views."""
    del kind  # no broker in it
    busy = camera_clips.busy(folder / "busy.mp4", size_px=SIZE_PX, frames=frames)
    yield camera_speed.measured(f"{name}-speed", folder, busy, size_px=SIZE_PX)
    for width_px, (gated, ungated) in _core_percents(folder, warm_s=warm_s, measured_s=measured_s).items():
        said = f"{name}-still-{width_px}"
        detail = {"ungated_percent": rounded(ungated), "kbit_s": camera_clips.KBIT_S[width_px]}
        yield figure(said, gated, "percent of a core", bar=STILL_BAR)
        yield figure(f"{said}-spared", gated, "percent of a core", ratio=gated / ungated, bar=SPARED_BAR, detail=detail)
    for views, most_mb in _resident_mb(folder, busy, memory_s).items():
        yield figure(f"{name}-memory-{views}", most_mb, "MB", bar=MEMORY_BARS[views])


def _core_percents(folder: Path, *, warm_s: float, measured_s: float) -> dict[int, tuple[float, float]]:
    """Return CPU time of the real command on a still view at 2 frames a second, percent of a core, by picture width.

    Of each width with the gate and without it.
    """
    with ExitStack() as children:
        running: dict[tuple[int, bool], Child] = {}
        for size_px in STILL_SIZES_PX:
            clip = folder / f"still-{size_px[0]}.mp4"
            camera_clips.still(clip, size_px=size_px, seconds=2 * (warm_s + measured_s))
            for gate in (True, False):
                home = folder / f"still-{size_px[0]}-{gate}"
                path = write_box(home, clip, views=1, per_s=2, most=2, gate=gate, pace="own", cores=1)
                running[size_px[0], gate] = children.enter_context(_camera(path))
        for child in running.values():
            child.wait_for_output("model ")
        time.sleep(warm_s)
        before, begun_s = {key: _cpu_s(child) for key, child in running.items()}, time.perf_counter()
        time.sleep(measured_s)
        after, seconds = {key: _cpu_s(child) for key, child in running.items()}, time.perf_counter() - begun_s
    percent = {key: 100 * (after[key] - before[key]) / seconds for key in running}
    return {width_px: (percent[width_px, True], percent[width_px, False]) for width_px, _ in STILL_SIZES_PX}


def _resident_mb(folder: Path, clip: Path, seconds: float) -> dict[int, float]:
    """Return the most resident memory of the real command, by how many busy views it has."""
    with ExitStack() as children:
        running = {}
        for views in MEMORY_BARS:
            home = folder / f"memory-{views}"
            path = write_box(home, clip, views=views, per_s=2, most=8, gate=True, pace="own", cores=2)
            running[views] = children.enter_context(_camera(path))
        for child in running.values():
            child.wait_for_output("model ")
        most = dict.fromkeys(running, 0.0)
        ends_s = time.perf_counter() + seconds
        while time.perf_counter() < ends_s:
            most = {views: max(most[views], child.resident_mb()) for views, child in running.items()}
            time.sleep(0.25)
    return most


def _camera(config: Path) -> Child:
    return Child([*EDGE_AGENT, "camera", "--config", str(config)], log=config.with_suffix(".log"))


def _cpu_s(child: Child) -> float:
    """Return CPU time of a process since its start: its clock by clock_getcpuclockid(3), to the microsecond."""
    return time.clock_gettime(~child.pid << 3 | 2)
