"""A rider and the machine become one motorcycle or bicycle; a pedestrian beside it stays a person.

Detectors box machine and rider apart; who counts wants one motorcycle. A pure rule on the boxes of one frame: who
rides sits *on* the machine, so that the boxes overlap much, the person is over the machine sideways, the feet do not
come below the wheels, and both are of one size. Someone who walks before a parked machine is nearer to the camera, and
the feet are lower than the wheels; someone behind it is seen above it and hardly overlaps; someone beside it is beside.
Two or three may ride on one machine, nobody on two. The joined box is the union, with the class of the machine; its
score is the machine's, made surer by its best rider: two witnesses of one thing.

What it cannot know: a person who stands still exactly astride a machine that is parked, from a single frame.
"""

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.detections import Detections
from edge_agent.sightings.boxes import Floats, areas, overlaps
from edge_agent.sightings.kinds import MACHINES

RIDERS_MOST = 3
"""On one machine; a family of four is counted as one machine all the same, with one person left over."""
MACHINE_LEAST = 0.4
"""Score of the machine, as a part of the person's: a weaker one on the same place is the pedestrian, taken for a
bicycle by mistake."""
GROWTH_SCORE = 0.3
"""Of a rider for whom the box grows; a weaker one is taken in where it is, its edges are not to be trusted."""
HELD_PART = 0.8
"""Of a rider's box within the machine's: the machine's box then holds its rider already (two of three do, measured on
labelled streets) and grows for nobody else."""
OVERLAP_LEAST = 0.25
"""Of the smaller box: legs and seat of a rider lie within the machine's box; who stands behind shows less of it."""
ASIDE_MOST = 0.45
"""Of the machine's width, between the middles: a pillion sits over the rear wheel, a passer-by is beside it."""
WITNESS = 0.5
"""Of a rider's score, as the chance that the machine is one where its own score was wrong (noisy-or). Chosen on one
half of labelled streets dense with motorcycles: at a precision of 0.82 the recall rose with it from 0.47 to 0.65
there and from 0.40 to 0.71 on the other half. How little the other numbers here weigh, by half: docs/models.md."""
FEET_BELOW_MOST = 0.10
"""Of the machine's height, below its wheels: a foot on the road is about level with them, a step nearer to the
camera is lower."""
FEET_ABOVE_MOST = 0.75
"""Of the machine's height, above its wheels: the feet are not higher than the seat."""
HEAD_BELOW_MOST = 0.3
"""Of the machine's height, below its upper edge: a head is seldom lower than the handlebar, but the machine's box often
holds part of the rider already."""
SHORTEST = 0.5
TALLEST = 2.2
"""Height of the person, in heights of the machine: seen along its length a machine is as high as 1.1 m and the rider
1.3 m, seen across it the same; boxes of half-hidden ones differ more."""


def join_riders(detections: Detections) -> Detections:
    """Return the detections with each rider and machine as one machine, and all others as they are.

    Args:
        detections: of one frame, in any order; weak ones take part like all others.
    """
    is_machine, is_person = _is_of(detections, MACHINES), _is_of(detections, ("person",))
    machines, people = np.flatnonzero(is_machine), np.flatnonzero(is_person)
    if not len(machines) or not len(people):
        return detections
    box = detections.box_xyxy_px.astype(np.float64)
    score = detections.score.astype(np.float64)
    is_likely = score[machines][None, :] >= MACHINE_LEAST * score[people][:, None]
    fit = sits(box[people], box[machines]) * score[machines][None, :]
    of_person = _seats(np.where(is_likely, fit, 0.0))
    joined_score = score.copy()
    for place, machine in enumerate(machines.tolist()):
        riders = people[of_person == place]
        box[machine] = _grown(box[machine], box[riders], score[riders])
        if len(riders):
            joined_score[machine] = 1 - (1 - score[machine]) * (1 - WITNESS * score[riders].max())
    kept = np.ones(len(box), bool)
    kept[people[of_person >= 0]] = False
    joined = Detections(
        box_xyxy_px=box.astype(np.float32),
        score=joined_score.astype(np.float32),
        class_index=detections.class_index,
        classes=detections.classes,
    )
    return joined.only(kept)


def sits(people: Floats, machines: Floats) -> Floats:
    """Return how well each person [n, 4] sits on each machine [m, 4]: overlap of the smaller box, else 0."""
    if not len(people) or not len(machines):
        return np.zeros((len(people), len(machines)))
    smaller = np.minimum(areas(people)[:, None], areas(machines)[None, :])
    overlap = overlaps(people, machines) / np.maximum(smaller, 1e-9)
    width = (machines[:, 2] - machines[:, 0])[None, :]
    height = np.maximum(machines[:, 3] - machines[:, 1], 1e-9)[None, :]
    aside = np.abs(people[:, None, [0, 2]].mean(axis=2) - machines[None, :, [0, 2]].mean(axis=2)) / width
    feet = (people[:, None, 3] - machines[None, :, 3]) / height
    head = (people[:, None, 1] - machines[None, :, 1]) / height
    tall = (people[:, None, 3] - people[:, None, 1]) / height
    does_sit = (
        (overlap >= OVERLAP_LEAST)
        & (aside <= ASIDE_MOST)
        & (feet <= FEET_BELOW_MOST)
        & (feet >= -FEET_ABOVE_MOST)
        & (head <= HEAD_BELOW_MOST)
        & (tall >= SHORTEST)
        & (tall <= TALLEST)
    )
    return np.asarray(np.where(does_sit, overlap, 0.0))


def _grown(machine: Floats, riders: Floats, score: Floats) -> Floats:
    """Return the box [4] of a machine with its riders [n, 4]."""
    held = overlaps(riders, machine[None, :])[:, 0] >= HELD_PART * areas(riders)
    if not len(riders) or held[score.argmax()]:
        return machine
    whole = np.vstack([machine, riders[score >= GROWTH_SCORE]])
    return np.concatenate([whole[:, :2].min(axis=0), whole[:, 2:].max(axis=0)])


def _seats(fit: Floats) -> NDArray[np.int64]:
    """Return for each person [n] the machine [m] on which it sits, or -1; the best fits choose first."""
    of_person = np.full(len(fit), -1, np.int64)
    taken = np.zeros(fit.shape[1], np.int64)
    for place in np.argsort(-fit, axis=None, kind="stable").tolist():
        person, machine = divmod(place, fit.shape[1])
        if fit[person, machine] <= 0:
            break
        if of_person[person] < 0 and taken[machine] < RIDERS_MOST:
            of_person[person] = machine
            taken[machine] += 1
    return of_person


def _is_of(detections: Detections, labels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which detections are of these classes."""
    return np.array([label in labels for label in detections.classes], np.bool_)[detections.class_index]
