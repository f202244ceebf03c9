"""Makes a frame into a picture in which nobody can be recognised. Pure: a frame and its detections in, pixels out.

1. Without detections of this very frame there is no still: the caller has none to give.
2. What lies outside the view's purpose is coarse, whether something was found there or not; a view without a purpose is
   coarse all over.
3. Every person, and every machine with a rider, is coarse with a margin, from the lowest score on: see `hiding`.
4. Every vehicle is coarse as finely as its plate needs; the driver's face is smaller than the plate.
5. What no detector found is bounded by the size of the still: `STILL_WIDTH_PX`.

Coarse is a mosaic of means: what was between is gone from the data, not hidden behind a filter that can be turned back.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageDraw

from contract.views import Outline
from edge_agent.cameras.frame import Image
from edge_agent.inference.detections import Detections
from edge_agent.stills.hiding import PEOPLE, to_hide

STILL_WIDTH_PX = 640
"""A street 20 m wide has 32 pixels a metre then. EN 62676-4 asks 62.5 to observe a person and 250 to identify one."""

TILES_OF_PERSON = 6
"""Along the longer side: a head is one tile."""
TILES_OF_VEHICLE = 14
"""Along the longer side. A plate of 0.5 m on a car of 1.8 m from the front is four of them, its letters half of one."""
TILES_OUTSIDE = 48
"""Across the whole picture, outside the purpose."""
MARGIN = 0.2
"""Of the box on each side: hair, hands, and the error of a box that just passes (IoU 0.5 of truth)."""


def blurred(image: Image, found: Detections, *, purpose: Outline | None) -> Image:
    """Return the picture that may be kept, at most `STILL_WIDTH_PX` wide.

    Args:
        image: the frame, RGB uint8 [height, width, 3]; left as it is.
        found: in this very frame, from `hiding.LEAST_SCORE` on, nothing suppressed.
        purpose: parts of the picture; None: it has none, and all of it is coarse.

    Returns:
        RGB uint8 [height, width, 3], contiguous.
    """
    shown = _mosaic(image, tiles=TILES_OUTSIDE)
    if purpose is not None:
        inside = _mask(purpose, height_px=image.shape[0], width_px=image.shape[1])
        shown = np.where(inside[..., None], image, shown)
    for left, upper, right, lower, tiles in _places(found, height_px=image.shape[0], width_px=image.shape[1]):
        # The mosaic of what stands there now: a second box over the first makes it coarser, never finer.
        shown[upper:lower, left:right] = _mosaic(shown[upper:lower, left:right], tiles=tiles)
    return small(shown)


def small(image: Image) -> Image:
    """Return a picture at most `STILL_WIDTH_PX` wide, contiguous, with nothing more hidden in it."""
    if image.shape[1] <= STILL_WIDTH_PX:
        return np.ascontiguousarray(image)
    height_px = max(1, round(image.shape[0] * STILL_WIDTH_PX / image.shape[1]))
    return np.array(Pictures.fromarray(image).resize((STILL_WIDTH_PX, height_px), Pictures.Resampling.BOX))


def _places(found: Detections, *, height_px: int, width_px: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield left, upper, right, lower edge in whole pixels and the tiles of each thing that is to be coarse."""
    hidden = to_hide(found)
    for box, label in zip(hidden.box_xyxy_px.tolist(), hidden.labels(), strict=True):
        tiles = TILES_OF_PERSON if label in PEOPLE else TILES_OF_VEHICLE
        left, upper, right, lower = box
        wide, high = MARGIN * (right - left), MARGIN * (lower - upper)
        edges = (
            max(0, int(left - wide)),
            max(0, int(upper - high)),
            min(width_px, int(np.ceil(right + wide))),
            min(height_px, int(np.ceil(lower + high))),
        )
        if edges[0] < edges[2] and edges[1] < edges[3]:
            yield *edges, tiles


def _mosaic(image: Image, *, tiles: int) -> Image:
    """Return the picture as tiles of its means, so many along its longer side."""
    height_px, width_px = image.shape[:2]
    side_px = max(height_px, width_px) / tiles
    small = (max(1, round(width_px / side_px)), max(1, round(height_px / side_px)))
    means = Pictures.fromarray(np.ascontiguousarray(image)).resize(small, Pictures.Resampling.BOX)
    return np.array(means.resize((width_px, height_px), Pictures.Resampling.NEAREST))


def _mask(outline: Outline, *, height_px: int, width_px: int) -> NDArray[np.bool_]:
    """Return [height, width], true inside of the outline."""
    mask = Pictures.new("1", (width_px, height_px))
    ImageDraw.Draw(mask).polygon([(x * width_px, y * height_px) for x, y in outline], fill=1)
    return np.asarray(mask)
