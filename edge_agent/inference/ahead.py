"""A frame for the detector, of which parts were scaled ahead by whoever reads the camera.

What was asked of a picture will be asked of the next one: as long as that is so, the reader's thread does it while the
model still runs on the picture before. The same work to the same bytes, on the other thread.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.regions import Region

Image: TypeAlias = NDArray[np.uint8]
"""[height_px, width_px, 3], RGB."""
Ask: TypeAlias = tuple[Region, int, int]
"""A region of the picture, and width and height that it is to have."""

IN_VAIN_MOST = 3
"""Pictures prepared of which nothing was asked: then nothing moves, or nobody comes after; the reader is one ahead."""
ASKS_MOST = 16
"""Of one picture: a view has few regions."""


class Habit:
    """What is asked of the pictures of one camera, one after another."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asks: tuple[Ask, ...] = ()
        """Of the last picture of which anything was asked."""
        self.in_vain = 0
        """Pictures that were prepared since."""

    def is_kept(self) -> bool:
        """Answer whether the next picture is worth preparing."""
        return bool(self.asks) and self.in_vain < IN_VAIN_MOST


class Ahead:
    """One picture."""

    def __init__(self, image: Callable[[], Image], *, size_px: tuple[int, int], habit: Habit) -> None:
        """Make nothing yet.

        Args:
            image: returns it, for whoever needs the whole.
            size_px: width and height.
            habit: of its camera.
        """
        self.image = image
        self.size_px = size_px
        self._habit = habit
        self._ready: dict[Ask, Image] = {}
        self._asked: tuple[Ask, ...] = ()

    def prepare(self, image: Image, scaled: Callable[[Image, int, int], Image]) -> None:
        """Make what was asked of the picture before; by the reader's thread, before anyone else has this one.

        Args:
            image: the picture.
            scaled: returns a part at another width and height.
        """
        self._habit.in_vain += 1
        for region, width_px, height_px in self._habit.asks:
            part = image[region.upper_px : region.lower_px, region.left_px : region.right_px]
            if part.shape[:2] == (region.height_px, region.width_px):  # else pictures have become smaller
                self._ready[region, width_px, height_px] = scaled(part, width_px, height_px)

    def take(self, region: Region, width_px: int, height_px: int) -> Image | None:
        """Return a region at another size; None: it was not made ahead. The next picture's will be."""
        ask = region, width_px, height_px
        self._habit.in_vain = 0
        self._asked = self._habit.asks = (*self._asked, ask)[-ASKS_MOST:]
        return self._ready.pop(ask, None)
