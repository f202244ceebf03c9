"""A track: one thing, followed from frame to frame."""

from dataclasses import dataclass

XY = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One thing as it is known after a frame."""

    number: int
    """From 1, never reused by a tracker."""
    label: str
    """The class that its detections have spoken for most, by score, over its whole life."""
    box_xyxy_px: tuple[float, float, float, float]
    """As it was last detected."""
    speed_px_s: XY
    """Of the middle of the box, filtered."""
    score: float
    """Of the last detection."""
    mean_score: float
    """Of all its detections."""
    hits: int
    """Frames in which it was detected."""
    born_up_ms: int
    seen_up_ms: int
    """When it was last detected."""
    is_seen: bool
    """In this very frame; otherwise it is hidden and the box is old."""
    is_sure: bool
    """Detected often enough to be no chance."""
    was_good: bool
    """At least one detection was good by itself."""

    @property
    def anchor_px(self) -> XY:
        """Middle of the lower edge: where it stands on the ground."""
        left, _, right, lower = self.box_xyxy_px
        return (left + right) / 2, lower

    @property
    def height_px(self) -> float:
        """Height of the box, at least 1."""
        return max(self.box_xyxy_px[3] - self.box_xyxy_px[1], 1.0)
