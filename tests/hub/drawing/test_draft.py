"""A drawing as a form holds it: what goes in comes out the same, and what is wrong is told where it is wrong."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract.views import CORNERS_MOST, PLACES_MOST, Flaw, View, digest
from hub.drawing.draft import FormFlaw, Problem, Row, read, rows_of
from hub.drawing.view_file import read_toml, to_toml
from hub.wall.drawing_words import problem_words
from hub.wall.language import language
from tests.contract.test_views import views
from tests.support.sightings import MARKET

SQUARE = "0.1 0.1\n0.4 0.1\n0.4 0.4\n0.1 0.4"
BOW = "0.1 0.1\n0.4 0.4\n0.4 0.1\n0.1 0.4"
WORDS = st.text(alphabet="ab-1 .,;[]\n\"'=\x00é", max_size=30)


@given(view=views())
@settings(max_examples=40)
def test_a_drawing_comes_back_from_the_form_as_it_went_in(view: View) -> None:
    sides = [side for line in view.lines.values() for side in (line.forward, line.backward)]
    assume(all(side == side.strip() for side in sides))  # what is blank at its ends loses that, and nothing else
    again = read(rows_of(view)).view
    assert again is not None
    assert digest(again) == digest(view)


@given(view=views())
@settings(max_examples=40)
def test_a_drawing_comes_back_from_a_boxs_file_as_it_went_in(view: View) -> None:
    again, problems = read_toml(to_toml(view))
    assert problems == ()
    assert again is not None
    assert (digest(again), again.name) == (digest(view), view.name)


@given(
    rows=st.lists(
        st.builds(
            Row,
            kind=st.sampled_from(["road", "bank", "line", "purpose", "x", ""]),
            name=WORDS,
            corners=st.one_of(WORDS, st.just(SQUARE), st.just("0.1 0.1\n0.9 0.9")),
            forward=WORDS,
            backward=WORDS,
        ),
        max_size=20,
    )
)
def test_whatever_is_sent_is_a_drawing_that_the_contract_takes_or_problems_at_rows_that_were_sent(
    rows: list[Row],
) -> None:
    found = read(rows)
    assert (found.view is None) == bool(found.problems)
    assert all(one.row is None or 0 <= one.row < len(rows) for one in found.problems)
    if found.view is not None:
        assert read_toml(to_toml(found.view))[0] == found.view, "every bound of the contract holds"


@pytest.mark.parametrize(
    "corners",
    ["0,1 0,1\n0,4 0,1\n0,4 0,4\n0,1 0,4", "[0.1, 0.1],\n[0.4, 0.1]\n[0.4,0.4]\n[0.1;0.4]\n", SQUARE + "\n\n"],
)
def test_people_write_numbers_in_more_than_one_way(corners: str) -> None:
    view = read([Row(name="a", corners=corners)]).view
    assert view is not None
    assert view.zones["a"].outline == ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))


def test_a_name_is_made_small_and_gets_hyphens_and_an_unnamed_direction_has_the_usual_word() -> None:
    view = read([Row(kind="line", name=" Jalur Utara ", corners="0 0.5\n1 0.5", forward="ke pasar")]).view
    assert view is not None
    line = view.lines["jalur-utara"]
    assert (line.forward, line.backward) == ("ke pasar", "balik")


MANY = "\n".join(f"{0.1 + n * 0.02:.2f} {0.1 + 0.0008 * n * n:.4f}" for n in range(CORNERS_MOST + 1))


@pytest.mark.parametrize(
    ("row", "flaw", "field"),
    [
        (Row(name="1a", corners=SQUARE), FormFlaw.NAME, "name"),
        (Row(name="", corners=SQUARE), FormFlaw.NAME, "name"),
        (Row(name="ada", corners=SQUARE), FormFlaw.NAME_USED, "name"),
        (Row(name="a", corners="0.1 0.1\n1,0\n0.2 0.2"), FormFlaw.COMMA, "corners"),
        (Row(name="a", corners="0.1 0.1\nkiri atas\n0.2 0.2"), FormFlaw.NUMBERS, "corners"),
        (Row(name="a", corners=""), FormFlaw.NUMBERS, "corners"),
        (Row(name="a", corners="640 360\n0.1 0.1\n0.5 0.2"), FormFlaw.OUTSIDE, "corners"),
        (Row(name="a", corners="-0.1 0.3\n0.1 0.1\n0.5 0.2"), FormFlaw.OUTSIDE, "corners"),
        (Row(name="a", corners="1e999 0.3\n0.1 0.1\n0.5 0.2"), FormFlaw.OUTSIDE, "corners"),
        (Row(name="a", corners="0.1 0.1\n0.2 0.2"), FormFlaw.FEW_CORNERS, "corners"),
        (Row(name="a", corners=MANY), FormFlaw.MANY_CORNERS, "corners"),
        (Row(name="a", corners="0.1 0.1\n0.105 0.1\n0.105 0.105"), Flaw.SMALL, "corners"),
        (Row(name="a", corners=BOW), Flaw.CROSSING, "corners"),
        (Row(name="a", corners=SQUARE + "\n0.1 0.1"), Flaw.SAME_CORNER, "corners"),
        (Row(name="a", corners="0.1 0.1\n0.9 0.1\n0.4 0.1\n0.4 0.9"), Flaw.SPIKE, "corners"),
        (Row(kind="purpose", corners=BOW), Flaw.CROSSING, "corners"),
        (Row(kind="line", name="a", corners=SQUARE), FormFlaw.TWO_ENDS, "corners"),
        (Row(kind="line", name="a", corners="0.1 0.1\n0.11 0.1"), Flaw.SHORT, "corners"),
        (Row(kind="line", name="a", corners="0 0\n1 1", forward="x", backward="x"), Flaw.ONE_NAME, "backward"),
        (Row(kind="line", name="a", corners="0 0\n1 1", forward="x" * 33), FormFlaw.SIDE, "forward"),
        (Row(kind="line", name="a", corners="0 0\n1 1", forward="\u202eke pasar"), Flaw.CONTROL, "forward"),
        (Row(kind="line", name="a", corners="0 0\n1 1", backward="b\x00"), Flaw.CONTROL, "backward"),
        (Row(kind="water", name="a", corners=SQUARE), FormFlaw.KIND, "kind"),
    ],
)
def test_what_is_wrong_is_told_at_its_row_and_field(row: Row, flaw: Flaw | FormFlaw, field: str) -> None:
    found = read([Row(name="ada", corners=SQUARE), row])
    assert [(one.flaw, one.row, one.field) for one in found.problems] == [(flaw, 1, field)]


def test_a_wrong_corner_is_told_by_its_number_and_by_what_is_wrong_with_it() -> None:
    (row,) = [Row(name="a", corners="0,1 0,1\n\n1,0\n640 360\n0,5\nx y\n0,4 0,4")]
    told = [(one.flaw, one.corners) for one in read([row]).problems]
    assert told == [(FormFlaw.NUMBERS, (5,)), (FormFlaw.COMMA, (2, 4)), (FormFlaw.OUTSIDE, (3,))]
    (twice,) = read([Row(name="a", corners=SQUARE + "\n0.4 0.1")]).problems
    assert (twice.flaw, twice.corners) == (Flaw.SAME_CORNER, (2, 5))
    assert problem_words(twice, language("id")).startswith("Sudut 2, 5: Sudut di tempat yang sama. Hapus salah satu")
    assert problem_words(twice, language("en")).startswith("Corner 2, 5: Corners at the same place. Remove one")


def test_every_flaw_has_a_sentence_of_its_own_in_both_languages() -> None:
    told_by_name = {Flaw.TWICE, FormFlaw.NAME_USED}  # one thing, found at two places
    for code in ("id", "en"):
        flaws: list[Flaw | FormFlaw] = [*Flaw, *FormFlaw]
        said = [problem_words(Problem(flaw=flaw), language(code)) for flaw in flaws if flaw not in told_by_name]
        assert len(set(said)) == len(said)
        assert all(said)


def test_two_purposes_and_too_many_places_are_told() -> None:
    twice = read([Row(kind="purpose", corners=SQUARE), Row(kind="purpose", corners=SQUARE)])
    assert [(one.flaw, one.row) for one in twice.problems] == [(FormFlaw.SECOND_PURPOSE, 1)]
    many = read([Row(name=f"a{n}", corners=SQUARE) for n in range(PLACES_MOST + 1)])
    assert [(one.flaw, one.row) for one in many.problems] == [(Flaw.MANY, None)]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = read([Row(name="?", corners=BOW), Row(kind="line", name="b", corners="0 0")])
    assert [(one.row, one.field) for one in found.problems] == [(0, "name"), (0, "corners"), (1, "corners")]


def test_a_file_that_is_none_or_says_too_much_is_refused_in_words() -> None:
    assert read_toml("zona = [")[1][0].startswith("bukan TOML")
    assert read_toml("zones = " + "[" * 3000)[1][0].startswith("bukan TOML")
    assert read_toml('[lines.a]\nstart = [0, 0]\nend = [1, 1]\nforward = "\\u202eke pasar"')[0] is None
    (problem,) = read_toml('[zones.a]\nkind = "road"\noutline = [[640, 1], [0, 1], [1, 1]]')[1]
    assert problem.startswith(
        "zones.a.outline[1] harus 2 nilai di dalam [ ], masing-masing bagian gambar dari 0 sampai 1"
    )
    assert " / zones.a.outline[1] must be 2 values in [ ], each a part of the picture" in problem
    assert read_toml(to_toml(MARKET))[0] == MARKET
