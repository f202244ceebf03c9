"""Can anything be seen in a picture at all? Not whether somebody has tampered with the camera.

Too dark, too bright, fogged or covered have one thing in common: the picture is the same everywhere. At night one lamp
is enough to be seen; whether a detector then finds what drives is not judged here.
"""

import numpy as np

from edge_agent.cameras.frame import Image

STEP_PX = 2
"""Of the pixels each second one in both directions is looked at: a quarter of the work."""
BLOCK = 4
"""Means over blocks this many looks wide take away the noise of a dark sensor (by 4)."""
SPREAD_LEAST = 16.0
"""Of 255, between the darkest and the brightest hundredth of the blocks: below it there is nothing to be told apart."""
GREEN = 1
"""Stands for brightness: the eye and the sensor give it most weight."""


def can_see(image: Image) -> bool:
    """Answer whether a picture shows anything.

    Args:
        image: [height_px, width_px, 3] uint8, at least one block wide and high, else nothing is seen.
    """
    green = image[::STEP_PX, ::STEP_PX, GREEN]
    rows, columns = green.shape[0] // BLOCK, green.shape[1] // BLOCK
    if not rows or not columns:
        return False
    looks = np.ascontiguousarray(green[: rows * BLOCK, : columns * BLOCK])
    blocks = looks.reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3), dtype=np.float32)
    dark, bright = np.percentile(blocks, (1, 99))
    return bool(bright - dark >= SPREAD_LEAST)
