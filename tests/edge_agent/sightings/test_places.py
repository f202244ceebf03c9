import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.views import Line, View, Zone, ZoneKind
from edge_agent.sightings.places import PlacedLine, inside, placed

SQUARE = ((0.25, 0.5), (0.75, 0.5), (0.75, 1.0), (0.25, 1.0))
VIEW = View(
    zones={"jalur": Zone(kind=ZoneKind.ROAD, outline=SQUARE)}, lines={"simpang": Line(start=(0, 0.5), end=(1, 0.5))}
)


@pytest.mark.parametrize(("width_px", "height_px"), [(1280, 720), (640, 360), (320, 240)])
def test_places_stand_on_the_pixels_of_any_frame(width_px: int, height_px: int) -> None:
    places = placed(VIEW, width_px, height_px)
    assert places.lines["simpang"] == PlacedLine(start_px=(0, height_px / 2), end_px=(width_px, height_px / 2))
    middle, above = (width_px / 2, height_px * 0.75), (width_px / 2, height_px * 0.25)
    assert places.zones["jalur"].holds(np.array([middle, above])).tolist() == [True, False]


def test_forward_is_downwards_over_a_line_from_left_to_right() -> None:
    line = PlacedLine(start_px=(0, 100), end_px=(200, 100))
    assert (line.right_of_px((50, 130)), line.right_of_px((50, 90))) == (30, -10)
    assert (line.part_of((50, 130)), line.part_of((250, 0))) == (0.25, 1.25)


def test_half_a_zone_under_boxes_is_a_half_and_overlap_counts_once() -> None:
    zone = placed(VIEW, 400, 400).zones["jalur"]  # 100..300, 200..400
    half = np.array([[0.0, 200, 400, 300]])
    assert zone.covered(half) == pytest.approx(0.5, abs=0.02)
    assert zone.covered(np.vstack([half, half, [[100.0, 200, 200, 300]]])) == zone.covered(half)
    assert zone.covered(np.zeros((0, 4))) == 0
    assert zone.covered(np.array([[0.0, 0, 400, 400]])) == 1


def test_a_sliver_of_a_zone_still_has_an_area() -> None:
    sliver = Zone(kind=ZoneKind.ROAD, outline=((0.0, 0.0), (1.0, 0.999), (1.0, 1.0)))
    assert len(placed(View(zones={"garis": sliver}), 100, 100).zones["garis"].cells_px)


NUMBER = st.floats(0, 100, allow_nan=False)


@given(st.integers(3, 9), NUMBER, NUMBER, st.floats(5, 50))
def test_a_point_is_in_a_round_polygon_as_far_as_its_radius_says(
    corners: int, x: float, y: float, radius: float
) -> None:
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    outline = np.array([(50 + radius * math.cos(turn), 50 + radius * math.sin(turn)) for turn in turns])
    distance = math.dist((x, y), (50, 50))
    assume(distance > radius * 1.001 or distance < radius * math.cos(math.pi / corners) * 0.999)
    assert inside(np.array([(x, y)]), outline)[0] == (distance < radius)
