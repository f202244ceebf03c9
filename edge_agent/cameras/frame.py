"""A frame as every source gives it and everything behind it takes it.

Most pictures of a still street are looked at as a few thousand cells and never become RGB; so a frame keeps its picture
in the form in which its source has it, and makes another form when somebody asks, on the thread of whoever asks.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge_agent.cameras.cells import Cells, cells_of
from edge_agent.inference.ahead import Ahead

Image: TypeAlias = NDArray[np.uint8]
"""[height_px, width_px, 3], RGB, contiguous."""


class Pixels(Protocol):
    """The picture of a frame. Not for two threads at once."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""

    @property
    def image(self) -> Image:
        """The picture as RGB; made once."""

    @property
    def source(self) -> Image | Ahead:
        """The picture for the detector: RGB, or that of which parts were made ahead. Both of `size_px`."""

    def prepare(self) -> None:
        """Make ahead what the detector was given of the picture before; before another thread has this one."""

    def cells(self) -> Cells:
        """Return the mean grey levels of its cells; not to be written to."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """Pixels that are RGB from the beginning."""

    image: Image

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return int(self.image.shape[1]), int(self.image.shape[0])

    @property
    def source(self) -> Image:
        """The same."""
        return self.image

    def prepare(self) -> None:
        """Make nothing: it is ready."""

    def cells(self) -> Cells:
        """Return the mean grey levels of its cells."""
        return cells_of(self.image)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture of a camera."""

    pixels: Pixels
    number: int
    """From 1, of the pictures that came, decoded or not; a gap means that some were passed over."""
    taken_up_ms: int
    """When it was decoded, boot clock; of a file with a rate, when it is shown."""

    @classmethod
    def of(cls, image: Image, *, number: int, taken_up_ms: int) -> "Frame":
        """Return the frame of a picture that is RGB already."""
        return cls(pixels=Held(image=image), number=number, taken_up_ms=taken_up_ms)

    @property
    def image(self) -> Image:
        """The picture as RGB."""
        return self.pixels.image

    @property
    def width_px(self) -> int:
        """Width."""
        return self.pixels.size_px[0]

    @property
    def height_px(self) -> int:
        """Height."""
        return self.pixels.size_px[1]
