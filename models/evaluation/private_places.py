"""Whether the heads of labelled people, and labelled vehicles where their plates are, can still be read in a still.

- Who counts: every person that is labelled, and every rider, whose label is the motorcycle's box; every car, bus and
  truck. Crowds do not.
- Where the head is: of a person the upper fifth of the box (a body is seven to eight heads high, a walking one in its
  box a little less), the middle three fifths across; of a rider the upper quarter, all across, as his machine may be
  seen from the side.
- Where the plate is: nobody has labelled plates, and one may hang anywhere on the lower three fifths of a vehicle. So
  all of that counts. A motorcycle's plate is hidden with its rider.
- What is compared: the still, before JPEG makes everything a little different, with the same frame made as small and
  with nothing hidden. A pixel of a place is as it was when no channel differs by more than `SAME_LEVELS`. In the sky
  behind a head a mosaic's pixels are often so, too: that counts against us.
- A place is readable when more than `READABLE_FROM` of its pixels are as they were. Half a face would do to know
  somebody.

What of the whole picture stays readable is counted the other way round, against us as well: a pixel has to be
exactly as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.questions import MOTORCYCLE, PERSON, VEHICLE_LABELS
from models.evaluation.truth import LabelledPicture

OVER_PX = 40.0
"""Height of a labelled person or rider, width of a vehicle, in pixels of the frame: nobody knows a smaller one by face
or plate."""
READABLE_FROM = 0.3
SAME_LEVELS = 3
"""Of 255."""
PERSON_HEAD, PERSON_HEAD_WIDTH = 0.2, 0.6
RIDER_HEAD = 0.25
PLATE_FROM = 0.4
"""Part of a vehicle's height, from above."""

Pixels = NDArray[np.uint8]
"""[height, width, 3] RGB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePlace:
    """The head of one labelled person or rider, or where the plate of a labelled vehicle is."""

    label: str
    size_px: float
    """Height of the whole box, of a vehicle its width, in the frame."""
    box_xyxy: tuple[float, float, float, float]
    """Of the place, in parts of the picture."""

    @property
    def is_plate(self) -> bool:
        """Whether it is a vehicle's."""
        return self.label in VEHICLE_LABELS


def private_places(picture: LabelledPicture) -> Iterator[PrivatePlace]:
    """Yield what must not be read."""
    boxes = picture.box_xyxy_px.tolist()
    for label, box, is_crowd in zip(picture.labels, boxes, picture.is_crowd.tolist(), strict=True):
        left, upper, right, lower = box
        size_px = right - left if label in VEHICLE_LABELS else lower - upper
        edges = _private_edges(label, left, upper, right, lower)
        if edges is None or is_crowd or size_px <= OVER_PX:
            continue
        left, upper, right, lower = edges
        parts = (
            left / picture.width_px,
            upper / picture.height_px,
            right / picture.width_px,
            lower / picture.height_px,
        )
        yield PrivatePlace(label=label, size_px=size_px, box_xyxy=parts)


def _private_edges(
    label: str, left: float, upper: float, right: float, lower: float
) -> tuple[float, float, float, float] | None:
    """Return what of a labelled box must not be read, None: nothing."""
    height = lower - upper
    if label == PERSON:
        aside = (right - left) * (1 - PERSON_HEAD_WIDTH) / 2
        return left + aside, upper, right - aside, upper + PERSON_HEAD * height
    if label == MOTORCYCLE:
        return left, upper, right, upper + RIDER_HEAD * height
    return (left, upper + PLATE_FROM * height, right, lower) if label in VEHICLE_LABELS else None


def is_readable(place: PrivatePlace, *, still: Pixels, plain: Pixels) -> bool:
    """Answer whether a place can be read in a still.

    Args:
        place: one of the picture's.
        still: what is given away.
        plain: the frame in the same size, nothing hidden.
    """
    height_px, width_px = plain.shape[:2]
    left, upper = int(place.box_xyxy[0] * width_px), int(place.box_xyxy[1] * height_px)
    right = max(left + 1, int(np.ceil(place.box_xyxy[2] * width_px)))
    lower = max(upper + 1, int(np.ceil(place.box_xyxy[3] * height_px)))
    return _same_share(still[upper:lower, left:right], plain[upper:lower, left:right], SAME_LEVELS) > READABLE_FROM


def readable_share(still: Pixels, plain: Pixels) -> float:
    """Return the part of a picture that is exactly as it was, 0 to 1."""
    return _same_share(still, plain, 0)


def _same_share(still: Pixels, plain: Pixels, levels: int) -> float:
    distance = np.abs(still.astype(np.int16) - plain.astype(np.int16)).max(axis=2)
    return float((distance <= levels).mean())
