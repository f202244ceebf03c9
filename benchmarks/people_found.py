"""People in pictures with truth: the model and HOG, each as it is used, held against the same boxes."""

from collections.abc import Iterator

import numpy as np

from benchmarks.figure import Figure, figure, rounded
from benchmarks.hog_people import HogPeople
from edge_agent.camera_app import OWN_MODEL
from edge_agent.health.cpu_time import used_s
from edge_agent.inference.detector import Detector
from edge_agent.sightings.riders import join_riders
from models.evaluation.curve import Curve, curve_of
from models.evaluation.matching import Finds, Matched, match
from models.evaluation.pictures import read_picture
from models.evaluation.questions import WALKING, finds_of, wanted_of
from models.evaluation.schemes import SCORE_FROM
from models.evaluation.truth import EvaluationSet, LabelledPicture

PICTURES_EVERY = 4
OPERATING_SCORE = 0.35
"""Of the model; HOG is told by the boxes that it gives of itself."""


def on_pictures(name: str, one: EvaluationSet, hog: HogPeople) -> Iterator[Figure]:
    """Yield the recall of both on every fourth picture of a set, if people are labelled in these."""
    pictures = one.pictures[::PICTURES_EVERY]
    if not any(len(wanted_of(WALKING, picture).box_xyxy_px) for picture in pictures):
        return
    detector = Detector.open(OWN_MODEL, score_min=SCORE_FROM)
    ours: list[Matched] = []
    theirs: list[Matched] = []
    ours_s = hog_s = 0.0
    for picture in pictures:
        image = read_picture(picture.file, width_px=picture.width_px, height_px=picture.height_px)
        before_s = used_s()
        found = join_riders(detector.detect(image))
        ours_s += used_s() - before_s
        ours.append(match(finds_of(WALKING, found), wanted_of(WALKING, picture)))
        people = hog.look(image)
        hog_s += people.cpu_s
        theirs.append(_matched(people.box_xyxy_px, people.score, picture))
    for who, matched, score, cpu_s in (("ours", ours, OPERATING_SCORE, ours_s), ("hog", theirs, -np.inf, hog_s)):
        spent: dict[str, str | float] = {"set": one.name, "cpu_ms_per_picture": rounded(1000 * cpu_s / len(pictures))}
        yield _figure(f"{name}-people-{who}", curve_of(matched), score, spent)


def _matched(boxes: np.ndarray, score: np.ndarray, picture: LabelledPicture) -> Matched:
    return match(Finds(box_xyxy_px=boxes, score=score), wanted_of(WALKING, picture))


def _figure(name: str, curve: Curve, score: float, told: dict[str, str | float]) -> Figure:
    recall, precision = curve.at_score(score)
    return figure(
        name,
        100 * (recall or 0.0),
        "percent of people found",
        detail=told
        | {
            "people": curve.truths,
            "precision_percent": None if precision is None else rounded(100 * precision),
            "ap50": rounded(curve.average_precision() or 0.0),
        },
    )
