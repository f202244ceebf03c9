"""Which of overlapping boxes stay."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.inference.suppression import overlaps, suppress

IOU_MOST = 0.5
Box = tuple[float, float, float, float]


def greedy(boxes: list[Box], score: list[float], group: list[int]) -> list[int]:
    """Return what the textbook's loop keeps."""
    kept: list[int] = []
    for one in sorted(range(len(boxes)), key=lambda index: -score[index]):
        if all(group[one] != group[other] or iou(boxes[one], boxes[other]) <= IOU_MOST for other in kept):
            kept.append(one)
    return kept


def iou(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return common / (sum(areas) - common)


def kept(boxes: list[Box], score: list[float], group: list[int], is_cut: list[bool]) -> list[int]:
    stays = suppress(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(score, np.float32),
        np.array(group, np.int64),
        np.array(is_cut, np.bool_),
        iou_most=IOU_MOST,
    )
    return [int(index) for index in stays]


BOX = st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 9)] * 2).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@given(boxes=st.lists(BOX, max_size=25), data=st.data())
def test_the_matrix_keeps_what_the_greedy_loop_keeps(boxes: list[Box], data: st.DataObject) -> None:
    score = data.draw(st.permutations([index / 32 for index in range(len(boxes))]))
    group = data.draw(st.lists(st.integers(0, 1), min_size=len(boxes), max_size=len(boxes)))
    assert kept(boxes, score, group, [False] * len(boxes)) == greedy(boxes, score, group)


def test_a_chain_falls_link_by_link() -> None:
    chain: list[Box] = [(0, 0, 10, 10), (3, 0, 13, 10), (6, 0, 16, 10), (9, 0, 19, 10)]
    assert kept(chain, [0.9, 0.8, 0.7, 0.6], [0, 0, 0, 0], [False] * 4) == [0, 2]


def test_a_cut_box_falls_to_the_whole_one_even_with_the_higher_score() -> None:
    whole, cut = (0, 0, 100, 40), (0, 0, 45, 40)
    assert kept([whole, cut], [0.5, 0.9], [0, 0], [False, True]) == [0]
    assert kept([whole, cut], [0.5, 0.9], [0, 0], [False, False]) == [1, 0]


def test_a_cut_box_of_something_else_stays() -> None:
    assert kept([(0, 0, 100, 40), (0, 0, 45, 40)], [0.5, 0.9], [0, 1], [False, True]) == [0, 1]
    assert kept([(0, 0, 100, 40), (90, 0, 135, 40)], [0.5, 0.9], [0, 0], [False, True]) == [0, 1]


def test_of_nothing_nothing_stays() -> None:
    assert kept([], [], [], []) == []


def test_overlaps_are_those_of_the_textbook() -> None:
    over_union, over_smaller = overlaps(np.array([(0, 0, 10, 10), (5, 0, 15, 20), (30, 30, 30, 40)], np.float32))
    assert over_union[0].tolist() == [1.0, np.float32(50 / 250), 0.0]
    assert over_smaller[1].tolist() == [0.5, 1.0, 0.0]
