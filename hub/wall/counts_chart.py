"""The chart of one zone or line: a bar for each step of time, classes one on the other, holes shown as holes.

Pure geometry. A step of which less than half was looked at is a hole: nobody knows what passed. A step in which the
camera was too slow to count is drawn open, for its bar is the least that was there. A step in which it could not see
is a hole.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, structs

from hub.wall.hydrograph import HOUR_MS, AxisLine, Span
from hub.wall.wording import Wording

SPANS: tuple[Span, ...] = (
    Span(name="3j", hours=3, step_s=60, tick_hours=1),
    Span(name="24j", hours=24, step_s=600, tick_hours=4),
    Span(name="7h", hours=168, step_s=3600, tick_hours=24),
)
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("motorcycle", ("motorcycle",)),
    ("car", ("car",)),
    ("heavy", ("bus", "truck")),
    ("rest", ()),
)
"""Classes that share a shade, from the bottom of a bar; the last takes all others."""
LEAST_SEEN = 0.5
"""Part of a step that must have been looked at."""
BAR_PART = 0.94
"""Of its step that a bar takes."""
FRAMED_PX = 12
"""A narrower bar that is only the least has a mark on its top; a frame would hide it."""
LINES_MOST = 4
NICE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


class CountStep(Struct, frozen=True, kw_only=True):
    """One step: what was counted by class, and how far it can be trusted."""

    at_ms: int
    by_label: Mapping[str, float]
    seen: float
    """Part of the step that was looked at and could be seen, 0 to 1."""
    is_least: bool
    """The camera was too slow for some of it."""


class ChartSize(Struct, frozen=True, kw_only=True):
    """Of the picture and of the field inside it, px."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int = 12
    bottom: int = 32
    digits: int = 1
    """Behind the point, of heights."""


SIZES = (
    ChartSize(name="wide", width=1100, height=230, left=58, right=16),
    ChartSize(name="narrow", width=420, height=220, left=46, right=12),
)


SMALL = ChartSize(name="small", width=360, height=60, left=0, right=0, top=2, bottom=0, digits=0)
"""Of a list's row or a tile: bars alone."""
STEPS_S = (60, 600, 3600)
"""In which the hub sums up what cameras counted."""
SHORTEST_WINDOW_S = 10.0
"""Real; of cameras on boxes whose clock runs fast. By that clock it is as much longer."""


class CountsChart(Struct, frozen=True, kw_only=True):
    """One drawing; paths are SVG path data."""

    size: ChartSize
    bar_px: float
    """How wide a bar is drawn."""
    bars: tuple[tuple[str, str], ...]
    """Group and its path: a stroke for each bar."""
    least: str
    """Frames of the bars that are the least that was there."""
    holes: tuple[tuple[float, float], ...]
    """x and width of each."""
    hours: tuple[AxisLine, ...]
    counts: tuple[AxisLine, ...]


def counts_charts(steps: Sequence[CountStep], *, span: Span, now_ms: int, wording: Wording) -> tuple[CountsChart, ...]:
    """Return the drawings of a series, one for each size.

    Args:
        steps: oldest first; `at_ms` on the grid of the span's steps.
        span: what is shown; it ends with the step of `now_ms`.
        now_ms: scaled UTC ms.
        wording: for hours.
    """
    return tuple(counts_chart(steps, size, span=span, now_ms=now_ms, wording=wording) for size in SIZES)


def fitting_span(span: Span, *, rate: float) -> Span:
    """Return a stretch of time with steps in which a whole window finds room: on a fast clock windows are long."""
    fitting = (step_s for step_s in STEPS_S if step_s >= max(span.step_s, SHORTEST_WINDOW_S * rate))
    return structs.replace(span, step_s=next(fitting, STEPS_S[-1]))


