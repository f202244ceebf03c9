from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.curve import Curve, curve_of
from models.evaluation.matching import Finds, Matched, Outcome, Wanted, match
from models.evaluation.overlap import iou, share_inside, suppress

EXAMPLES = 30
"""Of streets drawn: each is held against a matching by hand at every threshold."""
NOWHERE = np.zeros((0, 4))

# Few places and sizes: finds and truths often overlap enough, several of them and with equal scores.
boxes = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h), st.integers(0, 3), st.integers(0, 1), st.integers(3, 5), st.integers(4, 5)
)
finds = st.lists(st.tuples(boxes, st.sampled_from([0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.9])), max_size=7)
pictures = st.lists(st.tuples(finds, st.lists(boxes, max_size=4), st.lists(boxes, max_size=2)), min_size=1, max_size=4)


def array(rows: list[Any]) -> np.ndarray[Any, Any]:
    return np.array(rows, np.float64).reshape(-1, 4)


def matched(found: list[Any], truth: list[Any], passed_over: list[Any] | None = None) -> Matched:
    score = np.array([one for _, one in found], np.float64)
    return match(
        Finds(box_xyxy_px=array([box for box, _ in found]), score=score),
        Wanted(box_xyxy_px=array(truth), passed_over_xyxy_px=array(passed_over or [])),
    )


def plain_overlap(one: Any, other: Any) -> float:
    """Count the unit squares that two boxes share: no formula in common with the code."""
    cells = [{(x, y) for x in range(b[0], b[2]) for y in range(b[1], b[3])} for b in (one, other)]
    return len(cells[0] & cells[1]) / len(cells[0] | cells[1])


def plain_inside(one: Any, other: Any) -> float:
    cells = [{(x, y) for x in range(b[0], b[2]) for y in range(b[1], b[3])} for b in (one, other)]
    return len(cells[0] & cells[1]) / len(cells[0])


def plain_point(drawn: Any, least: float) -> tuple[int, int, int]:
    """Return hits, false finds and truths at one threshold, by hand, matching only what reaches it."""
    hits = false = truths = 0
    for found, truth, passed_over in drawn:
        free = list(enumerate(truth))
        truths += len(truth)
        for box, _ in sorted((one for one in found if one[1] >= least), key=lambda one: -one[1]):
            best = max(free, key=lambda one: (plain_overlap(box, one[1]), -one[0]), default=None)
            if best is not None and plain_overlap(box, best[1]) >= 0.5:
                free.remove(best)
                hits += 1
            elif not any(plain_inside(box, one) >= 0.5 for one in passed_over):
                false += 1
    return hits, false, truths


@hypothesis.settings(max_examples=EXAMPLES)
@given(pictures)
def test_each_threshold_comes_out_as_by_hand(drawn: Any) -> None:
    curve = curve_of([matched(*one) for one in drawn])
    scores = sorted({score for found, _, _ in drawn for _, score in found})
    for least in scores:
        hits, false, truths = plain_point(drawn, least)
        recall, precision = curve.at_score(least)
        assert curve.truths == truths
        assert recall == (pytest.approx(hits / truths) if truths else None)
        assert precision == (pytest.approx(hits / (hits + false)) if truths and hits + false else None)


@hypothesis.settings(max_examples=EXAMPLES)
@given(pictures)
def test_the_average_precision_is_the_area_under_the_best_precision_to_the_right(drawn: Any) -> None:
    curve = curve_of([matched(*one) for one in drawn])
    points = [plain_point(drawn, least) for least in sorted({s for found, _, _ in drawn for _, s in found})]
    truths = curve.truths
    if not truths:
        assert curve.average_precision() is None
        return
    # One truth more to the right at a time: the best precision of any threshold that finds so many.
    best = [
        max((hits / (hits + false) for hits, false, _ in points if hits >= wanted), default=0.0)
        for wanted in range(1, truths + 1)
    ]
    assert curve.average_precision() == pytest.approx(sum(best) / truths)


