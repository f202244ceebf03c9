"""Which detection belongs to which track: ByteTrack's order, C-BIoU's wider boxes, one assignment for each round.

1. good detections to the tracks whose predicted box they lie on, sure ones first;
2. good detections that are left to tracks that are left, the boxes widened as far as the filter does not know better:
   at 25 frames a second hardly at all, at 2 a second by more than the thing itself;
3. weak detections to tracks that are left and were seen a moment ago, sure ones first: what is half hidden still is
   there.

ByteTrack: Zhang, Sun, Jiang, Yu, Weng, Yuan, Luo, Liu and Wang 2022, "ByteTrack: Multi-Object Tracking by Associating
Every Detection Box", arXiv:2110.06864.
"""

from dataclasses import dataclass

import lap
import numpy as np
from numpy.typing import NDArray

from edge_agent.sightings.boxes import Floats, areas, buffered_ious
from edge_agent.sightings.motion import Motion

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

NARROW_BUFFER = 0.1
"""Of width and height: what a box jitters."""
NARROW_IOU = 0.2
"""ByteTrack's 0.8 as a cost."""
WIDE_IOU = 0.05
WIDE_DOUBTS = 1.0
"""A box is widened by so many standard deviations of where it might be."""
WIDEST_BUFFER = 2.0
"""Of width and height; further off anything might be anything."""
SIDE_RATIO_MOST = 2.0
"""Between the sides (root of area) of one thing in two frames; what is cut by the picture's edge grows fastest."""
WEAK_IOU = 0.4
"""Between ByteTrack's 0.5 and what widening by `NARROW_BUFFER` adds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boxes:
    """Detections as the association needs them; all of the same first length m."""

    boxes: Floats
    """[m, 4] px."""
    family: Indices
    """[m], see `kinds.families`."""
    is_good: Mask
    """[m] well enough scored to begin or to find a track."""


def associate(motion: Motion, family: Indices, found: Boxes, *, is_fresh: Mask, is_sure: Mask) -> Indices:
    """Return for each track [n] the index of its detection, or -1.

    Args:
        motion: n tracks, predicted to the time of the detections.
        family: [n].
        found: the detections.
        is_fresh: [n] seen in the frame before or a moment ago.
        is_sure: [n].
    """
    of_track = np.full(len(motion), -1, np.int64)
    ratio = np.log(motion.sides)[:, None] - np.log(np.maximum(areas(found.boxes), 1.0))[None, :] / 2
    may_be = (family[:, None] == found.family[None, :]) & (np.abs(ratio) <= np.log(SIDE_RATIO_MOST))
    boxes, weak = motion.boxes, ~found.is_good
    narrow = np.full(len(motion), NARROW_BUFFER)
    wide = np.clip(WIDE_DOUBTS * motion.doubt_sides, NARROW_BUFFER, WIDEST_BUFFER)
    every = np.ones(len(motion), bool)
    is_free = np.ones(len(found.boxes), bool)
    for tracks, detections, buffer, iou_least in (
        (is_sure, found.is_good, narrow, NARROW_IOU),
        (~is_sure, found.is_good, narrow, NARROW_IOU),
        (every, found.is_good, wide, WIDE_IOU),
        (is_fresh & is_sure, weak, narrow, WEAK_IOU),
        (is_fresh & ~is_sure, weak, narrow, WEAK_IOU),
    ):
        (rows,) = (tracks & (of_track < 0)).nonzero()
        columns = (detections & is_free).nonzero()[0] if len(rows) else rows
        if len(columns):
            near = buffered_ious(boxes[rows], found.boxes[columns], buffer[rows])
            near *= may_be[rows[:, None], columns]
            chosen = _assign(near, iou_least)
            has_one = chosen >= 0
            of_track[rows[has_one]] = taken = columns[chosen[has_one]]
            is_free[taken] = False
    return of_track


def _assign(near: Floats, least: float) -> Indices:
    """Return for each row the column of the best assignment (Jonker-Volgenant), or -1 where none is near enough."""
    _, columns, _ = lap.lapjv(1.0 - near, extend_cost=True, cost_limit=1.0 - least)
    return np.asarray(columns, np.int64)
