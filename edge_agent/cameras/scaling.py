"""Decoded pictures to RGB arrays of the size that was asked, by swscale."""

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from edge_agent.cameras.errors import CameraEmptyError
from edge_agent.cameras.frame import Image

LEAST_SIDE_PX = 16
"""Anything smaller is no picture of a street; a codec's own block is as large."""


def fitted(*, width_px: int, height_px: int, max_width_px: int) -> tuple[int, int]:
    """Return width and height of a picture that is at most so wide, in its own shape; even numbers when scaled."""
    if width_px <= max_width_px:
        return width_px, height_px
    height = round(height_px * max_width_px / width_px / 2) * 2
    return max_width_px // 2 * 2, max(2, height)


def verify_size(*, width_px: int, height_px: int, shown: str) -> None:
    """Refuse a picture without size.

    Raises:
        CameraEmptyError: a side is shorter than `LEAST_SIDE_PX`.
    """
    if min(width_px, height_px) < LEAST_SIDE_PX:
        raise CameraEmptyError(
            f"{shown}: gambar berukuran {width_px} x {height_px} titik. Atur resolusi di kamera, misalnya 1280 x 720. "
            f"/ pictures of {width_px} by {height_px} pixels. Set a resolution in the camera, for example 1280 x 720."
        )


class Scaler:
    """Keeps swscale's tables from one picture to the next; they are made anew when the size changes."""

    def __init__(self, *, max_width_px: int, shown: str) -> None:
        """Scale to at most this width; `shown` names the camera in errors."""
        self._max_width_px = max_width_px
        self._shown = shown
        self._reformatter = VideoReformatter()

    def image(self, picture: VideoFrame) -> Image:
        """Return a decoded picture as RGB [height, width, 3] uint8.

        Raises:
            CameraEmptyError: it has no size.
        """
        verify_size(width_px=picture.width, height_px=picture.height, shown=self._shown)
        width_px, height_px = fitted(width_px=picture.width, height_px=picture.height, max_width_px=self._max_width_px)
        scaled = self._reformatter.reformat(
            picture, width=width_px, height=height_px, format="rgb24", interpolation=Interpolation.AREA
        )
        return np.ascontiguousarray(scaled.to_ndarray(), dtype=np.uint8)
