"""Which find is which truth, in one picture and one class.

The protocol is that of COCO's evaluation: from the highest score on, each find takes the true box that it overlaps most
among those not taken yet, if it overlaps one by `IOU_LEAST`. What then lies in a box around many (iscrowd), or in a
place where the truth says nothing, is passed over: neither right nor wrong. All other finds are false. What the finds
above a score come to does not depend on those below it, so one matching serves every threshold.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models.evaluation.overlap import Boxes, iou, share_inside

IOU_LEAST = 0.5
"""Intersection over union from which a find is the thing; PASCAL VOC's, and the 50 of AP50."""
INSIDE_LEAST = 0.5
"""Part of a find's area that must lie in a passed-over box; COCO's iscrowd rule with the same threshold."""


class Outcome(IntEnum):
    """What became of a find."""

    FALSE = 0
    HIT = 1
    PASSED_OVER = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finds:
    """What a scheme found of one class in one picture."""

    box_xyxy_px: Boxes
    """[n, 4]"""
    score: NDArray[np.floating]
    """[n]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wanted:
    """What there is of one class in one picture."""

    box_xyxy_px: Boxes
    """[m, 4]"""
    passed_over_xyxy_px: Boxes
    """[k, 4] where unmatched finds do not count."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """Finds and truth of one class in one picture, held against each other."""

    score: NDArray[np.floating]
    """[n] of each find."""
    outcome: NDArray[np.int8]
    """[n] an `Outcome` each."""
    found_at: NDArray[np.float64]
    """[m] score at which each true box was found, minus infinity where it never was."""

    def missed(self, score_least: float) -> int:
        """Return how many true boxes no find from this score on has taken."""
        return int((self.found_at < score_least).sum())

    def false(self, score_least: float) -> int:
        """Return how many finds from this score on are of nothing."""
        return int(((self.outcome == Outcome.FALSE) & (self.score >= score_least)).sum())


def match(finds: Finds, wanted: Wanted) -> Matched:
    """Hold finds against truth."""
    overlaps = iou(finds.box_xyxy_px, wanted.box_xyxy_px)
    inside = share_inside(finds.box_xyxy_px, wanted.passed_over_xyxy_px)
    is_passed_over = (inside >= INSIDE_LEAST).any(axis=1)
    outcome = np.where(is_passed_over, Outcome.PASSED_OVER, Outcome.FALSE).astype(np.int8)
    found_at = np.full(len(wanted.box_xyxy_px), -np.inf)
    for find in np.argsort(-finds.score, kind="stable"):
        free = np.where(np.isneginf(found_at), overlaps[find], -1.0)
        if len(free) and free.max() >= IOU_LEAST:
            found_at[int(free.argmax())] = finds.score[find]
            outcome[find] = Outcome.HIT
    return Matched(score=finds.score, outcome=outcome, found_at=found_at)
