"""What is drawn on a view as geometry, on an empty field of 16:9 or over a still of any shape."""

from collections.abc import Sequence

from msgspec import Struct

from contract.views import View

WIDTH, HEIGHT = 1600, 900
NAME_PX = 62
"""Below the upper edge of a zone stands its name: in the middle there is often a line."""
ARROW_PX = 70
"""Of the arrow that points forward over a line."""

Point = tuple[float, float]


class Shape(Struct, frozen=True, kw_only=True):
    """One zone or line: SVG path data, and where its name stands, px."""

    name: str
    kind: str
    """road, bank, line or purpose."""
    path: str
    arrow: str
    """Of a line, from its middle to where forward leads; else empty."""
    x: float
    y: float


def shapes_of(view: View, *, height: int = HEIGHT) -> tuple[Shape, ...]:
    """Return everything that is drawn: the purpose first, zones, then lines; on a field `WIDTH` by `height`."""
    drawn = [] if view.purpose is None else [_area("", "purpose", view.purpose, height)]
    drawn += [_area(name, str(zone.kind.value), zone.outline, height) for name, zone in sorted(view.zones.items())]
    return (*drawn, *(_line(name, line.start, line.end, height) for name, line in sorted(view.lines.items())))


def _area(name: str, kind: str, outline: Sequence[Point], height: int) -> Shape:
    corners = [_px(point, height) for point in outline]
    x = sum(x for x, _ in corners) / len(corners)
    y = min(y for _, y in corners) + NAME_PX
    path = "M" + "L".join(f"{x:g},{y:g}" for x, y in corners) + "Z"
    return Shape(name=name, kind=kind, path=path, arrow="", x=round(x, 1), y=round(y, 1))


def _line(name: str, start: Point, end: Point, height: int) -> Shape:
    (x1, y1), (x2, y2) = _px(start, height), _px(end, height)
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1.0)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    # To the right of a line that runs from left to right is downwards in a picture.
    dx, dy = -(y2 - y1) / length * ARROW_PX, (x2 - x1) / length * ARROW_PX
    head = f"M{x + dx - dy / 4 - dx / 3:.0f},{y + dy + dx / 4 - dy / 3:.0f}L{x + dx:.0f},{y + dy:.0f}"
    head += f"L{x + dx + dy / 4 - dx / 3:.0f},{y + dy - dx / 4 - dy / 3:.0f}"
    arrow = f"M{x:.0f},{y:.0f}L{x + dx:.0f},{y + dy:.0f}{head}"
    return Shape(
        name=name, kind="line", path=f"M{x1:g},{y1:g}L{x2:g},{y2:g}", arrow=arrow, x=round(x, 1), y=round(y, 1)
    )


def _px(point: Point, height: int) -> Point:
    return round(point[0] * WIDTH, 1), round(point[1] * height, 1)
