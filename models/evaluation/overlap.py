"""How far boxes overlap. Boxes are [n, 4] left, upper, right, lower edge; a box without an area overlaps nothing."""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.floating]
Matrix = NDArray[np.float64]


def iou(one: Boxes, other: Boxes) -> Matrix:
    """Return the intersection over the union of each box with each other one, [n, m], 0 to 1."""
    common = _intersection(one, other)
    union = _area(one)[:, None] + _area(other)[None, :] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def share_inside(one: Boxes, other: Boxes) -> Matrix:
    """Return the part of each box's area that lies in each other box, [n, m], 0 to 1."""
    common = _intersection(one, other)
    area = np.broadcast_to(_area(one)[:, None], common.shape)
    return np.divide(common, area, out=np.zeros_like(common), where=area > 0)


def suppress(boxes: Boxes, score: NDArray[np.floating], *, overlap: float) -> NDArray[np.int64]:
    """Return the indices [k] of boxes that stay: from the highest score on, none that overlaps one that stays by more.

    Greedy non-maximum suppression; of equal scores the earlier box goes first.
    """
    overlaps = iou(boxes, boxes)
    kept: list[int] = []
    for index in np.argsort(-score, kind="stable"):
        if not (overlaps[index, kept] > overlap).any():
            kept.append(int(index))
    return np.array(kept, np.int64)


def _intersection(one: Boxes, other: Boxes) -> Matrix:
    upper_left = np.maximum(one[:, None, :2], other[None, :, :2])
    lower_right = np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides: Matrix = np.clip(lower_right - upper_left, 0, None).astype(np.float64)
    product: Matrix = sides[..., 0] * sides[..., 1]
    return product


def _area(boxes: Boxes) -> NDArray[np.float64]:
    sides: NDArray[np.float64] = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).astype(np.float64)
    area: NDArray[np.float64] = sides[:, 0] * sides[:, 1]
    return area
