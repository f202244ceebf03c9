"""Zones and lines on an empty field, with an arrow to where forward leads."""

import re

from contract.views import Line, View, Zone, ZoneKind
from hub.wall.outline_picture import HEIGHT, WIDTH, shapes_of

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


def arrow_end(line: Line) -> tuple[float, float]:
    """Return where the arrow of a line ends, seen from its middle, px."""
    (shape,) = shapes_of(View(lines={"garis": line}))
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", shape.arrow)]
    return numbers[2] - numbers[0], numbers[3] - numbers[1]


def test_everything_that_is_drawn_is_there_the_purpose_first() -> None:
    view = View(
        purpose=CORNERS,
        zones={"tepi": Zone(kind=ZoneKind.BANK, outline=CORNERS), "jalan": Zone(kind=ZoneKind.ROAD, outline=CORNERS)},
        lines={"garis": Line(start=(0.0, 0.5), end=(1.0, 0.5))},
    )
    shapes = shapes_of(view)
    assert [(one.kind, one.name) for one in shapes] == [
        ("purpose", ""),
        ("road", "jalan"),
        ("bank", "tepi"),
        ("line", "garis"),
    ]
    assert shapes[0].path == f"M0,0L{WIDTH},0L{WIDTH},{HEIGHT}Z"
    assert shapes_of(View()) == ()


def test_forward_is_to_the_right_of_a_line_seen_from_its_start() -> None:
    x, y = arrow_end(Line(start=(0.1, 0.5), end=(0.9, 0.5)))
    assert (x, y > 0) == (0, True), "from left to right: downwards, as the contract says"
    x, y = arrow_end(Line(start=(0.9, 0.5), end=(0.1, 0.5)))
    assert (x, y < 0) == (0, True)
    x, y = arrow_end(Line(start=(0.5, 0.1), end=(0.5, 0.9)))
    assert (x < 0, y) == (True, 0)
