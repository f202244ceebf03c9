"""Which of overlapping boxes stay: non-maximum suppression per class, over all regions of a frame together.

A box that was cut by its region's edge inside the frame shows a part of a thing that another region shows whole. So
whole boxes go first, and a cut one falls already when most of the smaller of the two lies in the other: the measure of
SAHI (Akyon et al. 2022, arXiv:2202.06934, "IOS"). Between whole boxes the ordinary intersection over union decides.
"""

import numpy as np
from numpy.typing import NDArray

CUT_OVERLAP_MOST = 0.5
"""Intersection over the smaller area from which a cut box is the same thing; SAHI's value."""

Matrix = NDArray[np.float32]


def suppress(
    box_xyxy_px: NDArray[np.float32],
    score: NDArray[np.float32],
    group: NDArray[np.int64],
    is_cut: NDArray[np.bool_],
    *,
    iou_most: float,
) -> NDArray[np.int64]:
    """Return the indices of the boxes that stay, whole ones first, from the highest score on.

    Args:
        box_xyxy_px: [n, 4] in the frame, float32.
        score: [n].
        group: [n] boxes of different groups do not suppress each other.
        is_cut: [n] whether the edge of a region cuts the box.
        iou_most: intersection over union above which two whole boxes are one thing.
    """
    order = np.lexsort((-score, is_cut))
    iou, over_smaller = overlaps(box_xyxy_px[order])
    is_same = (iou > iou_most) | ((over_smaller > CUT_OVERLAP_MOST) & is_cut[order][None, :])
    is_same &= group[order][:, None] == group[order][None, :]
    place = np.arange(len(order))
    is_same &= place[:, None] < place
    kept: NDArray[np.int64] = order[_first_of_each(is_same)]
    return kept


def _first_of_each(falls_to: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which boxes stay when each, in order, removes those that fall to it and come later.

    Cluster-NMS, Zheng et al. 2020, arXiv:2005.03572, proposition 1: repeated until nothing changes, the whole matrix
    at once gives what the greedy loop gives, in as many rounds as the longest chain of overlaps.

    Args:
        falls_to: [n, n] upper triangle; row removes column.
    """
    stays: NDArray[np.bool_] = np.ones(len(falls_to), np.bool_)
    while True:
        after: NDArray[np.bool_] = ~np.any(falls_to & stays[:, None], axis=0)
        if (after == stays).all():
            return stays
        stays = after


def overlaps(box_xyxy_px: NDArray[np.float32]) -> tuple[Matrix, Matrix]:
    """Return intersection over union and intersection over the smaller area of boxes with each other, both [n, n]."""
    left, upper, right, lower = box_xyxy_px.T
    common = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    np.maximum(common, 0, out=common)
    common *= np.maximum(np.minimum(lower[:, None], lower) - np.maximum(upper[:, None], upper), 0)
    area = (right - left) * (lower - upper)
    least = np.float32(np.finfo(np.float32).tiny)
    over_union: Matrix = common / np.maximum(area[:, None] + area - common, least)
    over_smaller: Matrix = common / np.maximum(np.minimum(area[:, None], area), least)
    return over_union, over_smaller
