"""A frame as every source gives it and everything behind it takes it."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""[height_px, width_px, 3], RGB, contiguous."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture of a camera."""

    image: Image
    number: int
    """From 1, of those that the source has decoded; a gap means that frames were passed over."""
    taken_up_ms: int
    """When it was decoded, boot clock; of a file with a rate, when it is shown."""

    @property
    def width_px(self) -> int:
        """Width."""
        return int(self.image.shape[1])

    @property
    def height_px(self) -> int:
        """Height."""
        return int(self.image.shape[0])
