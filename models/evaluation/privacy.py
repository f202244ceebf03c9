"""People and number plates made unreadable in what a page shows.

The truth's pictures are whole, and a page may be mailed around. So before a picture goes into the page it is made
small, then pixelated: persons, riders and their machines whole, of vehicles the lower part, where plates are. It is
done where people have labelled something and where the detector has found a sign of it. Who is neither
labelled nor found stays as small as the picture is; the page says so.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from edge_agent.inference.detections import Detections
from models.evaluation.overlap import Boxes
from models.evaluation.questions import VEHICLE_LABELS

WHOLE = ("person", "motorcycle", "bicycle")
PIXELS_OF_HEIGHT = 8
"""Blocks down a person: a head is one block."""
PLATE_FROM = 0.4
"""Part of a vehicle's height from which on it is pixelated."""
PIXELS_OF_WIDTH = 20
"""Blocks across a vehicle: a plate, a quarter of the width at most, is five blocks for its seven or eight signs."""
BLOCK_LEAST_PX = 4
PLATE_SCORE_LEAST = 0.2
"""Of a vehicle found: large boxes of a lower score lie over half a street where nothing is. Persons have none."""
MARGIN = 0.05
"""Of the box, on each side: labels and finds are a little narrow at times."""


def shy(finds: Detections) -> Detections:
    """Return the finds that may show somebody or a plate."""
    is_vehicle = np.isin(np.array(finds.labels(), np.str_), VEHICLE_LABELS)
    return finds.only(~is_vehicle | (finds.score >= PLATE_SCORE_LEAST))


def pixelated(picture: Image.Image, places: Iterable[tuple[str, Boxes]]) -> Image.Image:
    """Return a copy of a picture in which nobody and no plate can be read.

    Args:
        picture: as it will be shown.
        places: class and boxes [n, 4] in pixels of that picture.
    """
    shown = picture.copy()
    for label, boxes in places:
        for box in boxes:
            for left, upper, right, lower, block_px in _areas(label, box.tolist()):
                _pixelate(shown, (left, upper, right, lower), block_px)
    return shown


def _areas(label: str, box: list[float]) -> Iterator[tuple[float, float, float, float, float]]:
    """Yield the parts of a box that must not be read, each with the side of its blocks, px."""
    left, upper, right, lower = box
    width, height = right - left, lower - upper
    if label in WHOLE:
        beside, above = MARGIN * width, MARGIN * height
        yield left - beside, upper - above, right + beside, lower + above, height / PIXELS_OF_HEIGHT
    elif label in VEHICLE_LABELS:
        yield left, upper + PLATE_FROM * height, right, lower + MARGIN * height, width / PIXELS_OF_WIDTH


def _pixelate(picture: Image.Image, area: tuple[float, float, float, float], block_px: float) -> None:
    left, upper = (max(0, int(np.floor(one))) for one in area[:2])
    right, lower = min(picture.width, int(np.ceil(area[2]))), min(picture.height, int(np.ceil(area[3])))
    if right <= left or lower <= upper:
        return
    block = max(BLOCK_LEAST_PX, block_px)
    part = picture.crop((left, upper, right, lower))
    few = (max(1, round(part.width / block)), max(1, round(part.height / block)))
    picture.paste(part.resize(few, Image.Resampling.BOX).resize(part.size, Image.Resampling.NEAREST), (left, upper))
