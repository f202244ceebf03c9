import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings.boxes import Floats, anchors, buffered_ious, ious

SIDE = st.floats(2, 400, allow_nan=False)
PLACE = st.floats(-500, 1500, allow_nan=False)
BOX = st.tuples(PLACE, PLACE, SIDE, SIDE).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))


def _boxes(*boxes: tuple[float, float, float, float]) -> Floats:
    return np.array(boxes, np.float64).reshape(-1, 4)


def test_boxes_that_share_a_third_of_their_union_have_that_iou() -> None:
    assert ious(_boxes((0, 0, 10, 10)), _boxes((5, 0, 15, 10)))[0, 0] == pytest.approx(1 / 3)


def test_boxes_that_do_not_touch_are_near_when_widened() -> None:
    one, other, far = _boxes((0, 0, 10, 10)), (15.0, 0.0, 25.0, 10.0), (20.0, 0.0, 30.0, 10.0)
    assert ious(one, _boxes(other))[0, 0] == 0
    near, less = buffered_ious(one, _boxes(other, far), np.array([0.6]))[0]
    assert near > less > 0


def test_nothing_to_compare_is_no_error() -> None:
    assert buffered_ious(_boxes(), _boxes((0, 0, 1, 1)), np.zeros(0)).shape == (0, 1)
    assert buffered_ious(_boxes((0, 0, 1, 1)), _boxes(), np.zeros(1)).shape == (1, 0)


@settings(max_examples=40)
@given(st.lists(BOX, min_size=1, max_size=5), st.lists(BOX, min_size=1, max_size=5))
def test_a_buffer_of_nothing_is_the_plain_iou(one: list, other: list) -> None:  # type: ignore[type-arg]
    plain = ious(_boxes(*one), _boxes(*other))
    assert np.allclose(buffered_ious(_boxes(*one), _boxes(*other), np.zeros(len(one))), plain)
    assert ((plain >= 0) & (plain <= 1 + 1e-9)).all()


def test_the_anchor_is_where_a_thing_stands() -> None:
    assert anchors(_boxes((10, 20, 30, 60))).tolist() == [[20, 60]]
