"""Views: what may be drawn, and that it survives the wire."""

import math
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract.desired import Desired, DesiredView, desired_view
from contract.errors import DrawingError, MessageError
from contract.messages import decode_message, encode_message
from contract.views import (
    PLACES_MOST,
    SHORTEST_LINE,
    SMALLEST_AREA,
    Flaw,
    Line,
    Outline,
    View,
    Zone,
    ZoneKind,
    area,
    digest,
)

SQUARE: Outline = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
PART = st.floats(0, 1, allow_nan=False)
POINT = st.tuples(PART, PART)
NAME = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)


PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
"""What `str.isprintable` takes."""


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """Draw a polygon whose corners go around its middle, so that it cannot cross itself."""
    turns = sorted(draw(st.lists(st.integers(0, 359), min_size=3, max_size=32, unique=True)))
    radii = [draw(st.floats(0.05, 0.45)) for _ in turns]
    return tuple(
        (0.5 + radius * math.cos(math.radians(turn)), 0.5 + radius * math.sin(math.radians(turn)))
        for turn, radius in zip(turns, radii, strict=True)
    )


@st.composite
def lines(draw: st.DrawFn) -> Line:
    start, end = draw(POINT), draw(POINT)
    assume(math.dist(start, end) >= SHORTEST_LINE)
    return Line(
        start=start,
        end=end,
        forward=draw(st.text(PRINTABLE, min_size=1, max_size=32).filter(lambda word: word != "b")),
        backward="b",
    )


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    outline = draw(outlines())
    assume(area(outline) >= SMALLEST_AREA and _goes_around(outline))
    return Zone(kind=draw(st.sampled_from(ZoneKind)), outline=outline)


def _goes_around(outline: Outline) -> bool:
    """Answer whether no gap between two corners is half a turn: then the middle is inside, and no side crosses."""
    turns = [math.atan2(y - 0.5, x - 0.5) for x, y in outline]
    gaps = [(after - before) % (2 * math.pi) for before, after in zip(turns, (*turns[1:], turns[0]), strict=True)]
    return max(gaps) < math.pi * 0.99


@st.composite
def views(draw: st.DrawFn) -> View:
    names = draw(st.lists(NAME, unique=True, max_size=6))
    split = draw(st.integers(0, len(names)))
    return View(
        name=draw(st.text(max_size=20)),
        zones={name: draw(zones()) for name in names[:split]},
        lines={name: draw(lines()) for name in names[split:]},
    )


@settings(max_examples=40)
@given(views())
def test_a_view_survives_the_wire(view: View) -> None:
    assert msgspec.json.decode(msgspec.json.encode(view), type=View) == view


@given(zones(), st.integers(0, 31))
def test_an_outline_may_begin_at_any_corner_and_go_either_way(zone: Zone, first: int) -> None:
    turned = zone.outline[first % len(zone.outline) :] + zone.outline[: first % len(zone.outline)]
    for outline in (turned, turned[::-1]):
        again = Zone(kind=zone.kind, outline=outline)
        assert area(again.outline) == pytest.approx(area(zone.outline))


OFF = st.integers(-20, 20)


@given(st.tuples(OFF, OFF, OFF, OFF), st.floats(0.25, 0.45), st.integers(0, 3))
def test_two_corners_that_change_places_make_an_outline_that_crosses_itself(
    offs: tuple[int, int, int, int], radius: float, first: int
) -> None:
    turns = [math.radians(45 + 90 * corner + off) for corner, off in enumerate(offs)]
    corners = [(0.5 + radius * math.cos(turn), 0.5 + radius * math.sin(turn)) for turn in turns]
    assert area(Zone(kind=ZoneKind.ROAD, outline=tuple(corners)).outline) > 0
    corners[first], corners[first - 1] = corners[first - 1], corners[first]
    with pytest.raises(ValueError, match=r"must not (cross|touch) itself|must enclose"):
        Zone(kind=ZoneKind.ROAD, outline=tuple(corners))


def test_the_area_is_the_shoelace() -> None:
    assert area(SQUARE) == pytest.approx(0.64)
    assert area(SQUARE[::-1]) == pytest.approx(0.64)
    assert area(((0, 0), (1, 0), (0, 1))) == 0.5