def grouped(by_label: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return group to sum, from the bottom of a bar."""
    named = {label for _, labels in GROUPS for label in labels}
    rest = sum(count for label, count in by_label.items() if label not in named)
    sums = [(name, sum(by_label.get(label, 0) for label in labels)) for name, labels in GROUPS]
    return [*sums[:-1], (GROUPS[-1][0], rest)]


def counts_chart(
    steps: Sequence[CountStep], size: ChartSize, *, span: Span, now_ms: int, wording: Wording
) -> CountsChart:
    """Return the drawing of a series in one size; as for `counts_charts`."""
    top = max((sum(step.by_label.values()) for step in steps), default=0.0)
    nice = next((one for one in NICE if top / one <= LINES_MOST), NICE[-1])
    ceiling = max(nice, math.ceil(top / nice) * nice)
    step_ms = 1000 * span.step_s
    end_ms = now_ms // step_ms * step_ms + step_ms
    start_ms = end_ms - span.hours * HOUR_MS
    width, height = size.width - size.left - size.right, size.height - size.top - size.bottom
    bar = width * step_ms / (end_ms - start_ms)

    def x(at_ms: int) -> float:
        return round(size.left + width * (at_ms - start_ms) / (end_ms - start_ms), 1)

    def y(count: float) -> float:
        return round(size.top + height * (1 - count / ceiling), size.digits)

    shown = {step.at_ms: step for step in steps if start_ms <= step.at_ms < end_ms and step.seen >= LEAST_SEEN}
    paths = {name: "" for name, _ in GROUPS}
    least = ""
    for at_ms, step in shown.items():
        below, middle = 0.0, f"{round(x(at_ms) + bar / 2, 1):g}"
        for name, count in grouped(step.by_label):
            if count:
                paths[name] += f"M{middle},{y(below):g}V{y(below + count):g}"
                below += count
        if step.is_least:
            top = y(max(below, ceiling / 30))
            sides = (f"M{x(at_ms)},{y(0)}V{top}", f"V{y(0)}") if bar >= FRAMED_PX else (f"M{x(at_ms)},{top}", "")
            least += f"{sides[0]}h{bar:.1f}{sides[1]}"
    return CountsChart(
        size=size,
        bar_px=round(bar * BAR_PART, 2),
        bars=tuple(paths.items()),
        least=least,
        holes=_holes(set(shown), start_ms, now_ms // step_ms * step_ms, step_ms, x),
        hours=_hours(start_ms, end_ms, span, wording, x),
        counts=tuple(AxisLine(place=y(n), text=str(n)) for n in range(0, int(ceiling) + 1, nice)),
    )


def _holes(
    seen: set[int], start_ms: int, end_ms: int, step_ms: int, x: Callable[[int], float]
) -> tuple[tuple[float, float], ...]:
    """Return the stretches of steps that were not seen; the step of now is no hole, it is not over."""
    found: list[tuple[int, int]] = []
    for at_ms in range(start_ms, end_ms, step_ms):
        if at_ms in seen:
            continue
        if found and found[-1][1] == at_ms:
            found[-1] = (found[-1][0], at_ms + step_ms)
        else:
            found.append((at_ms, at_ms + step_ms))
    return tuple((x(begin_ms), round(x(stop_ms) - x(begin_ms), 1)) for begin_ms, stop_ms in found)


def _hours(start_ms: int, end_ms: int, span: Span, wording: Wording, x: Callable[[int], float]) -> tuple[AxisLine, ...]:
    offset_ms = round(wording.city.utc_offset_h * HOUR_MS)
    tick_ms = span.tick_hours * HOUR_MS
    first = math.ceil((start_ms + offset_ms) / tick_ms) * tick_ms - offset_ms
    is_by_day = span.tick_hours >= 24  # noqa: PLR2004 - hours of a day
    return tuple(
        AxisLine(place=x(at_ms), text=wording.day_time(at_ms).rsplit(" ", 1)[0] if is_by_day else wording.time(at_ms))
        for at_ms in range(first, end_ms, tick_ms)
    )
