"""How large the model's input is for a region.

A 16:9 picture letterboxed into a square leaves 44 % of the input grey. A graph of convolutions alone takes
any sides that its coarsest stride divides, so the input gets the region's shape, as large as a budget of pixels
allows: time goes with the pixels, and what is far is found by them.
"""

from models.manifest import Input

DETAIL = 1.55
"""Pixels of an input as a multiple of the size that the model was trained on: 672x384 of 416x416.

The least that is as good as the best on labelled street pictures (ADR 22); a run takes 1.4 times that of the square.
"""
ENLARGED_MOST = 2.0
"""A region is never scaled up by more: between its pixels there is nothing to be found, and it costs time."""


def input_size(width_px: int, height_px: int, told: Input, *, detail: float) -> tuple[int, int]:
    """Return width and height of the input for a region of this size.

    Args:
        width_px: of the region.
        height_px: of the region.
        told: the manifest's input; without `step_px` its size is the only one.
        detail: most pixels of the input, as a multiple of the manifest's own size.
    """
    if told.step_px is None:
        return told.width_px, told.height_px
    step = told.step_px
    steps_most = max(int(detail * told.width_px * told.height_px / step**2), 1)
    sizes = [(steps_most // rows * step, rows * step) for rows in range(1, steps_most + 1)]

    def scale(size: tuple[int, int]) -> float:
        return min(size[0] / width_px, size[1] / height_px, ENLARGED_MOST)

    best = scale(max(sizes, key=scale))
    return _least(width_px * best, step), _least(height_px * best, step)


def _least(length_px: float, step: int) -> int:
    """Return the least multiple of `step` that holds a length; a hundredth of a step is no reason for one more."""
    return max(-(-int(length_px - step / 100) // step), 1) * step
