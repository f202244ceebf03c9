"""What a model's outputs say before anything is suppressed, and who reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.errors import DILEWATI, PASSED_OVER, OutputError

Outputs: TypeAlias = Mapping[str, NDArray[np.float32]]
"""By output name, [N, ...] float32."""
Shapes: TypeAlias = dict[str, tuple[int, ...]]
"""By output name, without the batch."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Boxes above the least score, in no order; all arrays have the same first length n."""

    box_xyxy_px: NDArray[np.float32]
    """[n, 4] left, upper, right, lower edge, pixels of the model's input."""
    score: NDArray[np.float32]
    """[n] 0 to 1."""
    column: NDArray[np.int64]
    """[n] the model's own class index."""
    item: NDArray[np.int64]
    """[n] place in the batch."""


class Decoder(Protocol):
    """Reads one kind of outputs."""

    @property
    def shapes(self) -> Shapes:
        """Return the outputs that the model must have."""

    def read(self, outputs: Outputs, wanted: NDArray[np.bool_], score_min: float) -> Candidates:
        """Return the boxes of wanted classes from a score on.

        Args:
            outputs: of one run.
            wanted: [classes] which of the model's classes are ours, at least one.
            score_min: least score.

        Raises:
            OutputError: numbers that cannot be.
        """


def above(scores: NDArray[np.float32], wanted: NDArray[np.bool_], score_min: float) -> tuple[NDArray[np.int64], ...]:
    """Return (item, cell, column) of all wanted scores [N, cells, classes] from `score_min` on.

    Raises:
        OutputError: a score is no number from 0 to 1.
    """
    columns = int(wanted.nonzero()[0][-1]) + 1
    ours = np.ascontiguousarray(scores[:, :, :columns])  # three passes follow
    if not (ours.max(initial=0.0) <= 1.0 and ours.min(initial=1.0) >= 0.0):
        raise OutputError(unreadable("scores", "0 to 1"))
    (place,) = (ours >= score_min).ravel().nonzero()
    place = place[wanted[place % columns]]
    return np.unravel_index(place, ours.shape)


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of several layers as one.

    Raises:
        OutputError: an edge of a box is no number.
    """
    boxes = np.concatenate([part.box_xyxy_px for part in parts])
    if not np.isfinite(boxes).all():
        raise OutputError(unreadable("boxes", "finite"))
    return Candidates(
        box_xyxy_px=boxes,
        score=np.concatenate([part.score for part in parts]),
        column=np.concatenate([part.column for part in parts]),
        item=np.concatenate([part.item for part in parts]),
    )


def unreadable(what: str, expected: str) -> str:
    """Return the text of an output that cannot be read."""
    return (
        f"keluaran model tidak terbaca. {DILEWATI} / the model's output cannot be read: {what} must be {expected}, got "
        f"NaN or other numbers. {PASSED_OVER}"
    )