@hypothesis.settings(max_examples=EXAMPLES)
@given(pictures, st.floats(0, 1))
def test_recall_at_a_precision_is_the_best_of_all_thresholds_that_reach_it(drawn: Any, least: float) -> None:
    curve = curve_of([matched(*one) for one in drawn])
    points = [plain_point(drawn, score) for score in {s for found, _, _ in drawn for _, s in found}]
    recalls = [hits / truths for hits, false, truths in points if truths and hits and hits / (hits + false) >= least]
    assert curve.recall_at_precision(least) == (pytest.approx(max(recalls, default=0.0)) if curve.truths else None)


@hypothesis.settings(max_examples=EXAMPLES)
@given(pictures, st.randoms())
def test_the_order_of_pictures_changes_nothing(drawn: Any, random: Any) -> None:
    one = curve_of([matched(*picture) for picture in drawn])
    random.shuffle(drawn)
    other = curve_of([matched(*picture) for picture in drawn])
    assert (one.hits.tolist(), one.finds.tolist()) == (other.hits.tolist(), other.finds.tolist())


@given(st.lists(boxes, max_size=5), st.lists(boxes, max_size=5))
def test_overlaps_come_out_as_by_counting_squares(some: Any, others: Any) -> None:
    assert iou(array(some), array(others)).tolist() == [
        [pytest.approx(plain_overlap(one, other)) for other in others] for one in some
    ]
    assert share_inside(array(some), array(others)).tolist() == [
        [pytest.approx(plain_inside(one, other)) for other in others] for one in some
    ]


def test_two_finds_of_one_thing_are_one_right_and_one_false() -> None:
    found = matched([((0, 0, 10, 10), 0.9), ((0, 0, 10, 9), 0.8)], [(0, 0, 10, 10)])
    assert found.outcome.tolist() == [Outcome.HIT, Outcome.FALSE]
    assert (found.missed(0.35), found.false(0.35), found.false(0.85)) == (0, 1, 0)


def test_a_find_in_a_passed_over_place_is_neither_but_may_still_be_a_truth_there() -> None:
    found = matched([((0, 0, 4, 4), 0.9), ((6, 6, 9, 9), 0.8)], [(6, 6, 9, 9)], [(0, 0, 12, 12)])
    assert found.outcome.tolist() == [Outcome.PASSED_OVER, Outcome.HIT]
    curve = curve_of([found])
    assert (curve.hits.tolist(), curve.finds.tolist()) == ([1], [1])


def test_the_average_precision_of_a_worked_example() -> None:
    here, there, far = (0, 0, 9, 9), (20, 0, 29, 9), (50, 0, 59, 9)
    found = matched([(here, 0.9), (far, 0.8), (there, 0.7), (far, 0.6)], [here, there])
    curve = curve_of([found])
    # One half of the truth at precision 1, the other half at 2/3.
    assert curve.average_precision() == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    # Before the second one is found the precision is 1/2, with it 2/3 again: the better one counts for both.
    worse = curve_of([matched([(far, 0.9), (here, 0.8), (there, 0.7)], [here, there])])
    assert worse.average_precision() == pytest.approx(2 / 3)
    assert curve.recall_at_precision(1.0) == 0.5
    assert curve.recall_at_precision(2 / 3) == 1.0


def test_the_higher_score_takes_the_truth_whatever_its_place_in_the_list() -> None:
    found = matched([((0, 0, 10, 10), 0.4), ((0, 0, 10, 9), 0.9)], [(0, 0, 10, 10)])
    assert found.outcome.tolist() == [Outcome.FALSE, Outcome.HIT]
    assert found.found_at.tolist() == [0.9]


def test_nothing_found_is_a_recall_of_zero_and_no_precision() -> None:
    curve = curve_of([matched([], [(0, 0, 2, 2)])])
    assert (curve.at_score(0.35), curve.average_precision(), curve.recall_at_precision(0.5)) == ((0.0, None), 0.0, 0.0)
    nothing: Curve = curve_of([])
    assert (nothing.truths, nothing.average_precision(), nothing.recall_at_precision(0.5)) == (0, None, None)


def test_of_boxes_on_top_of_each_other_the_best_stays() -> None:
    drawn = array([(0, 0, 10, 10), (0, 0, 10, 9), (20, 0, 30, 10)])
    assert suppress(drawn, np.array([0.5, 0.6, 0.1]), overlap=0.5).tolist() == [1, 2]
    assert suppress(NOWHERE, np.zeros(0), overlap=0.5).tolist() == []
