"""Whether the heads of labelled people can still be read in a still.

- Who counts: every person that is labelled, and every rider, whose label is the motorcycle's box. Crowds do not.
- Where the head is: of a person the upper fifth of the box (a body is seven to eight heads high, a walking one in its
  box a little less), the middle three fifths across; of a rider the upper quarter, all across, as his machine may be
  seen from the side.
- What is compared: the still, before JPEG makes everything a little different, with the same frame made as small and
  with nothing hidden. A pixel of a head is as it was when no channel differs by more than `SAME_LEVELS`. In the sky
  behind a head a mosaic's pixels are often so, too: that counts against us.
- A head is readable when more than `READABLE_FROM` of its pixels are as they were. Half a face would do to know
  somebody.

What of the whole picture stays readable is counted the other way round, against us as well: a pixel has to be
exactly as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.questions import MOTORCYCLE, PERSON
from models.evaluation.truth import LabelledPicture

HEIGHT_OVER_PX = 40.0
"""Of the labelled box, in pixels of the frame: nobody knows a smaller one by the face."""
READABLE_FROM = 0.3
SAME_LEVELS = 3
"""Of 255."""
PERSON_HEAD, PERSON_HEAD_WIDTH = 0.2, 0.6
RIDER_HEAD = 0.25

Pixels = NDArray[np.uint8]
"""[height, width, 3] RGB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Of one labelled person or rider."""

    label: str
    height_px: float
    """Of the whole box, in the frame."""
    box_xyxy: tuple[float, float, float, float]
    """Of the head, in parts of the picture."""


def heads_of(picture: LabelledPicture) -> Iterator[Head]:
    """Yield the heads that must not be read."""
    boxes = picture.box_xyxy_px.tolist()
    for label, box, is_crowd in zip(picture.labels, boxes, picture.is_crowd.tolist(), strict=True):
        left, upper, right, lower = box
        if label not in {PERSON, MOTORCYCLE} or is_crowd or lower - upper <= HEIGHT_OVER_PX:
            continue
        down = PERSON_HEAD if label == PERSON else RIDER_HEAD
        aside = (right - left) * (1 - PERSON_HEAD_WIDTH) / 2 if label == PERSON else 0.0
        yield Head(
            label=label,
            height_px=lower - upper,
            box_xyxy=(
                (left + aside) / picture.width_px,
                upper / picture.height_px,
                (right - aside) / picture.width_px,
                (upper + down * (lower - upper)) / picture.height_px,
            ),
        )


def is_readable(head: Head, *, still: Pixels, plain: Pixels) -> bool:
    """Answer whether a head can be read in a still.

    Args:
        head: one of the picture's.
        still: what is given away.
        plain: the frame in the same size, nothing hidden.
    """
    height_px, width_px = plain.shape[:2]
    left, upper = int(head.box_xyxy[0] * width_px), int(head.box_xyxy[1] * height_px)
    right = max(left + 1, int(np.ceil(head.box_xyxy[2] * width_px)))
    lower = max(upper + 1, int(np.ceil(head.box_xyxy[3] * height_px)))
    return _same_share(still[upper:lower, left:right], plain[upper:lower, left:right], SAME_LEVELS) > READABLE_FROM


def readable_share(still: Pixels, plain: Pixels) -> float:
    """Return the part of a picture that is exactly as it was, 0 to 1."""
    return _same_share(still, plain, 0)


def _same_share(still: Pixels, plain: Pixels, levels: int) -> float:
    distance = np.abs(still.astype(np.int16) - plain.astype(np.int16)).max(axis=2)
    return float((distance <= levels).mean())
