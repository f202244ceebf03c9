"""The detector: a frame and its regions in, boxes of our classes out.

All regions of a frame go through the model as one batch, up to `BATCH_MOST` of them. What a detector holds is made when
it is opened, or when a larger batch or a new size is seen for the first time, and then stays; a call leaves nothing
behind. Not for two threads at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_agent.cameras.frame import Image
from edge_agent.inference.ahead import Ahead
from edge_agent.inference.candidates import Candidates, joined
from edge_agent.inference.detections import Detections
from edge_agent.inference.errors import PASSED_OVER, FrameError, ModelError, OutputError, RegionError
from edge_agent.inference.input_size import DETAIL, input_size
from edge_agent.inference.letterbox import Placement, Scaler, edges_px, place, to_frame
from edge_agent.inference.regions import Region, whole
from edge_agent.inference.session import CHANNELS, open_session, verify_fit
from edge_agent.inference.sized_model import SizedModel, SizedModels, decoder_of
from edge_agent.inference.suppression import suppress
from models.errors import ModelsError
from models.manifest import CLASSES, Manifest, read_manifest, verify_file

REGIONS_MOST = 16
"""Of one frame: as many as a view has zones and lines; each costs the time of a run."""
BATCH_MOST = 4
"""Regions in one run: a batch gains no time on a processor (25 ms of one, 29 of each of four, 672x384) and takes 14 MB
a region."""
CANDIDATES_MOST = 600
"""Of one frame, the best: suppression compares each with each, and no street shows more."""
FRAME_SHARE_MOST = 0.5
"""Of the frame's area: what is larger is a hallucination on a whole scene, seen as `train` and `bus` on motorways."""
EDGE_PX = 2.0
"""Of the frame, or of the model's input where that is coarser: a box that ends nearer to its region's edge is cut."""
DIGEST_DIGITS = 12


