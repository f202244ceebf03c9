"""A view: what one camera is there to see, drawn on its picture. Values only; who draws and who counts is elsewhere.

All places are parts of the picture, x to the right and y downwards, 0 at the left upper corner and 1 at the right lower
one: they hold at any resolution, and of the main and the sub stream of one camera alike.
"""

import hashlib
import math
from collections.abc import Callable
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
CORNERS_APART = 0.0005
"""Of the picture's side: half a pixel of a picture 1000 wide; what is nearer is at the same place."""
DIGEST_LETTERS = 12

Part = Annotated[float, Meta(ge=0, le=1, description="a part of the picture from 0 to 1")]
Point = tuple[Part, Part]
"""x, y."""
Side = tuple[Point, Point]
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
    """Its sides cross or touch each other."""
    SAME_CORNER = "same_corner"
    """Two of its corners are at one place."""
    SPIKE = "spike"
    """A corner to which the outline goes out and comes back on the same line."""
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
        """Refuse an outline that encloses nothing, crosses or touches itself, or has a corner twice.

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
            raise _refusal(
                Flaw.SHORT,
                f"garis terlalu pendek, dari {list(self.start)} ke {list(self.end)}: jauhkan kedua ujungnya",
                f"start and end must be at least {SHORTEST_LINE} apart: move its ends apart",
            )
        if self.forward == self.backward:
            raise _refusal(
                Flaw.ONE_NAME,
                f"kedua arah bernama {self.forward!r}: beri nama yang berbeda",
                "forward and backward must have different names",
            )
        if not (self.forward + self.backward).isprintable():
            raise _refusal(
                Flaw.CONTROL,
                f"nama arah berisi huruf yang tidak terlihat, {self.forward!r}, {self.backward!r}: ketik ulang",
                "forward and backward must be plain letters: type them again",
            )


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
            count = len(self.zones) + len(self.lines)
            raise _refusal(
                Flaw.MANY,
                f"paling banyak {PLACES_MOST} zona dan garis, ini {count}: hapus beberapa",
                f"up to {PLACES_MOST} zones and lines, got {count}: remove some",
            )
        twice = sorted(self.zones.keys() & self.lines.keys())
        if twice:
            raise _refusal(
                Flaw.TWICE,
                f"{twice[0]} adalah zona dan juga garis: beri salah satu nama lain",
                f"{twice[0]} is both a zone and a line; give one another name",
            )


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


def _verify_outline(name: str, outline: Outline) -> None:
    """Refuse what is no simple polygon with an area: the most telling flaw first."""
    _verify_corners(name, outline)
    _verify_sides(name, outline, _crosses, id_word="saling memotong", en_word="cross")
    if area(outline) < SMALLEST_AREA:  # after crossings: a bow's halves cancel each other out
        raise _refusal(
            Flaw.SMALL,
            f"{name} terlalu kecil, {area(outline):.6f} dari gambar: jauhkan sudut-sudutnya",
            f"{name} must enclose at least {SMALLEST_AREA} of the picture: move its corners apart",
        )
    for place, corner in enumerate(outline):
        before, after = outline[place - 1], outline[(place + 1) % len(outline)]
        if _is_near(before, (corner, after)) or _is_near(after, (before, corner)):
            raise _refusal(
                Flaw.SPIKE,
                f"{name} pergi ke sudut {place + 1} {list(corner)} dan kembali di garis yang sama: hapus sudut itu",
                f"{name} goes out to its corner {place + 1} and comes back on the same line: remove that corner",
                corners=(place + 1,),
            )
    _verify_sides(name, outline, _touches, id_word="bersentuhan", en_word="touch")


def _verify_corners(name: str, outline: Outline) -> None:
    for place, corner in enumerate(outline):
        for other in range(place + 1, len(outline)):
            if math.dist(corner, outline[other]) < CORNERS_APART:
                raise _refusal(
                    Flaw.SAME_CORNER,
                    f"sudut {place + 1} dan {other + 1} dari {name} di tempat yang sama, {list(corner)}: hapus salah "
                    "satu; sudut pertama tidak diulang di akhir",
                    f"corners {place + 1} and {other + 1} of {name} are at the same place: remove one; the first "
                    "corner is not repeated at the end",
                    corners=(place + 1, other + 1),
                )


def _verify_sides(
    name: str, outline: Outline, do_meet: Callable[[Side, Side], bool], *, id_word: str, en_word: str
) -> None:
    """Refuse two sides that meet though they have no corner in common."""
    sides = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    reaches = [_reach(side) for side in sides]
    for place, side in enumerate(sides):
        for other in range(place + 2, len(sides) - (place == 0)):
            if _do_overlap(reaches[place], reaches[other]) and do_meet(side, sides[other]):
                raise _refusal(
                    Flaw.CROSSING,
                    f"sisi {name} sesudah sudut {place + 1} dan sesudah sudut {other + 1} {id_word}: geser sudutnya",
                    f"{name} must not {en_word} itself, its sides after corners {place + 1} and {other + 1} do: move "
                    "a corner",
                    corners=(place + 1, other + 1),
                )


def _reach(side: Side) -> tuple[float, float, float, float]:
    """Return left, upper, right and lower edge of where something can touch a side."""
    (x1, y1), (x2, y2) = side
    return (
        min(x1, x2) - CORNERS_APART,
        min(y1, y2) - CORNERS_APART,
        max(x1, x2) + CORNERS_APART,
        max(y1, y2) + CORNERS_APART,
    )


def _do_overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Answer whether two sides may meet at all: most do not, and this is the quicker question."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _refusal(flaw: Flaw, indonesian: str, english: str, *, corners: tuple[int, ...] = ()) -> DrawingError:
    return DrawingError(flaw, indonesian=indonesian, english=english, corners=corners)


def _crosses(one: Side, other: Side) -> bool:
    """Answer whether each side has its ends clearly on both sides of the other."""
    return _off(one, other[0]) * _off(one, other[1]) < 0 and _off(other, one[0]) * _off(other, one[1]) < 0


def _touches(one: Side, other: Side) -> bool:
    return any(_is_near(end, other) for end in one) or any(_is_near(end, one) for end in other)


def _off(side: Side, point: Point) -> float:
    """Return how far a point is from a whole line: above 0 to its right in the picture, 0 where it is on it."""
    (x1, y1), (x2, y2) = side
    far = ((x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1)) / math.dist(*side)
    return far if abs(far) >= CORNERS_APART else 0.0


def _is_near(point: Point, side: Side) -> bool:
    """Answer whether a point lies on a side, as far as a picture can tell."""
    (x1, y1), (x2, y2) = side
    along = ((point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)) / math.dist(*side) ** 2
    part = min(1.0, max(0.0, along))
    return math.dist(point, (x1 + part * (x2 - x1), y1 + part * (y2 - y1))) < CORNERS_APART
