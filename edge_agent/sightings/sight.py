"""Can anything be seen in a picture at all? Not whether somebody has tampered with the camera.

Too dark, too bright, fogged or covered have one thing in common: the picture is the same everywhere. At night one lamp
is enough to be seen; whether a detector then finds what drives is not judged here.
"""

import numpy as np

from edge_agent.cameras.cells import Cells

SPREAD_LEAST = 16.0
"""Of 255, between the darkest and the brightest hundredth of the cells: below it there is nothing to be told apart. A
cell's mean is free of the noise of a dark sensor."""


def can_see(cells: Cells) -> bool:
    """Answer whether a picture shows anything.

    Args:
        cells: of the picture; of none nothing is seen.
    """
    if cells.size == 0:
        return False
    levels = np.sort(cells, axis=None)
    return bool(_at(levels, 0.99) - _at(levels, 0.01) >= SPREAD_LEAST)


def _at(levels: Cells, part: float) -> float:
    """Return the level [n, rising] below which such a part of them lies, between two in proportion.

    numpy's own `percentile` takes three times as long and loads its masked arrays.
    """
    place = part * (len(levels) - 1)
    lower = int(place)
    upper = min(lower + 1, len(levels) - 1)
    return float(levels[lower]) + (place - lower) * float(levels[upper] - levels[lower])
