"""Precision and recall over the threshold, of one class over all pictures of a set.

A curve has one point for each different score: finds of the same score come in together, so the order of pictures
does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.matching import Matched, Outcome


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Precision and recall of all finds from a score on."""

    score: NDArray[np.float64]
    """[p] falling."""
    hits: NDArray[np.int64]
    """[p] right finds from that score on."""
    finds: NDArray[np.int64]
    """[p] right and false finds from that score on."""
    truths: int
    """True boxes."""

    @property
    def precision(self) -> NDArray[np.float64]:
        """Return the part of the finds that is right, [p]."""
        return self.hits / self.finds

    @property
    def recall(self) -> NDArray[np.float64]:
        """Return the part of the truth that is found, [p]; 0 without any truth."""
        return self.hits / max(self.truths, 1)

    def average_precision(self) -> float | None:
        """Return the area under the curve, 0 to 1; None without truth.

        All-point interpolation as PASCAL VOC has used it since 2010 (Everingham et al., "The PASCAL VOC Challenge:
        A Retrospective", 2015): at each recall the best precision at that or a higher one. COCO's 101 points sample
        the same curve and come out within .01 of it.
        """
        if not self.truths:
            return None
        best = np.maximum.accumulate(self.precision[::-1])[::-1]
        return float((np.diff(self.recall, prepend=0.0) * best).sum())

    def at_score(self, score_least: float) -> tuple[float | None, float | None]:
        """Return (recall, precision) of the finds from a score on; None where there is nothing to divide by."""
        if not self.truths:
            return None, None
        count = int((self.score >= score_least).sum())
        if not count:
            return 0.0, None
        return float(self.recall[count - 1]), float(self.precision[count - 1])

    def recall_at_precision(self, precision_least: float) -> float | None:
        """Return the highest recall at which precision is still at least this; 0 if it never is, None without truth."""
        if not self.truths:
            return None
        fitting = self.recall[self.precision >= precision_least]
        return float(fitting.max()) if len(fitting) else 0.0


def curve_of(pictures: Sequence[Matched]) -> Curve:
    """Return the curve of one class over pictures."""
    scores = np.concatenate([np.zeros(0), *(one.score[one.outcome != Outcome.PASSED_OVER] for one in pictures)])
    is_hit = np.concatenate(
        [np.zeros(0, np.bool_), *(one.outcome[one.outcome != Outcome.PASSED_OVER] == Outcome.HIT for one in pictures)]
    )
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    is_last_of_score = np.diff(falling, append=-np.inf) != 0
    return Curve(
        score=falling[is_last_of_score],
        hits=np.cumsum(is_hit[order])[is_last_of_score],
        finds=np.arange(1, len(falling) + 1)[is_last_of_score],
        truths=sum(len(one.found_at) for one in pictures),
    )
