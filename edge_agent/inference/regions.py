"""Regions: the parts of a frame that go into the model, each filling one place of the batch.

The whole frame is one region; tiles show far things larger; the crop around a zone shows little else. Pixels of one
frame size: when a camera changes its resolution, make them again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contract.views import Point
from edge_agent.inference.errors import RegionError

TILE_OVERLAP = 0.2
"""Part of a tile that its neighbour also shows, so that what is narrower than that is whole in one of them; the value
of SAHI (Akyon et al. 2022, arXiv:2202.06934)."""
ZONE_MARGIN = 0.05
"""Of the frame, beside a zone: a vehicle that stands on the zone's edge is seen whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A crop, in pixels of the frame; right and lower edge are the first pixels outside."""

    left_px: int
    upper_px: int
    right_px: int
    lower_px: int

    def __post_init__(self) -> None:
        """Refuse a region without pixels or left and above of every frame.

        Raises:
            RegionError: the text says which.
        """
        if self.left_px < 0 or self.upper_px < 0 or self.width_px < 1 or self.height_px < 1:
            raise RegionError(
                "wilayah gambar kosong atau di luar. Gambar ulang zona. / region is empty or outside: expected "
                f"0 <= left < right and 0 <= upper < lower, got {self}. Draw the zone again."
            )

    @property
    def width_px(self) -> int:
        """Width."""
        return self.right_px - self.left_px

    @property
    def height_px(self) -> int:
        """Height."""
        return self.lower_px - self.upper_px

    def __str__(self) -> str:
        """Return the four edges."""
        return f"x {self.left_px} to {self.right_px}, y {self.upper_px} to {self.lower_px}"


def whole(width_px: int, height_px: int) -> Region:
    """Return the whole frame as one region."""
    return Region(left_px=0, upper_px=0, right_px=width_px, lower_px=height_px)


def tiles(
    width_px: int, height_px: int, *, columns: int, rows: int, overlap: float = TILE_OVERLAP
) -> tuple[Region, ...]:
    """Return columns x rows equal tiles that cover the frame, in rows.

    Args:
        width_px: of the frame.
        height_px: of the frame.
        columns: at least 1.
        rows: at least 1.
        overlap: part of a tile's side that the next tile also covers, 0 to below 1.
    """
    spans_x, spans_y = _spans(width_px, columns, overlap), _spans(height_px, rows, overlap)
    return tuple(
        Region(left_px=left, upper_px=upper, right_px=right, lower_px=lower)
        for upper, lower in spans_y
        for left, right in spans_x
    )


def _spans(length_px: int, count: int, overlap: float) -> list[tuple[int, int]]:
    """Return `count` equally long spans of a side, the first from 0 and the last to its end."""
    span_px = min(length_px, math.ceil(length_px / (count - (count - 1) * overlap)))
    starts = [round(place * (length_px - span_px) / max(count - 1, 1)) for place in range(count)]
    return [(start, start + span_px) for start in starts]


def around(outline: Sequence[Point], width_px: int, height_px: int, *, margin: float = ZONE_MARGIN) -> Region:
    """Return the smallest region that holds an outline and a margin beside it, within the frame.

    Args:
        outline: corners x, y as parts of the picture, 0 to 1: a zone's or a view's purpose.
        width_px: of the frame.
        height_px: of the frame.
        margin: part of the frame's width and height that is added on each side.

    Raises:
        RegionError: no part of it lies in the frame.
    """
    across, down = [x for x, _ in outline], [y for _, y in outline]
    return Region(
        left_px=max(round((min(across) - margin) * width_px), 0),
        upper_px=max(round((min(down) - margin) * height_px), 0),
        right_px=min(round((max(across) + margin) * width_px), width_px),
        lower_px=min(round((max(down) + margin) * height_px), height_px),
    )
