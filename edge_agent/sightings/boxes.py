"""Geometry of boxes: left, upper, right and lower edge in pixels, y downwards. Arrays in, arrays out."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Boxes are [n, 4], else as said."""


def areas(boxes: Floats) -> Floats:
    """Return the area [n] of each box, px²."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1])


def overlaps(one: Floats, other: Floats) -> Floats:
    """Return the area [n, m] that each box of `one` shares with each of `other`, px²."""
    width = np.minimum(one[:, None, 2], other[None, :, 2]) - np.maximum(one[:, None, 0], other[None, :, 0])
    height = np.minimum(one[:, None, 3], other[None, :, 3]) - np.maximum(one[:, None, 1], other[None, :, 1])
    return np.asarray(np.maximum(width, 0) * np.maximum(height, 0))


def ious(one: Floats, other: Floats) -> Floats:
    """Return intersection over union [n, m] of each box of `one` with each of `other`, 0 to 1."""
    shared = overlaps(one, other)
    union = areas(one)[:, None] + areas(other)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def buffered_ious(one: Floats, other: Floats, buffer: Floats) -> Floats:
    """Return the IoU [n, m] of boxes that are widened on each side by a part of their own width and height.

    Boxes that do not touch get a number that still says how near they are: the Buffered IoU of Yang, Odashima, Masui
    and Jiang 2023, "Hard to Track Objects with Irregular Motions and Similar Appearances? Make It Easier by Buffering
    the Matching Space" (C-BIoU, arXiv:2211.14317).

    Args:
        one: [n, 4].
        other: [m, 4].
        buffer: [n] the part by which a box of `one`, and each of `other` against it, is widened.
    """
    margin_one = (one[:, 2:] - one[:, :2])[:, None, :] * buffer[:, None, None]
    margin_other = (other[:, 2:] - other[:, :2])[None, :, :] * buffer[:, None, None]
    upper = np.maximum(one[:, None, :2] - margin_one, other[None, :, :2] - margin_other)
    lower = np.minimum(one[:, None, 2:] + margin_one, other[None, :, 2:] + margin_other)
    sides = np.maximum(lower - upper, 0)
    shared = sides[..., 0] * sides[..., 1]
    grown = (1 + 2 * buffer[:, None]) ** 2
    both = (areas(one)[:, None] + areas(other)[None, :]) * grown
    return np.asarray(shared / np.maximum(both - shared, 1e-9))


def anchors(boxes: Floats) -> Floats:
    """Return the middle of each lower edge [n, 2], px: where a thing stands on the ground."""
    return np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
