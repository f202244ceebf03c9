"""A picture averaged into cells: what a look that needs no detail looks at."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

ACROSS = 96
"""Cells from left to right, at most: someone 40 px high in a picture 640 px wide is then 2 cells by 6."""
SMALLEST_PX = 4

Cells: TypeAlias = NDArray[np.float32]
"""[rows, columns], mean grey level of each cell, 0 to 255: of red, green and blue alike."""


def grid_of(width_px: int, height_px: int) -> tuple[int, int]:
    """Return rows and columns of the cells of a picture of this size, at least one of each."""
    side_px = _side_px(width_px)
    return max(1, height_px // side_px), max(1, width_px // side_px)


def cells_of(image: NDArray[np.uint8]) -> Cells:
    """Return the cells of a picture; pixels that fill no whole cell are left out.

    Args:
        image: [height_px, width_px, 3] uint8, at least one pixel.
    """
    height_px, width_px, _ = image.shape
    rows, columns = grid_of(width_px, height_px)
    side_y, side_x = min(_side_px(width_px), height_px), min(_side_px(width_px), width_px)
    whole = image[: rows * side_y, : columns * side_x].reshape(rows, side_y, columns * side_x * 3)
    # Two sums of whole rows: five times as fast as a mean over three axes.
    strips = whole.sum(axis=1, dtype=np.uint32).reshape(rows, columns, side_x * 3)
    return np.asarray(strips.sum(axis=2, dtype=np.uint32) / (side_y * side_x * 3), np.float32)


def grey_of(small: NDArray[np.uint8]) -> Cells:
    """Return the grey levels of a picture that has one pixel for each cell, [rows, columns, 3]."""
    grey: Cells = (small[:, :, 0].astype(np.float32) + small[:, :, 1] + small[:, :, 2]) / np.float32(3)
    return grey


def _side_px(width_px: int) -> int:
    return max(SMALLEST_PX, math.ceil(width_px / ACROSS))
