"""The large chart of a river page: stage over time with thresholds, spread, holes, hours and metres.

Drawn twice, wide for a desk and narrow for a hand, so that its words have a size that can be read on either.
"""

import math
from collections.abc import Sequence

from msgspec import Struct

from hub.wall.chart import Chart, Frame, draw, span_cm, stretches
from hub.wall.wording import Wording

HOUR_MS = 3_600_000
NICE_CM = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
LINES_MOST = 6


class Step(Struct, frozen=True, kw_only=True):
    """What was seen in one step of time, cm; None: nothing usable."""

    at_ms: int
    mean_cm: float | None
    low_cm: float | None
    high_cm: float | None


class Span(Struct, frozen=True, kw_only=True):
    """A piece of time that can be asked for."""

    name: str
    hours: int
    step_s: int
    tick_hours: int


SPANS: tuple[Span, ...] = (
    Span(name="6j", hours=6, step_s=60, tick_hours=1),
    Span(name="24j", hours=24, step_s=60, tick_hours=4),
    Span(name="5h", hours=120, step_s=600, tick_hours=24),
)


class Size(Struct, frozen=True, kw_only=True):
    """Of the picture and of the field inside it, px."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int = 14
    bottom: int = 34


SIZES = (
    Size(name="wide", width=1100, height=400, left=58, right=86),
    Size(name="narrow", width=420, height=330, left=46, right=16),
)


class AxisLine(Struct, frozen=True, kw_only=True):
    """A line of the grid and its words."""

    place: float
    text: str


class Hydrograph(Struct, frozen=True, kw_only=True):
    """One drawing."""

    size: Size
    chart: Chart
    spread: str
    """SVG path data of the area between the lowest and the highest."""
    hours: tuple[AxisLine, ...]
    metres: tuple[AxisLine, ...]


def hydrographs(
    steps: Sequence[Step],
    *,
    span: Span,
    now_ms: int,
    gap_ms: int,
    raise_cm: Sequence[float],
    severity: int | None,
    wording: Wording,
) -> tuple[Hydrograph, ...]:
    """Return the drawings of a series, one per size.

    Args:
        steps: oldest first.
        span: what is shown; it ends at `now_ms`.
        now_ms: scaled UTC ms.
        gap_ms: a longer time between two usable steps is a hole.
        raise_cm: thresholds of Waspada, Siaga and Awas; empty where there are none.
        severity: the station's.
        wording: for hours and metres.
    """
    seen = [cm for step in steps for cm in (step.low_cm, step.high_cm) if cm is not None]
    low_cm, high_cm = span_cm(seen, raise_cm)
    gap_ms = max(gap_ms, 3 * 1000 * span.step_s)
    return tuple(
        _hydrograph(
            steps,
            Frame(
                start_ms=now_ms - span.hours * HOUR_MS,
                end_ms=now_ms,
                low_cm=low_cm,
                high_cm=high_cm,
                width=size.width - size.left - size.right,
                height=size.height - size.top - size.bottom,
                left=size.left,
                top=size.top,
            ),
            size=size,
            span=span,
            gap_ms=gap_ms,
            raise_cm=raise_cm,
            severity=severity,
            wording=wording,
        )
        for size in SIZES
    )


def _hydrograph(
    steps: Sequence[Step],
    frame: Frame,
    *,
    size: Size,
    span: Span,
    gap_ms: int,
    raise_cm: Sequence[float],
    severity: int | None,
    wording: Wording,
) -> Hydrograph:
    points = [(step.at_ms, step.mean_cm) for step in steps]
    return Hydrograph(
        size=size,
        chart=draw(points, frame, gap_ms=gap_ms, raise_cm=raise_cm, severity=severity),
        spread=_spread(steps, frame, gap_ms=gap_ms),
        hours=tuple(_hours(frame, span, wording)),
        metres=tuple(_metres(frame, wording)),
    )


def _spread(steps: Sequence[Step], frame: Frame, *, gap_ms: int) -> str:
    """Return the area between lowest and highest as one closed path per stretch."""
    shown = [step for step in steps if frame.start_ms <= step.at_ms <= frame.end_ms]
    lows = stretches([(step.at_ms, step.low_cm) for step in shown], gap_ms=gap_ms)
    highs = stretches([(step.at_ms, step.high_cm) for step in shown], gap_ms=gap_ms)
    areas = []
    for low, high in zip(lows, highs, strict=False):
        round_trip = [*high, *reversed(low)]
        areas.append("M" + "L".join(f"{round(frame.x(ms))},{round(frame.y(cm))}" for ms, cm in round_trip) + "Z")
    return "".join(areas)


def _hours(frame: Frame, span: Span, wording: Wording) -> Sequence[AxisLine]:
    offset_ms = round(wording.city.utc_offset_h * HOUR_MS)
    step_ms = span.tick_hours * HOUR_MS
    first = math.ceil((frame.start_ms + offset_ms) / step_ms) * step_ms - offset_ms
    is_by_day = span.tick_hours >= 24  # noqa: PLR2004 - hours of a day
    return [
        AxisLine(
            place=frame.x(at_ms), text=wording.day_time(at_ms).rsplit(" ", 1)[0] if is_by_day else wording.time(at_ms)
        )
        for at_ms in range(first, frame.end_ms, step_ms)
    ]


def _metres(frame: Frame, wording: Wording) -> Sequence[AxisLine]:
    height_cm = frame.high_cm - frame.low_cm
    step_cm = next((nice for nice in NICE_CM if height_cm / nice <= LINES_MOST), NICE_CM[-1])
    first = math.ceil(frame.low_cm / step_cm) * step_cm
    return [
        AxisLine(place=frame.y(cm), text=wording.decimal(cm / 100, 2))
        for cm in range(first, int(frame.high_cm), step_cm)
    ]
