"""Which pictures went worst, and what was missed and wrongly found in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_agent.inference.detections import Detections
from models.evaluation.figures import OPERATING_SCORE, Seen, judged
from models.evaluation.matching import Outcome
from models.evaluation.overlap import Boxes
from models.evaluation.questions import SHOWN, Question, finds_of, wanted_of
from models.evaluation.truth import LabelledPicture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marked:
    """Boxes of one kind of thing in one picture, [n, 4] each."""

    question: Question
    found: Boxes
    """True boxes that were found."""
    missed: Boxes
    """True boxes that were not."""
    false: Boxes
    """Finds of nothing."""
    false_score: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BadPicture:
    """One picture with its mistakes at the operating score."""

    picture: LabelledPicture
    detections: Detections
    """All finds, also below the operating score, as they came."""
    marked: tuple[Marked, ...]

    @property
    def missed(self) -> int:
        """Return how many things were not found."""
        return sum(len(one.missed) for one in self.marked)

    @property
    def false(self) -> int:
        """Return how many finds are of nothing."""
        return sum(len(one.false) for one in self.marked)


def worst_of(pictures: Sequence[LabelledPicture], seen: Sequence[Seen], *, most: int) -> tuple[BadPicture, ...]:
    """Return up to `most` pictures of a set with a mistake in them, the worst first.

    Only classes of which the set has truth count: where nobody has labelled persons, a person found is no mistake.
    """
    asked = [one for one in SHOWN if any(len(wanted_of(one, picture).box_xyxy_px) for picture in pictures)]
    all_of_them = [
        BadPicture(picture=picture, detections=one.plain, marked=tuple(_mark(kind, picture, one) for kind in asked))
        for picture, one in zip(pictures, seen, strict=True)
    ]
    bad = [one for one in all_of_them if one.missed + one.false]
    return tuple(sorted(bad, key=lambda one: (-one.missed - one.false, one.picture.name))[:most])


def _mark(question: Question, picture: LabelledPicture, seen: Seen) -> Marked:
    matched = judged(question, picture, seen)
    truth = wanted_of(question, picture).box_xyxy_px
    finds = finds_of(question, seen.answering(question)).box_xyxy_px
    is_found = matched.found_at >= OPERATING_SCORE
    is_false = (matched.outcome == Outcome.FALSE) & (matched.score >= OPERATING_SCORE)
    return Marked(
        question=question,
        found=truth[is_found],
        missed=truth[~is_found],
        false=finds[is_false],
        false_score=tuple(np.asarray(matched.score, np.float64)[is_false].tolist()),
    )
