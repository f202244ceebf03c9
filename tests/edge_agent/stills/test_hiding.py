"""Which hints become places to hide: none that is strong enough is lost, whatever it lies on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.inference.detections import Detections
from edge_agent.stills.hiding import HINTS_MOST, LEAST_SCORE, LEAST_SCORE_OF_VEHICLE, to_hide

CLASSES = ("person", "car", "boat")
Hint = tuple[str, float, tuple[float, float, float, float]]


def hints(*given_hints: Hint) -> Detections:
    return Detections(
        box_xyxy_px=np.array([box for _, _, box in given_hints], np.float32).reshape(-1, 4),
        score=np.array([score for _, score, _ in given_hints], np.float32),
        class_index=np.array([CLASSES.index(label) for label, _, _ in given_hints], np.int64),
        classes=CLASSES,
    )


def test_boxes_of_one_person_become_one_that_holds_them_all() -> None:
    hidden = to_hide(hints(("person", 0.3, (0, 0, 10, 24)), ("person", 0.9, (0, 4, 10, 24))))
    assert hidden.box_xyxy_px.tolist() == [[0, 0, 10, 24]]
    assert hidden.labels() == ["person"]


def test_a_person_in_a_car_is_hidden_as_a_person() -> None:
    same = (0.0, 0.0, 10.0, 10.0)
    assert sorted(to_hide(hints(("car", 0.9, same), ("person", 0.06, same))).labels()) == ["car", "person"]


def test_a_vehicle_needs_a_better_hint_than_a_person_and_a_boat_is_not_hidden() -> None:
    box = (0.0, 0.0, 10.0, 10.0)
    assert to_hide(hints(("person", LEAST_SCORE, box), ("car", LEAST_SCORE, box), ("boat", 0.9, box))).labels() == [
        "person"
    ]
    assert to_hide(hints(("car", LEAST_SCORE_OF_VEHICLE, box))).labels() == ["car"]


def test_where_too_many_are_all_of_the_picture_is_hidden() -> None:
    many = hints(*[("person", 0.1, (n, 0.0, n + 1.0, 1.0)) for n in range(HINTS_MOST + 1)])
    ((left, upper, right, lower),) = to_hide(many).box_xyxy_px.tolist()
    assert left < 0 > upper
    assert min(right, lower) > 10_000


edge = st.integers(0, 60)


@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.floats(0, 1, width=32), st.tuples(edge, edge, edge, edge))))
def test_every_hint_that_counts_lies_in_a_box_of_its_class(given_hints: list[Hint]) -> None:
    hidden = to_hide(hints(*given_hints))
    boxes = list(zip(hidden.labels(), hidden.box_xyxy_px.tolist(), strict=True))
    for label, score, (left, upper, right, lower) in given_hints:
        least = {"person": LEAST_SCORE, "car": LEAST_SCORE_OF_VEHICLE}.get(label)
        if least is not None and np.float32(score) >= least:
            assert any(
                name == label and box[0] <= left and box[1] <= upper and box[2] >= right and box[3] >= lower
                for name, box in boxes
            )
