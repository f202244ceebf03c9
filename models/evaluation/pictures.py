"""Pictures from files, as the box's inference takes them: RGB, uint8.

COCO's boxes are in the pixels as stored; a camera's turning mark (EXIF) is followed only where the label file's size
says that the labels were drawn on the turned picture.
"""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MEGAPIXELS_MOST = 178
"""What Pillow opens: more would fill the memory of whoever evaluates, 3 bytes a pixel."""
_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that swap width and height."""


class UnreadablePictureError(ValueError):
    """A picture cannot be decoded; the text says why."""


def size_problem(file: Path, *, width_px: int, height_px: int) -> str | None:
    """Return why a picture cannot be used, from its header alone, or None.

    Args:
        file: the picture.
        width_px: as the label file has it.
        height_px: the same.
    """
    if not file.is_file():
        return "gambar tidak ada / picture is missing"
    if file.stat().st_size == 0 or width_px <= 0 or height_px <= 0:
        return "gambar berukuran nol / picture of zero size"
    try:
        with _opened(file) as picture:
            sizes = (picture.size, picture.size[::-1] if _is_sideways(picture) else picture.size)
    except Image.DecompressionBombError:
        return f"gambar terlalu besar / too large: at most {MEGAPIXELS_MOST} megapixels"
    except (UnidentifiedImageError, OSError):
        return "bukan gambar yang dapat dibaca / no picture that can be read"
    if (width_px, height_px) not in sizes:
        return "ukuran gambar lain dari berkas label / picture of another size than the label file says"
    return None


def read_picture(file: Path, *, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Return a picture, [height_px, width_px, 3] RGB uint8.

    Raises:
        UnreadablePictureError: it is cut off or broken.
    """
    try:
        with _opened(file) as opened:
            is_turned = _is_sideways(opened) and opened.size != (width_px, height_px)
            picture = ImageOps.exif_transpose(opened) if is_turned else opened
            return np.ascontiguousarray(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as exc:
        raise UnreadablePictureError(f"{file}: gambar rusak / the picture is broken: {exc}") from exc


def _opened(file: Path) -> Image.Image:
    """Return a picture by its header, without Pillow's warning at half of the most that it opens."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(file)


def _is_sideways(picture: Image.Image) -> bool:
    return picture.getexif().get(_ORIENTATION) in _SIDEWAYS
