"""Brings a region of a frame into one place of the model's batch, and boxes back from there.

The region is scaled by FFmpeg's swscale, straight from the frame's memory: averaging over the area when it shrinks, so
that no far motorcycle falls between two samples, bilinear when it grows. Measured on 2 x86 cores, one thread, CPU ms
of a 1280x720 | 1920x1080 frame to 416x234: swscale area 2.3 | 4.7, bilinear 2.8 | 5.1; Pillow box 3.9 | 6.7, bilinear
5.2 | 10.0; numpy sums 16.7 | 24.9; what stands here is faster still, see `PLANAR`. The area average is equal to
OpenCV's INTER_AREA within 0.04 of 255 in the mean: light exactly so, colour is taken from pairs of pixels.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from edge_agent.inference.ahead import Ahead, Image
from edge_agent.inference.regions import Region

PACKED = "rgb24"
PLANAR = "gbrp"
"""Three planes: scaling into them and putting them together takes 2.1 ms where scaling into packed pixels takes 3.5
(1280x720 to 736x414), to the same bytes."""
PLANE_CHANNELS = (1, 2, 0)
"""Green, blue, red."""
SCALERS_MOST = 16
"""Scalers kept, one per pair of sizes: setting one up costs 1 ms, and a view's regions have few sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where in the model's input a region lies."""

    region: Region
    left_px: int
    upper_px: int
    """Of the scaled region, in the input."""
    width_px: int
    height_px: int


def to_frame(
    box_xyxy_px: NDArray[np.float32], item: NDArray[np.int64], placements: Sequence[Placement]
) -> NDArray[np.float32]:
    """Return boxes of the input as boxes of the frame, cut at the edges of their regions.

    Args:
        box_xyxy_px: [n, 4] left, upper, right, lower edge, pixels of the input, float32.
        item: [n] place in the batch of each.
        placements: of the batch.
    """
    inner = np.array([(one.left_px, one.upper_px, one.width_px, one.height_px) for one in placements], np.float32)
    edges = edges_px(placements)
    scale = (edges[:, 2:] - edges[:, :2]) / inner[:, 2:]
    from_input = edges[:, :2] - inner[:, :2] * scale
    boxes = box_xyxy_px * _twice(scale)[item] + _twice(from_input)[item]
    lowest, highest = _twice(edges[:, :2])[item], _twice(edges[:, 2:])[item]
    return np.clip(boxes, lowest, highest, out=boxes)


def _twice(xy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return [N, 2] for both corners of a box, [N, 4]."""
    return np.concatenate([xy, xy], axis=1)


def edges_px(placements: Sequence[Placement]) -> NDArray[np.float32]:
    """Return left, upper, right, lower edge of the regions, [N, 4], pixels of the frame."""
    regions = [placement.region for placement in placements]
    return np.array([(one.left_px, one.upper_px, one.right_px, one.lower_px) for one in regions], np.float32)


def place(region: Region, width_px: int, height_px: int, *, keep_shape: bool) -> Placement:
    """Return how a region fits into an input, in its middle.

    Args:
        region: of the frame.
        width_px: of the input.
        height_px: of the input.
        keep_shape: scale both sides alike ("letterbox"); otherwise fill the input ("stretch").
    """
    scale = min(width_px / region.width_px, height_px / region.height_px)
    inner_width_px = max(round(region.width_px * scale), 1) if keep_shape else width_px
    inner_height_px = max(round(region.height_px * scale), 1) if keep_shape else height_px
    return Placement(
        region=region,
        left_px=(width_px - inner_width_px) // 2,
        upper_px=(height_px - inner_height_px) // 2,
        width_px=inner_width_px,
        height_px=inner_height_px,
    )


class Scaler:
    """Scales regions of frames into places of a batch; keeps what swscale needs from one frame to the next."""

    def __init__(self, *, threads: int) -> None:
        """Scale with this many threads."""
        self._threads = threads
        self._reformatters: OrderedDict[tuple[int, int, int, int], VideoReformatter] = OrderedDict()

    def fill(self, image: Image | Ahead, placement: Placement, into: NDArray[np.uint8], *, pad: int) -> None:
        """Write a region into one place of the batch.

        Args:
            image: [height_px, width_px, 3] uint8, holds the region; or what was made of it ahead.
            placement: of the region in `into`.
            into: [input height, input width, 3] uint8, overwritten whole.
            pad: grey value beside the region.
        """
        left, upper, region = placement.left_px, placement.upper_px, placement.region
        right, lower = left + placement.width_px, upper + placement.height_px
        into[:upper], into[lower:] = pad, pad
        into[upper:lower, :left], into[upper:lower, right:] = pad, pad
        inner = into[upper:lower, left:right]
        if isinstance(image, Ahead):
            made = image.take(region, placement.width_px, placement.height_px)
            if made is not None:
                inner[:] = made
                return
            image = image.image()
        self._scale(image[region.upper_px : region.lower_px, region.left_px : region.right_px], inner)

    def scaled(self, crop: Image, width_px: int, height_px: int) -> Image:
        """Return a part of a frame at another size, in memory of its own."""
        into = np.empty((height_px, width_px, len(PLANE_CHANNELS)), np.uint8)
        self._scale(crop, into)
        return into

    def _scale(self, crop: Image, into: NDArray[np.uint8]) -> None:
        if crop.shape == into.shape:
            into[:] = crop
            return
        height_px, width_px = into.shape[:2]
        is_shrunk = crop.shape[1] > width_px or crop.shape[0] > height_px
        scaled = self._reformatter((crop.shape[1], crop.shape[0], width_px, height_px)).reformat(
            VideoFrame.from_numpy_buffer(crop, PACKED),
            width_px,
            height_px,
            PLANAR,
            interpolation=Interpolation.AREA if is_shrunk else Interpolation.BILINEAR,
            threads=self._threads,
        )
        for channel, plane in zip(PLANE_CHANNELS, scaled.planes, strict=True):
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            into[:, :, channel] = rows[:height_px, :width_px]

    def _reformatter(self, sizes: tuple[int, int, int, int]) -> VideoReformatter:
        reformatter = self._reformatters.get(sizes)
        if reformatter is None:
            reformatter = self._reformatters[sizes] = VideoReformatter()
            if len(self._reformatters) > SCALERS_MOST:
                self._reformatters.popitem(last=False)
        return reformatter
