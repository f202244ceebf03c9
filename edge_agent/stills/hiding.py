"""Which places of a frame must be made coarse: from every hint of a person, a rider or a vehicle to few boxes.

A detector gives a thing many times, a little shifted, and some hundred of them in a full street. Those that mean the
same become one box that holds them all; none is dropped for a better one, as suppression does, because the dropped one
may have held the head.
"""

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.detections import Detections

PEOPLE = frozenset({"person", "bicycle", "motorcycle"})
VEHICLES = frozenset({"car", "bus", "truck"})

LEAST_SCORE = 0.05
"""Of people and what they ride: so weak a hint is enough."""
LEAST_SCORE_OF_VEHICLE = 0.2
"""Large boxes of a lower score lie over half a street where nothing is; who sits behind a windscreen is a hint of a
person as well."""
SAME_IOU = 0.6
HINTS_MOST = 5_000
"""Of a crowded crossing 1,200 count. Where there are more, no single place can be told: all of it is hidden."""
_EVERYWHERE_PX = 1e6


def to_hide(hints: Detections) -> Detections:
    """Return the boxes that must be coarse.

    Args:
        hints: of this very frame, from `LEAST_SCORE` on.
    """
    labels = hints.labels()
    of_people = np.array([label in PEOPLE for label in labels], np.bool_)
    of_vehicle = np.array([label in VEHICLES for label in labels], np.bool_)
    is_meant = of_people & (hints.score >= LEAST_SCORE) | of_vehicle & (hints.score >= LEAST_SCORE_OF_VEHICLE)
    meant = hints.only(is_meant & np.isfinite(hints.box_xyxy_px).all(axis=1))
    if len(meant) > HINTS_MOST:
        return _everywhere(meant)
    return _joined(meant.only(np.argsort(-meant.score, kind="stable")))


def _everywhere(hints: Detections) -> Detections:
    """Return one box around any frame."""
    one = hints.only(np.zeros(1, np.int64))
    sides = np.array([[-1, -1, 1, 1]], np.float32)
    return Detections(
        box_xyxy_px=sides * np.float32(_EVERYWHERE_PX),
        score=one.score,
        class_index=one.class_index,
        classes=one.classes,
    )


def _joined(hints: Detections) -> Detections:
    """Gather around each box, best first, those of its class that mean the same."""
    box, index = hints.box_xyxy_px, hints.class_index
    free = np.ones(len(hints), np.bool_)
    leaders: list[int] = []
    grown: list[NDArray[np.float32]] = []
    for place in range(len(hints)):
        if not free[place]:
            continue
        is_same = free & (index == index[place]) & (_iou(box, box[place]) > SAME_IOU)
        is_same[place] = True
        free &= ~is_same
        leaders.append(place)
        grown.append(np.concatenate([box[is_same, :2].min(axis=0), box[is_same, 2:].max(axis=0)]))
    chosen = hints.only(np.array(leaders, np.int64))
    return Detections(
        box_xyxy_px=np.array(grown, np.float32).reshape(-1, 4),
        score=chosen.score,
        class_index=chosen.class_index,
        classes=hints.classes,
    )


def _iou(box: NDArray[np.float32], one: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the intersection over union of boxes [n, 4] with one [4]; 0 where there is no area."""
    size = np.maximum(np.minimum(box[:, 2:], one[2:]) - np.maximum(box[:, :2], one[:2]), 0)
    common = size[:, 0] * size[:, 1]
    area = np.prod(np.maximum(box[:, 2:] - box[:, :2], 0), axis=1)
    union = area + np.prod(np.maximum(one[2:] - one[:2], 0)) - common
    iou: NDArray[np.float32] = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return iou
