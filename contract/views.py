"""A view: what one camera is there to see, drawn on its picture. Values only; who draws and who counts is elsewhere.

All places are parts of the picture, x to the right and y downwards, 0 at the left upper corner and 1 at the right lower
one: they hold at any resolution, and of the main and the sub stream of one camera alike.
"""

import hashlib
import math
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from contract.errors import DrawingError

PLACES_MOST = 16
"""Zones and lines of one view: each costs a record a minute."""
CORNERS_MOST = 32
NAME_PATTERN = r"^[a-z][a-z0-9-]{0,31}$"
SMALLEST_AREA = 1e-4
"""Of the picture: a zone of 1 % by 1 % of it; nothing that drives or walks is told apart in a smaller one."""
SHORTEST_LINE = 0.02
"""Of the picture's side."""
DIGEST_LETTERS = 12

Part = Annotated[float, Meta(ge=0, le=1, description="a part of the picture from 0 to 1")]
Point = tuple[Part, Part]
"""x, y."""
Outline = Annotated[tuple[Point, ...], Meta(min_length=3, max_length=CORNERS_MOST)]
PlaceName = Annotated[
    str, Meta(pattern=NAME_PATTERN, description="a letter, then up to 31 of a-z, 0-9 and -, for example jalur-utara")
]
SideName = Annotated[str, Meta(min_length=1, max_length=32)]


class Flaw(StrEnum):
    """Why something that is drawn could never work."""

    SMALL = "small"
    """A zone or a purpose that encloses less than `SMALLEST_AREA`."""
    CROSSING = "crossing"
    """Its sides cross each other."""
    SHORT = "short"
    """A line below `SHORTEST_LINE`."""
    ONE_NAME = "one_name"
    """Both directions of a line are called the same."""
    CONTROL = "control"
    """The name of a direction has letters that cannot be seen, or that turn the text around them."""
    MANY = "many"
    """More zones and lines than `PLACES_MOST`."""
    TWICE = "twice"
    """A zone and a line have one name."""


class ZoneKind(StrEnum):
    """What a zone is asked."""

    ROAD = "road"
    """How many vehicles are in it, how long they stand, whether traffic flows."""
    BANK = "bank"
    """Whether people or boats are there."""


class Zone(Struct, frozen=True, kw_only=True):
    """A part of the picture in which things are counted."""

    kind: ZoneKind
    outline: Outline

    def __post_init__(self) -> None:
        """Refuse an outline that encloses nothing or crosses itself.

        Raises:
            DrawingError: the text says what is wrong.
        """
        _verify_outline("outline", self.outline)


class Line(Struct, frozen=True, kw_only=True):
    """A line that is crossed. Seen from `start` to `end`, forward is from its left to its right side.

    With `start` at the left and `end` at the right of the picture, forward is downwards.
    """

    start: Point
    end: Point
    forward: SideName = "forward"
    """What people call that direction: down, in, to the market."""
    backward: SideName = "backward"

    def __post_init__(self) -> None:
        """Refuse a line that is hardly one, or whose directions cannot be told apart.

        Raises:
            DrawingError: the text says what is wrong.
        """
        if math.dist(self.start, self.end) < SHORTEST_LINE:
            message = f"start and end must be at least {SHORTEST_LINE} apart, got {list(self.start)}, {list(self.end)}"
            raise DrawingError(Flaw.SHORT, message)
        if self.forward == self.backward:
            message = f"forward and backward must have different names, got {self.forward!r} twice"
            raise DrawingError(Flaw.ONE_NAME, message)
        if not (self.forward + self.backward).isprintable():
            message = f"forward and backward must be plain letters, got {self.forward!r}, {self.backward!r}"
            raise DrawingError(Flaw.CONTROL, message)


class View(Struct, frozen=True, kw_only=True):
    """Everything that is drawn on one camera's picture.

    `purpose` is what the city has a reason to look at. All else is made unreadable in every still; where none is drawn,
    that is the whole picture.
    """

    name: str = ""
    purpose: Outline | None = None
    zones: dict[PlaceName, Zone] = {}
    lines: dict[PlaceName, Line] = {}

    def __post_init__(self) -> None:
        """Refuse too many places, one name for two, and a purpose that is no area.

        Raises:
            DrawingError: the text says what is wrong.
        """
        if self.purpose is not None:
            _verify_outline("purpose", self.purpose)
        if len(self.zones) + len(self.lines) > PLACES_MOST:
            message = f"up to {PLACES_MOST} zones and lines, got {len(self.zones) + len(self.lines)}"
            raise DrawingError(Flaw.MANY, message)
        twice = sorted(self.zones.keys() & self.lines.keys())
        if twice:
            message = f"{twice[0]} is both a zone and a line; give one another name"
            raise DrawingError(Flaw.TWICE, message)


def digest(view: View) -> str:
    """Return what tells one drawing from another, 12 hexadecimal digits; a view's name and its places' order do not.

    Box and hub reckon it alike, so that counts can say by which drawing they were made.
    """
    read = msgspec.json.decode(msgspec.json.encode(view), type=View)  # 0 and 0.0 are one number
    drawn = replace(read, name="", zones=dict(sorted(read.zones.items())), lines=dict(sorted(read.lines.items())))
    return hashlib.sha256(msgspec.json.encode(drawn)).hexdigest()[:DIGEST_LETTERS]


def area(outline: tuple[Point, ...]) -> float:
    """Return the area of a polygon as a part of the picture (shoelace formula)."""
    following = (*outline[1:], outline[0])
    return abs(sum(x * y2 - x2 * y for (x, y), (x2, y2) in zip(outline, following, strict=True))) / 2


def _verify_outline(name: str, outline: tuple[Point, ...]) -> None:
    sides = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    for place, side in enumerate(sides):
        for other in sides[place + 2 : len(sides) - (place == 0)]:
            if _crosses(side, other):
                message = f"{name} must not cross itself, its sides {list(side)} and {list(other)} do"
                raise DrawingError(Flaw.CROSSING, message)
    if area(outline) < SMALLEST_AREA:  # after the other: a bow's halves cancel each other out
        message = f"{name} must enclose at least {SMALLEST_AREA} of the picture, got {area(outline):.6f}"
        raise DrawingError(Flaw.SMALL, message)


def _crosses(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    return _turn(*one, other[0]) * _turn(*one, other[1]) < 0 and _turn(*other, one[0]) * _turn(*other, one[1]) < 0


def _turn(start: Point, end: Point, point: Point) -> float:
    """Return on which side of a line a point is: above 0 to its right in the picture, below 0 to its left."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
