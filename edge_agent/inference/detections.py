"""What a detector found in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """Boxes of one frame with score and class, in no order; all arrays have the same first length n."""

    box_xyxy_px: NDArray[np.float32]
    """[n, 4] left, upper, right, lower edge, pixels of the frame (not of the model's input)."""
    score: NDArray[np.float32]
    """[n] 0 to 1."""
    class_index: NDArray[np.int64]
    """[n] into `classes`."""
    classes: tuple[str, ...]
    """Names, the same for every frame of a model: person, bicycle, motorcycle, car, bus, truck, boat."""

    def __len__(self) -> int:
        """Return how many boxes there are."""
        return len(self.score)

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Detections":
        """Return the boxes that a mask [n] or indices choose."""
        return Detections(
            box_xyxy_px=self.box_xyxy_px[chosen],
            score=self.score[chosen],
            class_index=self.class_index[chosen],
            classes=self.classes,
        )

    def labels(self) -> list[str]:
        """Return the class name of each box."""
        return [self.classes[index] for index in self.class_index.tolist()]

    @staticmethod
    def none(classes: Sequence[str]) -> "Detections":
        """Return the detections of an empty frame."""
        return Detections(
            box_xyxy_px=np.zeros((0, 4), np.float32),
            score=np.zeros(0, np.float32),
            class_index=np.zeros(0, np.int64),
            classes=tuple(classes),
        )
