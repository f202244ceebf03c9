"""One thing, one detection: what a detector says twice becomes one box that speaks for all its classes.

A detector suppresses doubles per class only. Of a van, or of a car seen from above, it gives a car, a bus and a truck
on the same place, each with a low score. Scores of a sigmoid head are chances of their own for each class, so the
chance that there is a vehicle of some class is 1 - (1 - p1)(1 - p2)…: three times 0.25 is 0.58, not 0.25.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.detections import Detections
from edge_agent.sightings.association import Boxes, Indices
from edge_agent.sightings.boxes import Floats, ious

GOOD_SCORE = 0.35
"""Of one class; the baseline's working point."""
GOOD_FAMILY_SCORE = 0.5
"""Of all classes of a family together."""
HEARD_SCORE = 0.1
"""Below it a class has no say. A detector for this must be open to this score."""
SAME_IOU = 0.5
"""As detectors suppress within a class."""
SAME_IOU_OF_STRANGERS = 0.8
"""A person or boat and a vehicle on one place: only the likelier one is there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fused:
    """Things of one frame, in an order that depends on nothing but themselves; of the same first length m."""

    box: Floats
    """[m, 4] px, that of the best class."""
    score: Floats
    """[m] that it is of its family."""
    family: Indices
    """[m], see `kinds.families`."""
    votes: Floats
    """[m, classes] score of each class."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.score)

    @property
    def is_good(self) -> NDArray[np.bool_]:
        """Which of them [m] are to be believed at once: one class is, or the family is likelier there than not."""
        return np.asarray((self.votes.max(axis=1, initial=0.0) >= GOOD_SCORE) | (self.score >= GOOD_FAMILY_SCORE))

    def boxes(self) -> Boxes:
        """Return them for the association."""
        return Boxes(boxes=self.box, family=self.family, is_good=self.is_good)

    def only(self, chosen: np.ndarray) -> "Fused":
        """Return those that a mask [m] or indices choose."""
        return Fused(
            box=self.box[chosen], score=self.score[chosen], family=self.family[chosen], votes=self.votes[chosen]
        )

    @staticmethod
    def none(classes: int) -> "Fused":
        """Return no things."""
        return Fused(
            box=np.zeros((0, 4)), score=np.zeros(0), family=np.zeros(0, np.int64), votes=np.zeros((0, classes))
        )


def fused(detections: Detections, family_of: Indices, least_score: float) -> Fused:
    """Return the things that detections speak of.

    Args:
        detections: of one frame; boxes without area or with NaN are passed over.
        family_of: [classes], see `kinds.families`.
        least_score: of a thing.
    """
    box, score, index = _ordered(detections)
    things = _merged(box, score, index, family_of)
    things = things.only(things.score >= least_score)
    return things.only(_likelier(things))


def _ordered(detections: Detections) -> tuple[Floats, Floats, Indices]:
    """Return boxes, scores and classes, best first, and equal ones by place."""
    box = detections.box_xyxy_px.astype(np.float64)
    score = detections.score.astype(np.float64)
    index = detections.class_index
    worth = (score >= HEARD_SCORE) & np.isfinite(box).all(axis=1) & (box[:, 2:] > box[:, :2]).all(axis=1)
    order = np.lexsort((*box.T[::-1], index, -score))
    order = order[worth[order]]
    return box[order], score[order], index[order]


def _merged(box: Floats, score: Floats, index: Indices, family_of: Indices) -> Fused:
    """Gather around each best box those of its family that mean the same."""
    family = family_of[index]
    is_same = (ious(box, box) > SAME_IOU) & (family[:, None] == family[None, :])
    leaders: list[int] = []
    votes: list[Floats] = []
    free = np.ones(len(box), bool)
    for place in range(len(box)):
        if not free[place]:
            continue
        members = (is_same[place] & free).nonzero()[0][::-1]
        free[members] = False
        vote = np.zeros(len(family_of))
        vote[index[members]] = score[members]  # the best of a class comes last and stays
        leaders.append(place)
        votes.append(vote)
    if not leaders:
        return Fused.none(len(family_of))
    of_class = np.stack(votes)
    chance = 1 - np.prod(1 - of_class, axis=1)
    return Fused(box=box[leaders], score=chance, family=family[leaders], votes=of_class)


def _likelier(things: Fused) -> np.ndarray:
    """Return the mask [m] of the things on whose place no likelier one of another family is."""
    near = ious(things.box, things.box) > SAME_IOU_OF_STRANGERS
    earlier = np.arange(len(things))[None, :] < np.arange(len(things))[:, None]
    ahead = (things.score[None, :] > things.score[:, None]) | (
        (things.score[None, :] == things.score[:, None]) & earlier
    )
    return np.asarray(~(near & ahead).any(axis=1))
