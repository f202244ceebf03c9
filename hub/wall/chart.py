"""Drawing a series of stages: a line that breaks where readings are missing, with the hole shown as a hole.

Pure geometry, for the small chart of a tile and the large one of a river page. A hole is never bridged.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

Point = tuple[int, float | None]
"""(UTC ms, stage cm); None: a reading without a usable value."""


class Frame(Struct, frozen=True, kw_only=True):
    """The piece of time and stage that is drawn, and its size in px."""

    start_ms: int
    end_ms: int
    low_cm: float
    high_cm: float
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0

    def x(self, at_ms: float) -> float:
        """Return px from the left of the picture."""
        return round(self.left + self.width * (at_ms - self.start_ms) / (self.end_ms - self.start_ms), 1)

    def y(self, cm: float) -> float:
        """Return px from the top of the picture."""
        return round(self.top + self.height * (self.high_cm - cm) / (self.high_cm - self.low_cm), 1)


class Hole(Struct, frozen=True, kw_only=True):
    """Time without usable readings, px."""

    x: float
    width: float


class Mark(Struct, frozen=True, kw_only=True):
    """A threshold line: severity, its stage, px from the top, and whether the station stands at or above it."""

    severity: int
    cm: float
    y: float
    is_reached: bool


class Chart(Struct, frozen=True, kw_only=True):
    """What is drawn."""

    line: str
    """SVG path data."""
    holes: tuple[Hole, ...]
    marks: tuple[Mark, ...]
    end: tuple[float, float] | None
    """The newest usable point."""
    start_ms: int
    end_ms: int


def span_cm(values: Sequence[float], raise_cm: Sequence[float]) -> tuple[float, float]:
    """Return (low, high) so that every value and every threshold is inside, with some air."""
    shown = [*values, *raise_cm] or [0.0, 100.0]
    low, high = min(shown), max(shown)
    air = max(5.0, 0.07 * (high - low))
    return low - air, high + air


def stretches(points: Sequence[Point], *, gap_ms: int) -> list[list[tuple[int, float]]]:
    """Return the usable points as stretches without a hole longer than `gap_ms`."""
    found: list[list[tuple[int, float]]] = []
    for at_ms, cm in points:
        if cm is None:
            continue
        if not found or at_ms - found[-1][-1][0] > gap_ms:
            found.append([])
        found[-1].append((at_ms, cm))
    return found


def holes(parts: Sequence[Sequence[tuple[int, float]]], frame: Frame, *, gap_ms: int) -> tuple[Hole, ...]:
    """Return the holes between stretches, before the first and after the last one."""
    if not parts:
        return (Hole(x=frame.left, width=frame.width),)
    edges = [frame.start_ms, *(ms for part in parts for ms in (part[0][0], part[-1][0])), frame.end_ms]
    pairs = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
    return tuple(
        Hole(x=frame.x(start), width=round(frame.x(end) - frame.x(start), 1))
        for start, end in pairs
        if end - start > gap_ms
    )


def line_path(parts: Sequence[Sequence[tuple[int, float]]], frame: Frame) -> str:
    """Return SVG path data in whole px, each step from the one before (a third of the size): one stroke per stretch."""
    return "".join(_stroke([(round(frame.x(ms)), round(frame.y(cm))) for ms, cm in part]) for part in parts)


def _stroke(places: Sequence[tuple[int, int]]) -> str:
    """Return one stretch; a lone point is a short dash."""
    steps = [(x - px, y - py) for (px, py), (x, y) in pairwise(places)]
    drawn = "".join(f"l{dx},{dy}" for dx, dy in steps if dx or dy)
    return f"M{places[0][0]},{places[0][1]}{drawn or 'h1'}"


def draw(
    points: Sequence[Point], frame: Frame, *, gap_ms: int, raise_cm: Sequence[float], severity: int | None
) -> Chart:
    """Return the chart of `points` (oldest first) inside `frame`.

    Args:
        points: usable and unusable readings.
        frame: what part of time and stage is shown.
        gap_ms: a longer time between two usable points is a hole.
        raise_cm: thresholds of Waspada, Siaga and Awas, cm; empty where a station has none.
        severity: the station's, to tell which lines it has reached.
    """
    shown = [point for point in points if frame.start_ms <= point[0] <= frame.end_ms]
    parts = stretches(shown, gap_ms=gap_ms)
    end = None if not parts else (frame.x(parts[-1][-1][0]), frame.y(parts[-1][-1][1]))
    return Chart(
        line=line_path(parts, frame),
        holes=holes(parts, frame, gap_ms=gap_ms),
        marks=tuple(
            Mark(severity=level, cm=cm, y=frame.y(cm), is_reached=severity is not None and severity >= level)
            for level, cm in enumerate(raise_cm, start=1)
        ),
        end=end,
        start_ms=frame.start_ms,
        end_ms=frame.end_ms,
    )
