"""Decoded pictures as pixels of a frame: RGB, cells or a smaller picture, by swscale and not before it is asked for."""

import logging

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from edge_agent.cameras.cells import Cells, grey_of, grid_of
from edge_agent.cameras.errors import CameraEmptyError
from edge_agent.cameras.frame import Held, Image, Pixels
from edge_agent.cameras.glance import Sharp
from edge_agent.inference.ahead import Ahead, Habit
from edge_agent.inference.letterbox import Scaler as PartScaler

LEAST_SIDE_PX = 16
"""Anything smaller is no picture of a street; a codec's own block is as large."""
OWN_FORMATS = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p"})
"""Planes of brightness and colour, as decoders of H.264, H.265 and JPEG make them in memory of their own. Others (raw
pictures of a USB camera) may lie in memory of the camera's driver, which goes when the camera does: RGB at once."""

log = logging.getLogger(__name__)


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
        self._of = Workshop()
        self._is_lazy = False
        """Of the last picture nothing was converted before somebody asked."""

    @property
    def is_for_glances(self) -> bool:
        """Whether the detector has asked for none of the last pictures, so that of the next one cells will do."""
        return self._is_lazy and not self._of.habit.is_kept()

    def pixels(self, picture: VideoFrame, *, sharp: Sharp | None = None) -> Pixels:
        """Return a decoded picture, to be converted by whoever needs it.

        Args:
            picture: as the decoder gave it.
            sharp: decodes it with everything, if it is for a glance only.

        Raises:
            CameraEmptyError: it has no size.
        """
        verify_size(width_px=picture.width, height_px=picture.height, shown=self._shown)
        size_px = fitted(width_px=picture.width, height_px=picture.height, max_width_px=self._max_width_px)
        decoded = Decoded(picture, size_px=size_px, workshop=self._of, sharp=sharp)
        self._is_lazy = picture.format.name in OWN_FORMATS
        return decoded if self._is_lazy else Held(image=decoded.image)


class Workshop:
    """What the pictures of one camera are made into others with; a thread's own where two may work at once."""

    def __init__(self) -> None:
        """Hold no tables yet."""
        self.habit = Habit()
        self.of_asker = Tables()
        self.of_reader = Tables()
        self.parts_of_reader = PartScaler(threads=1)


class Tables:
    """Scalers by what they scale to; setting one up costs 1 ms."""

    def __init__(self) -> None:
        """Hold none yet."""
        self._scalers: dict[tuple[str, int, int], VideoReformatter] = {}
        self._of_px: tuple[int, int] | None = None

    def scaled(self, picture: VideoFrame, size_px: tuple[int, int], form: str) -> VideoFrame:
        """Return a picture at another size and in another form, each pixel the mean of its part."""
        if self._of_px != (picture.width, picture.height):
            self._scalers.clear()
            self._of_px = picture.width, picture.height
        key = form, *size_px
        scaler = self._scalers.get(key)
        if scaler is None:
            scaler = self._scalers[key] = VideoReformatter()
        # One thread: waking others costs more than they save.
        return scaler.reformat(
            picture, width=size_px[0], height=size_px[1], format=form, interpolation=Interpolation.AREA, threads=1
        )


class Decoded:
    """Pixels as a decoder left them."""

    def __init__(
        self, picture: VideoFrame, *, size_px: tuple[int, int], workshop: Workshop, sharp: Sharp | None = None
    ) -> None:
        """Convert nothing yet.

        Args:
            picture: of any size.
            size_px: at which it is handed out.
            workshop: of this camera.
            sharp: decodes the picture with everything, if this one is for its cells only.
        """
        self._picture = picture
        self.size_px = size_px
        self._of = workshop
        self._rgb = _Rgb(picture, sharp, size_px, workshop.of_asker)
        # It must not refer to this object: a ring of megabytes would wait for Python's collector.
        self.source = Ahead(self._rgb, size_px=size_px, habit=workshop.habit)
        """For the detector."""
        self._cells: Cells | None = None

    @property
    def image(self) -> Image:
        """The picture as RGB; made once."""
        return self._rgb()

    def prepare(self) -> None:
        """Make ahead what the detector was given of the picture before; on the reader's thread."""
        if self._of.habit.is_kept():
            self.source.prepare(self._rgb.made_with(self._of.of_reader), self._of.parts_of_reader.scaled)

    def cells(self) -> Cells:
        """Return the mean grey levels of its cells, which together are the whole picture; made once."""
        if self._cells is None:
            rows, columns = grid_of(*self.size_px)
            self._cells = grey_of(_array(self._of.of_asker.scaled(self._picture, (columns, rows), "rgb24")))
        return self._cells


class _Rgb:
    """A picture as RGB, made when it is asked for the first time."""

    def __init__(self, picture: VideoFrame, sharp: Sharp | None, size_px: tuple[int, int], tables: Tables) -> None:
        self._picture = picture
        self._sharp = sharp
        self._size_px = size_px
        self._tables = tables
        self.made: Image | None = None

    def __call__(self) -> Image:
        return self.made_with(self._tables)

    def made_with(self, tables: Tables) -> Image:
        if self.made is None:
            self.made = _array(tables.scaled(self._whole(), self._size_px, "rgb24"))
        return self.made

    def _whole(self) -> VideoFrame:
        if self._sharp is None:
            return self._picture
        whole = self._sharp()
        if whole is None:
            log.warning("a key picture cannot be decoded a second time; it is shown without its last smoothing")
            return self._picture
        return whole


def _array(picture: VideoFrame) -> Image:
    return np.ascontiguousarray(picture.to_ndarray(), dtype=np.uint8)