@pytest.mark.parametrize(
    ("outline", "says"),
    [
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.8)), "must not cross itself"),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), "must enclose at least"),
        (((0.1, 0.1), (0.105, 0.1), (0.105, 0.105)), "must enclose at least"),
        (((0.1, 0.1), (0.5, 0.1), (0.9, 0.1), (0.3, 0.1)), "must enclose at least"),
        ((*SQUARE, SQUARE[0]), "corners 1 and 5 of NAME are at the same place"),
        ((*SQUARE[:2], SQUARE[1], *SQUARE[2:]), "corners 2 and 3 of NAME are at the same place"),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.1), (0.9, 0.9), (0.5, 0.5), (0.1, 0.9)), "corners 2 and 5 of NAME"),
        (((0.1, 0.1), (0.9, 0.1), (0.4, 0.1), (0.4, 0.9)), "goes out to its corner 2 and comes back"),
        (((0.1, 0.1), (0.5, 0.1), (0.5, 0.9), (0.9, 0.1)), "goes out to its corner 1 and comes back"),
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.1), (0.1, 0.9)), "must not touch itself"),
    ],
)
def test_an_outline_that_is_none_is_refused_with_the_corner_that_is_meant(outline: Outline, says: str) -> None:
    def words(name: str) -> str:
        return says.replace("NAME", name) if "NAME" in says else f"{name} {says}"

    with pytest.raises(DrawingError, match=words("outline")) as caught:
        Zone(kind=ZoneKind.ROAD, outline=outline)
    indonesian, _, english = str(caught.value).partition(" / ")
    assert "outline" in indonesian
    assert ": " in indonesian, "what to do"
    assert ": " in english
    with pytest.raises(ValueError, match=words("purpose")):
        View(purpose=outline)


ON_A_GRID = st.tuples(st.integers(0, 3), st.integers(0, 3))
"""Of 4 by 4 points: corners fall on each other, on sides, and in a row."""


def _is_simple(corners: Sequence[tuple[int, int]]) -> bool:
    """Answer by whole numbers alone whether a polygon has no corner twice and no two sides that meet elsewhere."""
    ends = list(zip(corners, (*corners[1:], corners[0]), strict=True))
    apart = [
        (one, other)
        for place, one in enumerate(ends)
        for after, other in enumerate(ends[place + 1 :], start=place + 1)
        if after - place not in (1, len(ends) - 1)
    ]
    folds = any(
        _side(a, b, c) == 0 and (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0
        for (a, b), (_, c) in zip(ends, (*ends[1:], ends[0]), strict=True)
    )
    return len(set(corners)) == len(corners) and not folds and not any(_meet(*pair) for pair in apart)


def _side(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _meet(one: tuple[tuple[int, int], tuple[int, int]], other: tuple[tuple[int, int], tuple[int, int]]) -> bool:
    (a, b), (c, d) = one, other
    if _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b):
        return True
    return any(
        _side(*side, point) == 0 and all(min(p, q) <= r <= max(p, q) for p, q, r in zip(*side, point, strict=True))
        for side, points in ((one, other), (other, one))
        for point in points
    )


@given(st.lists(ON_A_GRID, min_size=3, max_size=7, unique=True) | st.lists(ON_A_GRID, min_size=3, max_size=7))
@settings(max_examples=250)
def test_an_outline_is_taken_just_when_it_is_simple_and_then_has_an_area_and_comes_back_the_same(
    corners: list[tuple[int, int]],
) -> None:
    outline = tuple((x / 3, y / 3) for x, y in corners)
    try:
        zone = Zone(kind=ZoneKind.ROAD, outline=outline)
    except DrawingError:
        assert not _is_simple(corners)
        return
    assert _is_simple(corners)
    assert area(zone.outline) >= SMALLEST_AREA
    view = View(purpose=outline, zones={"a": zone})
    assert msgspec.json.decode(msgspec.json.encode(view), type=View) == view


@given(st.lists(POINT, min_size=3, max_size=6))
def test_corners_anywhere_are_an_outline_with_an_area_or_refused_in_words(corners: list[tuple[float, float]]) -> None:
    try:
        zone = Zone(kind=ZoneKind.ROAD, outline=tuple(corners))
    except DrawingError as problem:
        flaw, meant = Flaw(problem.flaw), problem.corners
    else:
        assert area(zone.outline) >= SMALLEST_AREA
        return
    assert flaw in {Flaw.SMALL, Flaw.CROSSING, Flaw.SAME_CORNER, Flaw.SPIKE}
    assert all(1 <= corner <= len(corners) for corner in meant)


@pytest.mark.parametrize("point", [(-0.1, 0.5), (0.5, 1.01), (640, 360)])
def test_a_place_outside_of_the_picture_is_refused_on_the_wire(point: tuple[float, float]) -> None:
    wire = msgspec.json.encode({"lines": {"simpang": {"start": point, "end": (0.5, 0.5)}}})
    with pytest.raises(msgspec.ValidationError, match="lines"):
        msgspec.json.decode(wire, type=View)


def test_a_line_needs_length_and_two_names() -> None:
    with pytest.raises(ValueError, match=r"at least 0\.02 apart"):
        Line(start=(0.5, 0.5), end=(0.51, 0.5))
    with pytest.raises(ValueError, match="different names"):
        Line(start=(0, 0), end=(1, 1), forward="masuk", backward="masuk")


def test_a_view_has_a_bounded_number_of_places_each_with_its_own_name() -> None:
    line, zone = Line(start=(0, 0), end=(1, 1)), Zone(kind=ZoneKind.BANK, outline=SQUARE)
    many = {f"garis-{number}": line for number in range(PLACES_MOST)}
    assert len(View(lines=many).lines) == PLACES_MOST
    with pytest.raises(ValueError, match="up to 16 zones and lines, got 17"):
        View(lines=many, zones={"tepi": zone})
    with pytest.raises(ValueError, match="tepi is both a zone and a line"):
        View(lines={"tepi": line}, zones={"tepi": zone})


@pytest.mark.parametrize("name", ["", "Jalur", "9a", "a" * 33, "jalur utara"])
def test_a_name_that_is_none_is_refused_on_the_wire(name: str) -> None:
    wire = msgspec.json.encode({"zones": {name: {"kind": "road", "outline": SQUARE}}})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wire, type=View)


