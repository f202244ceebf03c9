"""Reads offsets from anchors: `models.manifest.Ssd` says how they lie."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.candidates import Candidates, Outputs, Shapes, above, joined
from models.manifest import Grid, Ssd

SIDES = 4


class SsdDecoder:
    """Decoder of SSD, Liu et al. 2016, arXiv:1512.02325, in the form of TensorFlow's object detection."""

    def __init__(self, decode: Ssd, *, width_px: int, height_px: int, classes: int) -> None:
        """Lay out the anchors that a manifest names."""
        self._decode = decode
        self._anchors = np.concatenate([_laid_out(grid) for grid in decode.grids])
        self._variances = np.array(decode.variances, np.float32)
        self._input_px = np.array([width_px, height_px], np.float32)
        self._classes = classes

    @property
    def shapes(self) -> Shapes:
        """Return the outputs that the model must have."""
        count = self._decode.anchor_count
        return {self._decode.scores: (count, self._classes), self._decode.boxes: (count, SIDES)}

    def read(self, outputs: Outputs, wanted: NDArray[np.bool_], score_min: float) -> Candidates:
        """Return the boxes of wanted classes from a score on.

        Raises:
            OutputError: a score or an edge is no number that can be.
        """
        scores = outputs[self._decode.scores]
        item, cell, column = above(scores, wanted, score_min)
        offsets = np.divide(outputs[self._decode.boxes][item, cell], self._variances)
        found = Candidates(
            box_xyxy_px=self._boxes(offsets, self._anchors[cell]),
            score=scores[item, cell, column],
            column=column,
            item=item,
        )
        return joined([found])

    def _boxes(self, offsets: NDArray[np.float32], anchors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return boxes [n, 4] in pixels of the input, from offsets and anchors [n, 4], both y, x, height, width."""
        centre = anchors[:, :2] + offsets[:, :2] * anchors[:, 2:]
        with np.errstate(over="ignore"):
            half = anchors[:, 2:] * np.exp(offsets[:, 2:]) / 2
        upper_left_px = (centre - half)[:, ::-1] * self._input_px
        lower_right_px = (centre + half)[:, ::-1] * self._input_px
        return np.concatenate([upper_left_px, lower_right_px], axis=1)


def _laid_out(grid: Grid) -> NDArray[np.float32]:
    """Return the anchors of one layer, [side * side * anchors, 4] y, x, height, width, parts of the input."""
    middle = (np.arange(grid.side) + 0.5) / grid.side
    sizes = np.array(grid.anchors)
    y, x, which = (places.ravel() for places in np.meshgrid(middle, middle, np.arange(len(sizes)), indexing="ij"))
    return np.column_stack([y, x, sizes[which.astype(np.int64)]]).astype(np.float32)
