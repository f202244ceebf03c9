"""A drawing as a form holds it: rows of words, each of which may be wrong. Pure.

Corners stand one a line, as `hub.drawing.corners` reads them. Everything that is wrong is told at once, each at its row
and field, and at its corner; `contract.views` has the rules.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from contract.errors import DrawingError
from contract.views import CORNERS_MOST, NAME_PATTERN, PLACES_MOST, Flaw, Line, Outline, Point, View, Zone, ZoneKind
from hub.drawing.corners import NoPoint, read_corners

ROWS_MOST = PLACES_MOST + 8
"""Zones, lines, the purpose, and a few too many, which are refused in words."""
CORNERS_LONGEST = 4_000
"""Letters: 32 corners of two numbers as long as they get."""
SIDE_LONGEST = 32
FORWARD, BACKWARD = "maju", "balik"
"""What the directions of a line are called until somebody knows better."""


class Kind(StrEnum):
    """What a row is."""

    ROAD = "road"
    BANK = "bank"
    LINE = "line"
    PURPOSE = "purpose"


class FormFlaw(StrEnum):
    """What only a form can get wrong; the rest is `contract.views.Flaw`."""

    NAME = "name"
    NAME_USED = "name_used"
    NUMBERS = "numbers"
    """What stands there is not two numbers a line."""
    COMMA = "comma"
    """A comma that may be a decimal one or stand between x and y."""
    OUTSIDE = "outside"
    """A number below 0 or above 1: perhaps pixels."""
    FEW_CORNERS = "few_corners"
    MANY_CORNERS = "many_corners"
    TWO_ENDS = "two_ends"
    """A line has more or fewer than two."""
    SIDE = "side"
    """The name of a direction is too long."""
    KIND = "kind"
    SECOND_PURPOSE = "second_purpose"


_FLAWS = {
    NoPoint.NUMBERS: FormFlaw.NUMBERS,
    NoPoint.COMMA: FormFlaw.COMMA,
    NoPoint.OUTSIDE: FormFlaw.OUTSIDE,
}


class Row(Struct, frozen=True, kw_only=True):
    """One place as the form has it."""

    kind: str = Kind.ROAD.value
    name: str = ""
    corners: str = ""
    forward: str = ""
    backward: str = ""


class Problem(Struct, frozen=True, kw_only=True):
    """What is wrong, and where."""

    flaw: Flaw | FormFlaw
    row: int | None = None
    """None: the drawing as a whole."""
    field: str = ""
    corners: tuple[int, ...] = ()
    """Those that it is about, from 1; empty: all of them."""


class Read(Struct, frozen=True, kw_only=True):
    """What the rows came to."""

    view: View | None
    """None: there are problems."""
    problems: tuple[Problem, ...] = ()


def rows_of(view: View | None) -> tuple[Row, ...]:
    """Return a drawing as rows: the purpose first, zones, then lines, as they stand in it."""
    if view is None:
        return ()
    rows = [] if view.purpose is None else [Row(kind=Kind.PURPOSE.value, corners=corners_text(view.purpose))]
    for name, zone in view.zones.items():
        rows.append(Row(kind=zone.kind.value, name=name, corners=corners_text(zone.outline)))
    rows += [
        Row(
            kind=Kind.LINE.value,
            name=name,
            corners=corners_text((line.start, line.end)),
            forward=line.forward,
            backward=line.backward,
        )
        for name, line in view.lines.items()
    ]
    return tuple(rows)


def corners_text(points: Iterable[Point]) -> str:
    """Return corners one a line; they come back as exactly the same numbers."""
    return "\n".join(f"{float(x)!r} {float(y)!r}" for x, y in points)


def read(rows: Sequence[Row]) -> Read:
    """Return the drawing that rows stand for, or everything that is wrong with them."""
    reading = _Reading()
    for number, row in enumerate(rows):
        reading.take(number, row)
    if reading.problems:
        return Read(view=None, problems=tuple(reading.problems))
    try:
        view = View(purpose=reading.purpose, zones=reading.zones, lines=reading.lines)
    except DrawingError as problem:
        return Read(view=None, problems=(Problem(flaw=Flaw(problem.flaw)),))
    return Read(view=view)


class _Reading:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.purpose: Outline | None = None
        self.zones: dict[str, Zone] = {}
        self.lines: dict[str, Line] = {}
        self._has_purpose = False

    def take(self, number: int, row: Row) -> None:
        if row.kind not in set(Kind):
            self._refuse(FormFlaw.KIND, number, "kind")
            return
        kind = Kind(row.kind)
        name = self._name(number, row) if kind is not Kind.PURPOSE else ""
        points = self._points(number, row)
        if kind is Kind.LINE:
            self._take_line(number, row, name, points)
        elif points is not None:
            self._take_area(number, kind, name, points)

    def _take_line(self, number: int, row: Row, name: str, points: Outline | None) -> None:
        forward, backward = row.forward.strip() or FORWARD, row.backward.strip() or BACKWARD
        for field, side in (("forward", forward), ("backward", backward)):
            if len(side) > SIDE_LONGEST:
                self._refuse(FormFlaw.SIDE, number, field)
        if points is None:
            return
        if len(points) != 2:  # noqa: PLR2004 - ends of a line
            self._refuse(FormFlaw.TWO_ENDS, number, "corners")
            return
        try:
            self.lines[name] = Line(start=points[0], end=points[1], forward=forward, backward=backward)
        except DrawingError as problem:
            self._refuse(Flaw(problem.flaw), number, _field_of(Flaw(problem.flaw), forward=forward))

    def _take_area(self, number: int, kind: Kind, name: str, points: Outline) -> None:
        if kind is Kind.PURPOSE and self._has_purpose:
            self._refuse(FormFlaw.SECOND_PURPOSE, number, "kind")
            return
        if not 3 <= len(points) <= CORNERS_MOST:  # noqa: PLR2004 - fewest corners of an area
            is_many = len(points) > CORNERS_MOST
            self._refuse(FormFlaw.MANY_CORNERS if is_many else FormFlaw.FEW_CORNERS, number, "corners")
            return
        try:
            if kind is Kind.PURPOSE:
                self._has_purpose = True
                self.purpose = View(purpose=points).purpose
            else:
                self.zones[name] = Zone(kind=ZoneKind(kind.value), outline=points)
        except DrawingError as problem:
            self._refuse(Flaw(problem.flaw), number, "corners", problem.corners)

    def _name(self, number: int, row: Row) -> str:
        name = "-".join(row.name.lower().split())
        if not re.fullmatch(NAME_PATTERN, name):
            self._refuse(FormFlaw.NAME, number, "name")
        elif name in self.zones or name in self.lines:
            self._refuse(FormFlaw.NAME_USED, number, "name")
        return name

    def _points(self, number: int, row: Row) -> Outline | None:
        if len(row.corners) > CORNERS_LONGEST or not row.corners.strip():
            self._refuse(FormFlaw.NUMBERS, number, "corners")
            return None
        points = read_corners(row.corners)
        found = tuple(point for point in points if not isinstance(point, NoPoint))
        for wrong, flaw in _FLAWS.items():
            places = tuple(place for place, point in enumerate(points, start=1) if point is wrong)
            if places:
                self._refuse(flaw, number, "corners", places)
        return found if len(found) == len(points) else None

    def _refuse(self, flaw: Flaw | FormFlaw, row: int, field: str, corners: tuple[int, ...] = ()) -> None:
        self.problems.append(Problem(flaw=flaw, row=row, field=field, corners=corners))


def _field_of(flaw: Flaw, *, forward: str) -> str:
    """Return the field of a line's row at which its flaw is told."""
    if flaw is Flaw.CONTROL and not forward.isprintable():
        return "forward"
    return "backward" if flaw in {Flaw.CONTROL, Flaw.ONE_NAME} else "corners"
