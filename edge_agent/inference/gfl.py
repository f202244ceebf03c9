"""Reads distances to the four sides that are given as distributions: `models.manifest.Gfl` says how they lie."""

from itertools import accumulate, pairwise

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
        sizes = [rows * columns for rows, columns in self._grids]
        self._begins = [0, *accumulate(sizes)]
        """Of each layer's cells among those of all, and the end."""
        self._stride_px = np.repeat(np.array(decode.strides, np.float32), sizes)
        self._centre_px = np.concatenate([self._centres_px(place) for place in range(len(sizes))])

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
        # The layers are one from here on: what follows takes its time by the call and not by the number.
        columns = int(wanted.nonzero()[0][-1]) + 1
        scores = np.concatenate([outputs[name][:, :, :columns] for name in self._decode.scores], axis=1)
        item, cell, column = above(scores, wanted[:columns], score_min)
        distance_px = _mean_bin(self._logits(outputs, item, cell)) * self._stride_px[cell][:, None]
        centre_px = self._centre_px[cell]
        return joined(
            [
                Candidates(
                    box_xyxy_px=np.concatenate(
                        [centre_px - distance_px[:, :2], centre_px + distance_px[:, 2:]], axis=1
                    ),
                    score=scores[item, cell, column],
                    column=column,
                    item=item,
                )
            ]
        )

    def _logits(self, outputs: Outputs, item: NDArray[np.int64], cell: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the distributions of cells among those of all layers, [n, 4, bins]."""
        logits = np.empty((len(cell), SIDES * self._decode.bins), np.float32)
        for name, (begin, end) in zip(self._decode.boxes, pairwise(self._begins), strict=True):
            (here,) = ((cell >= begin) & (cell < end)).nonzero()
            logits[here] = outputs[name][item[here], cell[here] - begin]
        return logits.reshape(-1, SIDES, self._decode.bins)

    def _centres_px(self, place: int) -> NDArray[np.float32]:
        """Return x, y of a layer's cells, [cells, 2], pixels of the input."""
        rows, columns = self._grids[place]
        row, column = np.divmod(np.arange(rows * columns), columns)
        return ((np.stack([column, row], axis=1) + 0.5) * self._decode.strides[place]).astype(np.float32)


def _mean_bin(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of each distribution, [n, 4], in bins; overwrites the logits [n, 4, bins]."""
    logits -= logits.max(axis=2, keepdims=True)
    np.exp(logits, out=logits)
    mean: NDArray[np.float32] = (logits @ np.arange(logits.shape[2], dtype=np.float32)) / logits.sum(axis=2)
    return mean