class Detector:
    """A model, ready to look at frames of any size."""

    def __init__(
        self, manifest: Manifest, models: SizedModels, *, threads: int, score_min: float, detail: float
    ) -> None:
        """Take what `open` has checked."""
        self._manifest = manifest
        self._models = models
        self._score_min = score_min
        self._detail = detail
        self._scaler = Scaler(threads=threads)
        self._input_px: dict[tuple[int, int], tuple[int, int]] = {}
        self.classes = tuple(name for name in CLASSES if name in manifest.classes)
        """Names that detections can have, in the registry's order."""
        self._wanted = np.array([bool(name) for name in manifest.classes])
        self._class_index = np.array([self.classes.index(name) if name else -1 for name in manifest.classes], np.int64)
        self.digest = manifest.sha256[:DIGEST_DIGITS]
        """First digits of the model file's SHA-256, as records carry them."""

    @classmethod
    def open(
        cls, folder: Path, *, threads: int = 1, score_min: float | None = None, detail: float = DETAIL
    ) -> "Detector":
        """Return the detector of a model folder.

        Args:
            folder: holds `manifest.json` and the file that it names.
            threads: for scaling and for a run, the caller's own included.
            score_min: least score of a detection; None takes the manifest's.
            detail: most pixels of the model's input per region, as a multiple of the size it was trained on, where
                the model leaves the size free; less is faster and sees less of what is far.

        Raises:
            ModelError: the manifest or the file is missing or broken, they do not fit each other, or a first run
                on a grey picture fails.
        """
        try:
            manifest = read_manifest(folder)
            path = verify_file(folder, manifest)
        except ModelsError as exc:
            raise ModelError(str(exc)) from exc
        session = open_session(path, threads=threads)
        size_px = (manifest.input.width_px, manifest.input.height_px)
        verify_fit(session, manifest.input, decoder_of(manifest, size_px).shapes, where=str(path))
        models = SizedModels(session, manifest)
        least = manifest.score_min if score_min is None else score_min
        detector = cls(manifest, models, threads=threads, score_min=least, detail=detail)
        detector._try_out(path)
        return detector

    def detect(self, image: Image | Ahead, regions: Sequence[Region] | None = None) -> Detections:
        """Return what is in a frame.

        Args:
            image: [height_px, width_px, 3] uint8, RGB, each row contiguous; any size. Or a frame of
                which parts were scaled ahead, to the same detections.
            regions: parts of it to look at, at most `REGIONS_MOST`; None looks at the whole frame as one.

        Raises:
            FrameError: the picture has another form or no pixels.
            RegionError: a region does not lie in the picture.
            OutputError: the model gave what cannot be read. The next frame may be given as if nothing had been.
        """
        chosen = _verified(image, regions)
        if not chosen:
            return Detections.none(self.classes)
        model, placements = self._placed(chosen)
        width_px, height_px = _size_px(image)
        found = self._candidates(model, image, placements, self._score_min)
        return self._detections(found, placements, width_px, height_px)

    def hints(self, image: Image, regions: Sequence[Region] | None = None, *, score_min: float) -> Detections:
        """Return every sign of a thing in a frame: doubles and boxes as large as the frame stay, however many.

        For whoever would rather believe too much. A box that suppression drops is at times the larger one, and who
        stands before the lens fills more than `FRAME_SHARE_MOST`.

        Args:
            image: as for `detect`.
            regions: as for `detect`.
            score_min: least score, for this call.

        Raises:
            FrameError, RegionError, OutputError: as for `detect`.
        """
        chosen = _verified(image, regions)
        if not chosen:
            return Detections.none(self.classes)
        model, placements = self._placed(chosen)
        return self._everything(self._candidates(model, image, placements, score_min), placements)

    def _input_size(self, regions: Sequence[Region]) -> tuple[int, int]:
        """Return width and height of the input that suits the largest of the regions."""
        largest = max(regions, key=lambda region: region.width_px * region.height_px)
        region_px = largest.width_px, largest.height_px
        if region_px not in self._input_px:
            if len(self._input_px) >= REGIONS_MOST:
                self._input_px.clear()
            self._input_px[region_px] = input_size(*region_px, self._manifest.input, detail=self._detail)
        return self._input_px[region_px]

    def _placed(self, regions: Sequence[Region]) -> tuple[SizedModel, list[Placement]]:
        model = self._models.of(self._input_size(regions))
        keep_shape = self._manifest.input.fit == "letterbox"
        return model, [place(region, model.width_px, model.height_px, keep_shape=keep_shape) for region in regions]

    def _candidates(
        self, model: SizedModel, image: Image | Ahead, placements: Sequence[Placement], score_min: float
    ) -> Candidates:
        """Run the model on the regions, `BATCH_MOST` at a time."""
        parts = []
        for first in range(0, len(placements), BATCH_MOST):
            some = placements[first : first + BATCH_MOST]
            for placement, into in zip(some, model.buffers.batch(len(some)), strict=True):
                self._scaler.fill(image, placement, into, pad=self._manifest.input.pad)
            found = model.decoder.read(model.buffers.run(len(some)), self._wanted, score_min)
            parts.append(replace(found, item=found.item + first))
        return joined(parts)

    def _detections(
        self, found: Candidates, placements: Sequence[Placement], width_px: int, height_px: int
    ) -> Detections:
        best = _best(found.score)
        boxes = to_frame(found.box_xyxy_px[best], found.item[best], placements)
        is_cut = _is_cut(boxes, found.item[best], placements, width_px, height_px)
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        fits = (area > 0) & (area <= FRAME_SHARE_MOST * width_px * height_px)
        fitting = self._detected(boxes, found, best).only(fits)
        stays = suppress(
            fitting.box_xyxy_px,
            fitting.score,
            fitting.class_index,
            is_cut[fits],
            iou_most=self._manifest.decode.nms_iou,
        )
        return fitting.only(stays)

    def _everything(self, found: Candidates, placements: Sequence[Placement]) -> Detections:
        best = np.arange(len(found.score))
        return self._detected(to_frame(found.box_xyxy_px[best], found.item[best], placements), found, best)

    def _detected(self, boxes: NDArray[np.float32], found: Candidates, best: NDArray[np.int64]) -> Detections:
        index = self._class_index[found.column[best]]
        return Detections(box_xyxy_px=boxes, score=found.score[best], class_index=index, classes=self.classes)

    def _try_out(self, path: Path) -> None:
        """Run once on grey: what a graph gives is known only then."""
        told = self._manifest.input
        grey = np.full((told.height_px, told.width_px, CHANNELS), told.pad, np.uint8)
        try:
            self.detect(grey)
        except OutputError as exc:
            why = str(exc).partition(" / ")[2].removesuffix(PASSED_OVER).rstrip(". ")
            raise ModelError(
                f"{path}: model gagal pada gambar abu-abu. Pasang ulang model ini. / the model failed on grey: {why}. "
                "Install this model again."
            ) from exc


