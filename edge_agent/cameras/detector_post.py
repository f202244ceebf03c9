"""The detector at its post: opened when first needed, opened again after it failed, and never the end of the process.

One for all views that use its model folder: the weights are in memory once. A model that cannot be opened is tried
again every minute: somebody may have installed it meanwhile.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from edge_agent.cameras.frame import Image
from edge_agent.inference.ahead import Ahead
from edge_agent.inference.detections import Detections
from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import InferenceError, ModelError
from edge_agent.inference.input_size import DETAIL
from edge_agent.inference.regions import Region
from edge_agent.sightings.fusion import HEARD_SCORE
from models.manifest import CLASSES

TRY_EVERY_MS = 60_000
FORGIVEN_MS = 10_000
"""A failure is over when none came for so long."""

log = logging.getLogger(__name__)


class DetectorPost:
    """A model folder behind a door that always answers."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        detail: float = DETAIL,
        open_detector: Callable[..., Detector] = Detector.open,
    ) -> None:
        """Hold the way to open it.

        Args:
            folder: of the model.
            threads: of one run, the caller's own included.
            detail: most pixels of the model's input, as a multiple of the size it was trained on.
            open_detector: may raise, and is called again.
        """
        self.folder = folder
        self._threads = threads
        self._detail = detail
        self._open_detector = open_detector
        self._detector: Detector | None = None
        self._try_ms: int | None = None
        self.model_fault = ""
        """Why the model cannot be opened; empty: it could, or was not tried yet."""
        self.run_fault = ""
        """Why the last run that failed did; empty when that is forgiven."""
        self._failed_ms = 0

    @property
    def digest(self) -> str:
        """First digits of the model's SHA-256; empty while there is none."""
        return "" if self._detector is None else self._detector.digest

    @property
    def classes(self) -> tuple[str, ...]:
        """Names that its detections have; all that we know while there is no model."""
        return CLASSES if self._detector is None else self._detector.classes

    def try_open(self, *, real_ms: int) -> None:
        """Open the model if it is not open and its time has come."""
        if self._detector is not None or (self._try_ms is not None and real_ms < self._try_ms):
            return
        self._try_ms = real_ms + TRY_EVERY_MS
        try:
            self._detector = self._open_detector(
                self.folder, threads=self._threads, score_min=HEARD_SCORE, detail=self._detail
            )
        except ModelError as exc:
            self._note(log.debug if self.model_fault else log.warning, exc)
            self.model_fault = str(exc)
            return
        log.info("model %s, %s", self.folder, self._detector.digest)
        self.model_fault = ""

    def detect(self, image: Image | Ahead, regions: Sequence[Region] | None, *, real_ms: int) -> Detections | None:
        """Return what is in a picture; None: that cannot be said, and `model_fault` or `run_fault` says why.

        Args:
            image: [height_px, width_px, 3] uint8, or a frame of which parts were scaled ahead.
            regions: of it; None: the whole.
            real_ms: now.
        """
        return self._asked(lambda detector: detector.detect(image, regions), real_ms=real_ms)

    def hints(
        self, image: Image, regions: Sequence[Region] | None, *, score_min: float, real_ms: int
    ) -> Detections | None:
        """Return every sign of a thing in a picture, see `Detector.hints`; None as for `detect`."""
        return self._asked(lambda detector: detector.hints(image, regions, score_min=score_min), real_ms=real_ms)

    def _asked(self, ask: Callable[[Detector], Detections], *, real_ms: int) -> Detections | None:
        self.try_open(real_ms=real_ms)
        if self._detector is None:
            return None
        try:
            found = ask(self._detector)
        except InferenceError as exc:
            self._note(log.debug if self.run_fault else log.warning, exc)
            self.run_fault, self._failed_ms = str(exc), real_ms
            return None
        if self.run_fault and real_ms - self._failed_ms >= FORGIVEN_MS:
            log.info("model %s works again", self.folder)
            self.run_fault = ""
        return found

    def _note(self, say: Callable[..., None], problem: InferenceError) -> None:
        say("model %s: %s: %s", self.folder, type(problem).__name__, problem)
