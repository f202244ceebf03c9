"""From the finds of two schemes over a set to the rows of its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge_agent.inference.detections import Detections
from models.evaluation.curve import Curve, curve_of
from models.evaluation.matching import Matched, match
from models.evaluation.questions import QUESTIONS, Question, finds_of, wanted_of
from models.evaluation.report import Row, Scored
from models.evaluation.truth import LabelledPicture

OPERATING_SCORE = 0.35
"""At which recall and precision are told, and the baseline's precision is taken: that of the published baselines."""
FOR_ALL = "*"
"""In the asked precisions: for every question that has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What a scheme found in one picture, as it came and with riders joined to their machines."""

    plain: Detections
    joined: Detections

    def answering(self, question: Question) -> Detections:
        """Return the finds that a question is about."""
        return self.joined if question.is_rider_joined else self.plain


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """Both schemes' curves for one question, for the plot, and the row for the table."""

    question: Question
    baseline: Curve
    product: Curve
    row: Row


def judged(question: Question, picture: LabelledPicture, seen: Seen) -> Matched:
    """Hold one scheme's finds in one picture against the truth."""
    return match(finds_of(question, seen.answering(question)), wanted_of(question, picture))


def answers(
    pictures: Sequence[LabelledPicture],
    *,
    baseline: Sequence[Seen],
    product: Sequence[Seen],
    asked_precision: Mapping[str, float],
) -> tuple[Answer, ...]:
    """Return an answer for each question of which the set has truth.

    Args:
        pictures: of the set.
        baseline: what that scheme found, a picture each.
        product: the same.
        asked_precision: by the question's name or `FOR_ALL`; where none is given, the baseline's own.
    """
    found = []
    for question in QUESTIONS:
        curves = [
            curve_of([judged(question, picture, one) for picture, one in zip(pictures, seen, strict=True)])
            for seen in (baseline, product)
        ]
        if curves[0].truths:
            found.append(_answer(question, curves[0], curves[1], asked_precision))
    return tuple(found)


def _answer(question: Question, baseline: Curve, product: Curve, asked: Mapping[str, float]) -> Answer:
    own = baseline.at_score(OPERATING_SCORE)[1] or None
    at_precision = asked.get(question.name, asked.get(FOR_ALL, own))
    before, after = (_scored(curve, at_precision) for curve in (baseline, product))
    gain = None
    if before.recall_at_precision is not None and after.recall_at_precision is not None:
        gain = 100 * (after.recall_at_precision - before.recall_at_precision)
    row = Row(
        question=question.name,
        title=question.title,
        labels=question.labels,
        truths=baseline.truths,
        at_precision=at_precision,
        baseline=before,
        product=after,
        gain_points=gain,
    )
    return Answer(question=question, baseline=baseline, product=product, row=row)


def _scored(curve: Curve, at_precision: float | None) -> Scored:
    recall, precision = curve.at_score(OPERATING_SCORE)
    return Scored(
        ap50=curve.average_precision() or 0.0,
        recall=recall or 0.0,
        precision=precision,
        recall_at_precision=None if at_precision is None else curve.recall_at_precision(at_precision),
    )
