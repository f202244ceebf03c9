"""A view's lines and zones on the pixels of a frame."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.views import Line, Outline, View, Zone, ZoneKind
from edge_agent.sightings.boxes import Floats
from edge_agent.sightings.track import XY

CELLS_A_SIDE = 32
"""A zone's area is counted in cells of its surrounding rectangle: 1,024 of them, good to about 2 % of the area."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A line in pixels."""

    start_px: XY
    end_px: XY

    def right_of_px(self, point: XY) -> float:
        """Return how far a point lies to the right of the line (seen from start to end), px; below 0 to its left."""
        (x1, y1), (x2, y2) = self.start_px, self.end_px
        return ((x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1)) / self.length_px

    def part_of(self, point: XY) -> float:
        """Return where along the line a point lies: 0 at its start, 1 at its end, outside of that beyond them."""
        (x1, y1), (x2, y2) = self.start_px, self.end_px
        return ((point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)) / self.length_px**2

    @property
    def length_px(self) -> float:
        """Length, never 0 (`contract.views.SHORTEST_LINE`)."""
        return math.dist(self.start_px, self.end_px)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedZone:
    """A zone in pixels."""

    kind: ZoneKind
    outline_px: Floats
    """[n, 2]"""
    cells_px: Floats
    """[m, 2] middles of the cells that lie in it."""

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Return for each point [n, 2] whether it lies in it."""
        return inside(points, self.outline_px)

    def covered(self, boxes: Floats) -> float:
        """Return the part of its area that lies under boxes [k, 4], 0 to 1; where two overlap it counts once."""
        if not len(boxes):
            return 0.0
        x, y = self.cells_px[:, 0, None], self.cells_px[:, 1, None]
        under = (x >= boxes[:, 0]) & (x < boxes[:, 2]) & (y >= boxes[:, 1]) & (y < boxes[:, 3])
        return float(under.any(axis=1).mean())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedView:
    """All places of a view, on frames of one size."""

    width_px: int
    height_px: int
    lines: dict[str, PlacedLine]
    zones: dict[str, PlacedZone]


def placed(view: View, width_px: int, height_px: int) -> PlacedView:
    """Return a view's places in the pixels of frames of this size."""
    return PlacedView(
        width_px=width_px,
        height_px=height_px,
        lines={name: _line(line, width_px, height_px) for name, line in view.lines.items()},
        zones={name: _zone(zone, width_px, height_px) for name, zone in view.zones.items()},
    )


def inside(points: Floats, outline: Floats) -> NDArray[np.bool_]:
    """Return for each point [m, 2] whether it lies in the polygon [n, 2] (even-odd rule)."""
    x, y = points[:, 0, None], points[:, 1, None]
    x1, y1 = outline.T
    x2, y2 = np.concatenate([outline[1:], outline[:1]]).T
    spans = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    hits = spans & (x < (x2 - x1) * (y - y1) / rise + x1)
    return np.asarray(hits.sum(axis=1) % 2 == 1)


def _line(line: Line, width_px: int, height_px: int) -> PlacedLine:
    return PlacedLine(
        start_px=(line.start[0] * width_px, line.start[1] * height_px),
        end_px=(line.end[0] * width_px, line.end[1] * height_px),
    )


def _zone(zone: Zone, width_px: int, height_px: int) -> PlacedZone:
    outline = pixels(zone.outline, width_px, height_px)
    return PlacedZone(kind=zone.kind, outline_px=outline, cells_px=_cells(outline))


def pixels(outline: Outline, width_px: int, height_px: int) -> Floats:
    """Return the corners [n, 2] of an outline, px."""
    return np.array(outline, np.float64) * (width_px, height_px)


def _cells(outline: Floats) -> Floats:
    """Return the middles [m, 2] of the cells in a polygon; its corners where it is thinner than any cell."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    part = (np.arange(CELLS_A_SIDE) + 0.5) / CELLS_A_SIDE
    x, y = np.meshgrid(low[0] + part * (high[0] - low[0]), low[1] + part * (high[1] - low[1]))
    cells = np.stack([x.ravel(), y.ravel()], axis=1)
    chosen = cells[inside(cells, outline)]
    return chosen if len(chosen) else outline
