"""What int8 costs: scores of both forms of a model side by side, on pictures that did not calibrate."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from models.manifest import Manifest
from models.running import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Counted at places, before overlapping boxes are joined; only classes that we name."""

    pictures: int
    score_most: float
    score_mean: float
    """Mean difference of the best score of a place, where float32 is at least score_min."""
    certain: int
    """Places where float32 is at least score_min."""
    same: int
    """Of these, where int8 is too and says the same class."""
    added: int
    """Places where only int8 is at least score_min."""

    def line(self) -> str:
        """Return it as one line."""
        return (
            f"  {self.pictures} gambar / pictures, {self.certain} tempat / places: {self.same} sama / the same, "
            f"{self.added} tambahan / added; skor / score max {self.score_most:.2e} mean {self.score_mean:.2e}"
        )


def loss_of(
    plain: onnx.ModelProto, small: onnx.ModelProto, pictures: Iterable[NDArray[np.uint8]], manifest: Manifest
) -> Loss:
    """Return how the int8 form `small` differs from `plain` on these pictures, each [height_px, width_px, 3]."""
    named = [index for index, name in enumerate(manifest.classes) if name]
    sessions = [Session(model.SerializeToString()) for model in (plain, small)]
    pairs = []
    for picture in pictures:
        found = [session.run(picture[np.newaxis]) for session in sessions]
        pairs.append([np.concatenate([one[name][0] for name, _ in manifest.decode.pairs])[:, named] for one in found])
    wanted, got = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    is_certain, is_found = (scores.max(axis=1) >= manifest.score_min for scores in (wanted, got))
    is_same = is_certain & is_found & (wanted.argmax(axis=1) == got.argmax(axis=1))
    apart = np.abs(wanted.max(axis=1) - got.max(axis=1))[is_certain]
    return Loss(
        pictures=len(pairs),
        score_most=float(apart.max(initial=0)),
        score_mean=float(apart.mean()) if apart.size else 0.0,
        certain=int(is_certain.sum()),
        same=int(is_same.sum()),
        added=int((is_found & ~is_certain).sum()),
    )
