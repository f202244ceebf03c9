"""OpenCV's people detector (histograms of oriented gradients, Dalal and Triggs, CVPR 2005), as a peer beside ours.

With its own weights and the settings of OpenCV's own example. It knows people who stand upright, from 96 pixels on.
A dev library: no box carries it.
"""

import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.cameras.frame import Image

STRIDE_PX = (8, 8)
PADDING_PX = (32, 32)
SCALE = 1.05
"""Between two sizes: those of samples/cpp/peopledetect.cpp."""
SHRUNK = (0.1, 0.07, 0.8, 0.8)
"""A find holds a margin; that sample draws it moved by these parts of its width and height, and made smaller by these.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Who was found in a picture."""

    box_xyxy_px: NDArray[np.float64]
    """[n, 4]"""
    score: NDArray[np.float64]
    """[n], any number from 0 on."""
    cpu_s: float


class HogPeople:
    """The detector, on one core."""

    def __init__(self) -> None:
        """Load the weights that OpenCV carries."""
        cv2.setNumThreads(1)
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector()))

    def look(self, image: Image) -> People:
        """Return who is in a picture, [height_px, width_px, 3] RGB."""
        begun_s = time.process_time()
        boxes, weights = self._hog.detectMultiScale(
            cv2.cvtColor(image, cv2.COLOR_RGB2BGR), winStride=STRIDE_PX, padding=PADDING_PX, scale=SCALE
        )
        spent_s = time.process_time() - begun_s
        found = np.asarray(boxes, np.float64).reshape(-1, 4)
        size = found[:, 2:]
        corner = found[:, :2] + size * SHRUNK[:2]
        corners = np.hstack([corner, corner + size * SHRUNK[2:]])
        return People(box_xyxy_px=corners, score=np.asarray(weights, np.float64).reshape(-1), cpu_s=spent_s)