def _best(score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the indices of the highest scores, at most `CANDIDATES_MOST`."""
    if len(score) <= CANDIDATES_MOST:
        return np.arange(len(score))
    return np.argpartition(-score, CANDIDATES_MOST)[:CANDIDATES_MOST]


def _is_cut(
    box_xyxy_px: NDArray[np.float32],
    item: NDArray[np.int64],
    placements: Sequence[Placement],
    width_px: int,
    height_px: int,
) -> NDArray[np.bool_]:
    """Return which boxes [n] end at an edge of their region that is no edge of the frame."""
    edges = edges_px(placements)
    is_inside = np.abs(edges - np.array([0, 0, width_px, height_px], np.float32)) > 0
    near = np.array([max(EDGE_PX, EDGE_PX * p.region.width_px / p.width_px) for p in placements], np.float32)
    is_near = np.abs(box_xyxy_px - edges[item]) <= near[item][:, None]
    is_cut: NDArray[np.bool_] = (is_near & is_inside[item]).any(axis=1)
    return is_cut


def _size_px(image: Image | Ahead) -> tuple[int, int]:
    """Return width and height."""
    if isinstance(image, Ahead):
        return image.size_px
    return int(image.shape[1]), int(image.shape[0])


def _verified(image: Image | Ahead, regions: Sequence[Region] | None) -> tuple[Region, ...]:
    """Return the regions to look at.

    Raises:
        FrameError: the picture cannot be used.
        RegionError: a region does not lie in it.
    """
    if not isinstance(image, Ahead):
        _verify_image(image)
    width_px, height_px = _size_px(image)
    chosen = (whole(width_px, height_px),) if regions is None else tuple(regions)
    _verify_regions(chosen, width_px, height_px)
    return chosen


def _verify_image(image: Image) -> None:
    is_picture = image.shape[2:] == (CHANNELS,) and image.dtype == np.uint8
    if not is_picture or image.size == 0 or image.strides[1:] != (CHANNELS, 1):
        raise FrameError(
            "gambar kamera tidak dapat dipakai. Periksa kamera dan alirannya. / the camera's picture cannot be used: "
            "must be [height, width, 3] uint8 with contiguous rows and at least one pixel, got "
            f"{list(image.shape)} {image.dtype}. Check the camera and its stream."
        )


def _verify_regions(regions: Sequence[Region], width_px: int, height_px: int) -> None:
    if len(regions) > REGIONS_MOST:
        raise RegionError(
            f"terlalu banyak wilayah. Kurangi ubin atau zona. / too many regions: at most {REGIONS_MOST}, got "
            f"{len(regions)}. Use fewer tiles or zones."
        )
    for region in regions:
        if region.right_px > width_px or region.lower_px > height_px:
            raise RegionError(
                "wilayah di luar gambar. Buat wilayah baru untuk ukuran ini. / region outside the picture: picture "
                f"{width_px}x{height_px}, got {region}. Make the regions again for this size."
            )
