"""What a new drawing comes to against the one before, and by which one a box counts."""

from hypothesis import given, settings
from msgspec.structs import replace

from contract.views import Line, View, Zone, ZoneKind, digest
from hub.drawing.changes import Change, Deed, changes
from hub.drawing.following import Following, follows
from hub.storage.outlines import OutlineVersion
from tests.contract.test_views import views
from tests.support.sightings import MARKET

ROAD, GATE = MARKET.zones["jalan"], MARKET.lines["gerbang"]


def deeds(before: View | None, after: View) -> list[tuple[str, str, str]]:
    return [(one.deed.value, one.kind, one.name) for one in changes(before, after)]


@given(before=views(), after=views())
@settings(max_examples=40)
def test_nothing_is_told_only_where_nothing_but_the_name_differs(before: View, after: View) -> None:
    assert changes(before, before) == ()
    is_same = (before.purpose, before.zones, before.lines) == (after.purpose, after.zones, after.lines)
    assert (changes(before, after) == ()) == is_same


def test_a_first_drawing_is_new_as_a_whole() -> None:
    assert deeds(None, MARKET) == [
        ("added", "purpose", ""),
        ("added", "road", "jalan"),
        ("added", "line", "gerbang"),
    ]


def test_a_place_that_keeps_its_outline_under_another_name_was_renamed() -> None:
    (change,) = changes(MARKET, replace(MARKET, zones={"pasar": ROAD}))
    assert change == Change(deed=Deed.RENAMED, kind="road", name="pasar", was="jalan")
    other = Zone(kind=ZoneKind.ROAD, outline=((0.0, 0.0), (0.2, 0.0), (0.2, 0.2)))
    assert deeds(MARKET, replace(MARKET, zones={"pasar": other})) == [
        ("added", "road", "pasar"),
        ("removed", "road", "jalan"),
    ]


def test_each_thing_that_can_change_on_a_place_has_its_own_word() -> None:
    assert deeds(MARKET, replace(MARKET, zones={"jalan": Zone(kind=ZoneKind.BANK, outline=ROAD.outline)})) == [
        ("of_kind", "bank", "jalan")
    ]
    turned = Line(start=GATE.end, end=GATE.start, forward=GATE.forward, backward=GATE.backward)
    assert deeds(MARKET, replace(MARKET, lines={"gerbang": turned})) == [("turned", "line", "gerbang")]
    moved = Line(start=(0.0, 0.0), end=GATE.end, forward="lain", backward=GATE.backward)
    assert deeds(MARKET, replace(MARKET, lines={"gerbang": moved})) == [
        ("moved", "line", "gerbang"),
        ("sides_named", "line", "gerbang"),
    ]
    assert deeds(MARKET, replace(MARKET, purpose=None)) == [("removed", "purpose", "")]


def version(number: int, drawing: View) -> OutlineVersion:
    return OutlineVersion(view_id="pasar", version=number, drawing=drawing, saved_ms=number)


def test_a_box_counts_by_the_version_in_force_by_an_older_one_by_its_own_or_does_not_say() -> None:
    kept = [version(4, View()), version(3, MARKET)]

    def state(drawing: str | None, *, has_camera: bool = True) -> tuple[Following, int | None]:
        found = follows(kept, has_camera=has_camera, drawing=drawing)
        return found.state, found.counts_by

    assert state(digest(View())) == (Following.SAME, 4)
    assert state(digest(MARKET)) == (Following.OLDER, 3)
    assert state("0123456789ab") == (Following.OWN, None)
    assert state("") == (Following.UNSAID, None)
    assert state(None) == (Following.SILENT, None)
    assert state(digest(View()), has_camera=False) == (Following.NOBODY, None)
