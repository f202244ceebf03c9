"""Detections and tracks made of plain numbers."""

from collections.abc import Sequence

import numpy as np

from edge_agent.inference.detections import Detections
from edge_agent.sightings.track import Track

CLASSES = ("person", "bicycle", "motorcycle", "car", "bus", "truck", "boat")
Found = tuple[str, float, float, float, float, float]
"""Class, left, upper, right, lower, score."""


def detections(found: Sequence[Found]) -> Detections:
    """Return the detections of one frame."""
    return Detections(
        box_xyxy_px=np.array([one[1:5] for one in found], np.float32).reshape(-1, 4),
        score=np.array([one[5] for one in found], np.float32),
        class_index=np.array([CLASSES.index(one[0]) for one in found], np.int64),
        classes=CLASSES,
    )


def standing_on(label: str, x: float, y: float, *, width: float = 60, height: float = 40, score: float = 0.8) -> Found:
    """Return a detection whose middle of the lower edge is at x, y."""
    return label, x - width / 2, y - height, x + width / 2, y, score


def track(
    x: float,
    y: float,
    *,
    number: int = 1,
    label: str = "car",
    width: float = 60,
    height: float = 40,
    is_seen: bool = True,
    is_sure: bool = True,
    up_ms: int = 0,
    mean_score: float = 0.8,
) -> Track:
    """Return a track that stands at x, y."""
    return Track(
        number=number,
        label=label,
        box_xyxy_px=(x - width / 2, y - height, x + width / 2, y),
        speed_px_s=(0.0, 0.0),
        score=0.8,
        mean_score=mean_score,
        hits=2 if is_sure else 1,
        born_up_ms=0,
        seen_up_ms=up_ms,
        is_seen=is_seen,
        is_sure=is_sure,
        was_good=True,
    )
