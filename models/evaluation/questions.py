"""What is asked of a scheme: which classes, each for itself or several as one, with riders joined or not.

Three rules hold for any set of the form, none for a place:

- A true motorcycle box holds machine and rider. So rider and machine are joined before they are held against it
  ("rider joined"), and a person found inside of such a box is neither right nor wrong.
- Minibuses, vans and lorries change names between people who label; car, bus and truck are therefore asked as one
  class too. Two names for the same find are one find then.
- A class is asked only where a set has truth of it.
"""

from dataclasses import dataclass

import numpy as np

from edge_agent.inference.detections import Detections
from models.evaluation.matching import Finds, Wanted
from models.evaluation.overlap import suppress
from models.evaluation.truth import CLASSES, LabelledPicture

SAME_THING = 0.5
"""Intersection over union from which two finds of joined classes are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One row of the table."""

    name: str
    title: str
    """In Indonesian and English."""
    labels: tuple[str, ...]
    """Classes that count as one."""
    is_rider_joined: bool = False


_TITLES = {
    "person": "orang / person",
    "bicycle": "sepeda / bicycle",
    "motorcycle": "sepeda motor / motorcycle",
    "car": "mobil / car",
    "bus": "bus / bus",
    "truck": "truk / truck",
    "boat": "perahu / boat",
}
PERSON, MOTORCYCLE = "person", "motorcycle"
VEHICLE_LABELS = ("car", "bus", "truck")
VEHICLE = Question(name="car_bus_truck", title="mobil+bus+truk / car+bus+truck", labels=VEHICLE_LABELS)
RIDDEN = Question(
    name="motorcycle_rider_joined",
    title="sepeda motor dengan pengendara / motorcycle, rider joined",
    labels=(MOTORCYCLE,),
    is_rider_joined=True,
)
WALKING = Question(
    name="person_rider_joined",
    title="orang, tanpa pengendara / person, riders taken out",
    labels=(PERSON,),
    is_rider_joined=True,
)
_SINGLE = {label: Question(name=label, title=_TITLES[label], labels=(label,)) for label in CLASSES}
QUESTIONS = (*_SINGLE.values(), RIDDEN, WALKING, VEHICLE)
SHOWN = (WALKING, _SINGLE["bicycle"], RIDDEN, VEHICLE, _SINGLE["boat"])
"""What the pictures of the page show: each thing once."""


def finds_of(question: Question, detections: Detections) -> Finds:
    """Return what answers a question. Riders must be joined already where it asks for that."""
    known = [detections.classes.index(label) for label in question.labels if label in detections.classes]
    chosen = detections.only(np.isin(detections.class_index, known))
    if len(known) > 1:
        chosen = chosen.only(suppress(chosen.box_xyxy_px, chosen.score, overlap=SAME_THING))
    return Finds(box_xyxy_px=chosen.box_xyxy_px, score=chosen.score.astype(np.float64))


def wanted_of(question: Question, picture: LabelledPicture) -> Wanted:
    """Return what there is to be found."""
    labels = np.array(picture.labels, dtype=np.str_)
    is_asked = np.isin(labels, question.labels)
    is_passed_over = is_asked & picture.is_crowd
    if PERSON in question.labels:
        is_passed_over |= labels == MOTORCYCLE
    return Wanted(
        box_xyxy_px=picture.box_xyxy_px[is_asked & ~picture.is_crowd],
        passed_over_xyxy_px=picture.box_xyxy_px[is_passed_over],
    )
