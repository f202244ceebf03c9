"""Corners as people type them: a decimal comma is as good as a point, and what can be read in two ways is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.views import Point
from hub.drawing.corners import NoPoint, read_corners
from hub.drawing.draft import corners_text
from tests.support.typed_corners import TYPED


@pytest.mark.parametrize(("line", "corner"), TYPED.items())
def test_a_corner_is_read_as_it_was_meant_or_refused(line: str, corner: Point | NoPoint) -> None:
    assert read_corners(line) == [corner]


PART = st.floats(0, 1)


@given(
    corners=st.lists(st.tuples(PART, PART), max_size=5),
    between=st.sampled_from([" ", "\t", "; ", ", ", " , ", ";"]),
    mark=st.sampled_from(".,"),
)
def test_any_corner_comes_back_with_any_mark_between_and_either_decimal_mark(
    corners: list[tuple[float, float]], between: str, mark: str
) -> None:
    text = "\n".join(between.join(repr(part).replace(".", mark) for part in corner) for corner in corners)
    assert read_corners(text) == corners
    assert read_corners(corners_text(corners)) == corners


@given(st.text("01.,; \t\n[]()-ex", max_size=30))
def test_whatever_is_typed_each_line_is_a_corner_inside_the_picture_or_says_why_not(text: str) -> None:
    found = read_corners(text)
    assert len(found) == len([line for line in text.splitlines() if line.strip()])
    assert all(isinstance(one, NoPoint) or all(0 <= part <= 1 for part in one) for one in found)
