"""The two schemes that are held against each other: the product's and the baseline's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.detections import Detections
from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import InferenceError
from edge_agent.inference.input_size import DETAIL
from edge_agent.inference.regions import tiles
from models.errors import ModelsError
from models.evaluation.baseline import Baseline
from models.evaluation.errors import DetectorError
from models.manifest import Manifest, read_manifest

SCORE_FROM = 0.05
"""Least score of a find: the curve is drawn from here on."""


class Scheme(Protocol):
    """A way to look at a picture."""

    @property
    def words(self) -> str:
        """Return the scheme in words, for the report."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names that finds can have."""

    def look(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is in a picture, [height_px, width_px, 3] RGB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The box's own detector, as its camera process uses it on a view without zones."""

    detector: Detector
    tiles: tuple[int, int] | None = None
    """Columns and rows; None looks at the picture as the detector does by itself."""

    @property
    def words(self) -> str:
        """Return the scheme in words."""
        if self.tiles is None:
            return f"detektor kotak, seluruh gambar / the box's detector, whole picture, detail {DETAIL:g}"
        columns, rows = self.tiles
        return f"detektor kotak, ubin / the box's detector, tiles {columns}x{rows}, detail {DETAIL:g}"

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names that finds can have."""
        return self.detector.classes

    def look(self, image: NDArray[np.uint8]) -> Detections:
        """Return what is in a picture, [height_px, width_px, 3] RGB."""
        if self.tiles is None:
            return self.detector.detect(image, None)
        height_px, width_px = image.shape[:2]
        return self.detector.detect(image, tiles(width_px, height_px, columns=self.tiles[0], rows=self.tiles[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schemes:
    """Both, of one model."""

    manifest: Manifest
    baseline: Scheme
    product: Scheme


def open_schemes(folder: Path, *, threads: int, tiling: tuple[int, int] | None) -> Schemes:
    """Return both schemes of a model folder.

    Raises:
        DetectorError: the model cannot be opened.
    """
    try:
        manifest = read_manifest(folder)
        return Schemes(
            manifest=manifest,
            baseline=Baseline(folder, manifest, threads=threads, score_min=SCORE_FROM),
            product=Product(detector=Detector.open(folder, threads=threads, score_min=SCORE_FROM), tiles=tiling),
        )
    except (ModelsError, InferenceError) as exc:
        raise DetectorError(str(exc)) from exc
