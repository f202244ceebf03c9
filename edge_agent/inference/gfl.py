"""Reads distances to the four sides that are given as distributions: `models.manifest.Gfl` says how they lie."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.candidates import Candidates, Outputs, Shapes, above, joined
from models.manifest import Gfl

SIDES = 4


class GflDecoder:
    """Decoder of Generalized Focal Loss, Li et al. 2020, arXiv:2006.04388, section 3.

    The softmax is taken only of the boxes whose score counts: of some 3,500 cells a few dozen.
    """

    def __init__(self, decode: Gfl, *, width_px: int, height_px: int, classes: int) -> None:
        """Read what a manifest says for an input of this size."""
        self._decode = decode
        self._grids = [(-(-height_px // stride), -(-width_px // stride)) for stride in decode.strides]
        self._classes = classes

    @property
    def shapes(self) -> Shapes:
        """Return the outputs that the model must have."""
        shapes: Shapes = {}
        for (rows, columns), scores, boxes in zip(self._grids, self._decode.scores, self._decode.boxes, strict=True):
            shapes[scores] = (rows * columns, self._classes)
            shapes[boxes] = (rows * columns, SIDES * self._decode.bins)
        return shapes

    def read(self, outputs: Outputs, wanted: NDArray[np.bool_], score_min: float) -> Candidates:
        """Return the boxes of wanted classes from a score on.

        Raises:
            OutputError: a score or an edge is no number that can be.
        """
        return joined([self._layer(place, outputs, wanted, score_min) for place in range(len(self._grids))])

    def _layer(self, place: int, outputs: Outputs, wanted: NDArray[np.bool_], score_min: float) -> Candidates:
        scores = outputs[self._decode.scores[place]]
        item, cell, column = above(scores, wanted, score_min)
        logits = outputs[self._decode.boxes[place]][item, cell].reshape(-1, SIDES, self._decode.bins)
        distance_px = _mean_bin(logits) * self._decode.strides[place]
        centre_px = self._centre_px(place, cell)
        return Candidates(
            box_xyxy_px=np.concatenate([centre_px - distance_px[:, :2], centre_px + distance_px[:, 2:]], axis=1),
            score=scores[item, cell, column],
            column=column,
            item=item,
        )

    def _centre_px(self, place: int, cell: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return x, y of cells, [n, 2], pixels of the input."""
        row, column = np.divmod(cell, self._grids[place][1])
        return ((np.stack([column, row], axis=1) + 0.5) * self._decode.strides[place]).astype(np.float32)


def _mean_bin(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of each distribution, [n, 4], in bins; overwrites the logits [n, 4, bins]."""
    logits -= logits.max(axis=2, keepdims=True)
    np.exp(logits, out=logits)
    mean: NDArray[np.float32] = (logits @ np.arange(logits.shape[2], dtype=np.float32)) / logits.sum(axis=2)
    return mean
