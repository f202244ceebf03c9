"""The baseline: the same model in the plainest way, run beside the product so that both have the same machine and day.

One pass over the whole picture at the model's own input size; of each place the best class alone; suppression per
class. No tiles, no crops, no box dropped. It does not follow what the product's detector learns: that is what the
product is held against.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.candidates import Candidates
from edge_agent.inference.detections import Detections
from edge_agent.inference.letterbox import Scaler, place, to_frame
from edge_agent.inference.regions import whole
from edge_agent.inference.session import open_session, verify_fit
from edge_agent.inference.sized_model import SizedModels
from models.evaluation.overlap import suppress
from models.evaluation.truth import CLASSES
from models.manifest import Manifest, verify_file


class Baseline:
    """The model of a folder, used as its authors do."""

    def __init__(self, folder: Path, manifest: Manifest, *, threads: int, score_min: float) -> None:
        """Open the model.

        Args:
            folder: of the model.
            manifest: what it says.
            threads: for scaling and for a run.
            score_min: least score of a find.

        Raises:
            ModelsError: the file is not the manifest's.
            InferenceError: onnxruntime cannot open it, or it does not fit its manifest.
        """
        path = verify_file(folder, manifest)
        session = open_session(path, threads=threads)
        self._input = manifest.input
        size_px = (manifest.input.width_px, manifest.input.height_px)
        self._model = SizedModels(session, manifest).of(size_px)
        verify_fit(session, manifest.input, self._model.decoder.shapes, where=str(path))
        self._scaler = Scaler(threads=threads)
        self._score_min = score_min
        self._nms_iou = manifest.decode.nms_iou
        self._names = np.array(manifest.classes)
        self.classes = tuple(name for name in CLASSES if name in manifest.classes)

    @property
    def words(self) -> str:
        """Return the scheme in words."""
        return (
            f"seluruh gambar sekali jalan / whole picture in one pass, {self._input.width_px}x{self._input.height_px} "
            f"{self._input.fit}"
        )

    def look(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is in a picture, [height_px, width_px, 3] RGB."""
        told = self._input
        region = whole(image.shape[1], image.shape[0])
        placement = place(region, told.width_px, told.height_px, keep_shape=told.fit == "letterbox")
        self._scaler.fill(image, placement, self._model.buffers.batch(1)[0], pad=told.pad)
        every_class = np.ones(len(self._names), np.bool_)
        outputs = self._model.buffers.run(1)
        found = best_of_each_place(self._model.decoder.read(outputs, every_class, self._score_min))
        boxes = to_frame(found.box_xyxy_px, found.item, [placement])
        return self._suppressed(boxes, found.score, self._names[found.column])

    def _suppressed(
        self, boxes: NDArray[np.float32], score: NDArray[np.float32], names: NDArray[np.str_]
    ) -> Detections:
        kept = [np.zeros(0, np.int64)]
        for label in self.classes:
            its = np.flatnonzero(names == label)
            kept.append(its[suppress(boxes[its], score[its], overlap=self._nms_iou)])
        chosen = np.concatenate(kept)
        return Detections(
            box_xyxy_px=boxes[chosen],
            score=score[chosen],
            class_index=np.array([self.classes.index(name) for name in names[chosen]], np.int64),
            classes=self.classes,
        )


def best_of_each_place(found: Candidates) -> Candidates:
    """Return of candidates with the very same box, which come from one place of the model's grid, the best alone."""
    order = np.argsort(-found.score, kind="stable")
    _, first = np.unique(found.box_xyxy_px[order], axis=0, return_index=True)
    chosen = np.sort(order[first])
    return Candidates(
        box_xyxy_px=found.box_xyxy_px[chosen],
        score=found.score[chosen],
        column=found.column[chosen],
        item=found.item[chosen],
    )
