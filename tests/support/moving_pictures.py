"""Pictures and clips with a drawn person in them whom the street model sees, cut out of its own golden picture."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import models

WIDTH_PX, HEIGHT_PX = 640, 360
CUT_PX = (255, 120, 405, 340)
"""Out of the golden picture: the person, and some of the street."""
PASTED_PX = (136, 200)
"""Width and height of that where it is pasted."""
UPPER_PX = 100
STREET = Path(models.__file__).parent / "street"


def with_person(left_px: int) -> NDArray[np.uint8]:
    """Return a grey picture with a person in a street that begins at this x, [HEIGHT_PX, WIDTH_PX, 3] RGB."""
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 120, np.uint8)
    lower_px, right_px = UPPER_PX + PASTED_PX[1], left_px + PASTED_PX[0]
    with Image.open(STREET / "golden" / "picture.png") as golden:
        small = golden.convert("RGB").crop(CUT_PX).resize(PASTED_PX)
        picture[UPPER_PX:lower_px, left_px:right_px] = np.asarray(small)
    return picture


def person_box(left_px: int) -> tuple[float, float, float, float]:
    """Return the person's box in that picture, x, y, width, height."""
    return (left_px + 38.0, UPPER_PX + 7.0, 58.0, 184.0)


def write_clip(path: Path, pictures: Sequence[NDArray[np.uint8]], *, rate: int = 10) -> Path:
    """Write pictures as an MPEG-4 clip with times; return it."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height = pictures[0].shape[1], pictures[0].shape[0]
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 8_000_000
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path
