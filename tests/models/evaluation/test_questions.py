from pathlib import Path

import numpy as np

from edge_agent.inference.detections import Detections
from models.evaluation.figures import OPERATING_SCORE, Seen, answers
from models.evaluation.questions import QUESTIONS, VEHICLE, WALKING, finds_of, wanted_of
from models.evaluation.truth import CLASSES, LabelledPicture
from models.evaluation.worst import worst_of


def picture(*boxes: tuple[str, tuple[int, int, int, int]], crowds: int = 0, name: str = "a.png") -> LabelledPicture:
    """Return a picture with boxes (left, upper, right, lower); the last `crowds` of them are around many."""
    return LabelledPicture(
        file=Path(name),
        name=name,
        width_px=100,
        height_px=100,
        box_xyxy_px=np.array([box for _, box in boxes], np.float64).reshape(-1, 4),
        labels=tuple(label for label, _ in boxes),
        is_crowd=np.arange(len(boxes)) >= len(boxes) - crowds,
    )


def seen(*boxes: tuple[str, tuple[int, int, int, int], float]) -> Seen:
    found = Detections(
        box_xyxy_px=np.array([box for _, box, _ in boxes], np.float32).reshape(-1, 4),
        score=np.array([score for *_, score in boxes], np.float32),
        class_index=np.array([CLASSES.index(label) for label, *_ in boxes], np.int64),
        classes=CLASSES,
    )
    return Seen(plain=found, joined=found)


def test_car_and_truck_on_one_thing_are_one_find_of_the_joined_class() -> None:
    found = seen(("car", (0, 0, 10, 10), 0.6), ("truck", (0, 0, 10, 11), 0.7), ("person", (0, 0, 9, 9), 0.9))
    finds = finds_of(VEHICLE, found.plain)
    assert finds.box_xyxy_px.tolist() == [[0, 0, 10, 11]]
    assert len(finds_of(QUESTIONS[3], found.plain).score) == 1


def test_a_person_in_a_true_motorcycle_is_neither_right_nor_wrong() -> None:
    street = picture(("motorcycle", (10, 10, 30, 60)), ("person", (70, 10, 90, 60)))
    found = seen(("person", (12, 10, 28, 40), 0.9), ("person", (70, 10, 90, 60), 0.8))
    (person, *_) = answers([street], baseline=[found], product=[found], asked_precision={})
    assert person.question.name == "person"
    assert (person.row.truths, person.row.baseline.precision, person.row.baseline.recall) == (1, 1.0, 1.0)


def test_a_box_around_many_is_passed_over_and_no_truth() -> None:
    wanted = wanted_of(WALKING, picture(("person", (0, 0, 5, 5)), ("person", (50, 50, 99, 99)), crowds=1))
    assert wanted.box_xyxy_px.tolist() == [[0, 0, 5, 5]]
    assert wanted.passed_over_xyxy_px.tolist() == [[50, 50, 99, 99]]


def test_classes_without_truth_are_not_asked() -> None:
    rows = answers([picture(("car", (0, 0, 9, 9)))], baseline=[seen()], product=[seen()], asked_precision={})
    assert [one.question.name for one in rows] == ["car", "car_bus_truck"]


def test_the_gain_is_told_at_the_precision_of_the_baseline_unless_another_is_asked_for() -> None:
    street = picture(("car", (0, 0, 10, 10)), ("car", (50, 50, 60, 60)))
    baseline = seen(("car", (0, 0, 10, 10), 0.9), ("car", (80, 0, 90, 10), 0.5))
    product = seen(("car", (0, 0, 10, 10), 0.9), ("car", (80, 0, 90, 10), 0.5), ("car", (50, 50, 60, 60), 0.4))
    own = answers([street], baseline=[baseline], product=[product], asked_precision={})[0].row
    assert (own.at_precision, own.baseline.recall_at_precision, own.product.recall_at_precision) == (0.5, 0.5, 1.0)
    assert own.gain_points == 50
    strict = answers([street], baseline=[baseline], product=[product], asked_precision={"car": 0.9, "*": 0.1})[0].row
    assert (strict.at_precision, strict.gain_points) == (0.9, 0)
    rows = answers([street], baseline=[baseline], product=[product], asked_precision={"car": 0.9, "*": 0.1})
    assert [(one.question.name, one.row.at_precision) for one in rows] == [("car", 0.9), ("car_bus_truck", 0.1)]


def test_a_baseline_that_is_right_nowhere_sets_no_bar() -> None:
    street = picture(("car", (0, 0, 10, 10)))
    for baseline in (seen(), seen(("car", (50, 50, 60, 60), 0.9))):
        row = answers([street], baseline=[baseline], product=[seen(("car", (0, 0, 10, 10), 0.9))], asked_precision={})[
            0
        ].row
        assert (row.at_precision, row.gain_points, row.product.recall_at_precision) == (None, None, None)
        assert row.product.recall == 1


def test_the_worst_picture_comes_first_and_a_faultless_one_not_at_all() -> None:
    pictures = [picture(("car", (0, 0, 10, 10)), name=name) for name in ("right.png", "missed.png", "both.png")]
    finds = [
        seen(("car", (0, 0, 10, 10), 0.9)),
        seen(("car", (0, 0, 10, 10), OPERATING_SCORE - 0.01)),
        seen(("truck", (50, 50, 60, 60), 0.9), ("person", (0, 0, 9, 9), 0.9)),
    ]
    worst = worst_of(pictures, finds, most=5)
    # Nobody labelled persons here, so the person found is no mistake.
    assert [(one.picture.name, one.missed, one.false) for one in worst] == [("both.png", 1, 1), ("missed.png", 1, 0)]
    assert [one.picture.name for one in worst_of(pictures, finds, most=1)] == ["both.png"]