@given(view=views())
@settings(max_examples=60)
def test_a_digest_is_the_same_on_both_sides_of_the_wire_and_in_any_order_and_name(view: View) -> None:
    far = msgspec.json.decode(msgspec.json.encode(view), type=View)
    turned = msgspec.structs.replace(far, name="lain", zones=dict(reversed(far.zones.items())))
    assert digest(view) == digest(far) == digest(turned)


def test_whole_numbers_and_their_fractions_are_one_drawing_and_every_other_corner_is_another() -> None:
    whole, part = View(purpose=((0, 0), (1, 0), (1, 1))), View(purpose=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))
    assert digest(whole) == digest(part)
    assert digest(View(purpose=((0, 0), (1, 0), (1, 0.9999)))) != digest(part)
    assert digest(View(zones={"a": Zone(kind=ZoneKind.ROAD, outline=SQUARE)})) != digest(
        View(zones={"a": Zone(kind=ZoneKind.BANK, outline=SQUARE)})
    )


def test_an_older_box_passes_over_what_is_drawn_for_its_cameras() -> None:
    class OldDesired(msgspec.Struct):
        db_epoch: str
        version: int
        sources: dict[str, msgspec.Raw] = {}

    raw = msgspec.Raw(msgspec.json.encode(DesiredView(view="pasar", version=3, drawing=View())))
    told = encode_message(Desired(db_epoch="e1", version=7, views={"c1": raw}))
    assert msgspec.json.decode(told, type=OldDesired).version == 7
    again = decode_message(Desired, told)
    assert again.views is not msgspec.UNSET
    assert desired_view(again.views["c1"]).version == 3
    assert decode_message(Desired, b'{"db_epoch":"e1","version":7}').views is msgspec.UNSET
    with pytest.raises(MessageError, match=r"desired view: .*outline"):
        desired_view(msgspec.Raw(b'{"view":"a","version":1,"drawing":{"purpose":null,"zones":{"a":{"kind":"road"}}}}'))
