"""Runs an ONNX model once, for building and verifying. The box has a session of its own: edge_agent/inference."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.errors import GoldenError
from models.golden import ADVICE
from models.runtime_words import SILENT, why


class Session:
    """One model, loaded.

    On x86 without VNNI, onnxruntime's fast products of uint8 and int8 overflow 16 bits; `x64quantprecision` takes the
    exact ones. It changes nothing on ARM and on newer x86.
    """

    def __init__(self, model: Path | bytes, *, threads: int = 1) -> None:
        """Load a model.

        Args:
            model: its file, or the file's content.
            threads: that one run may use.

        Raises:
            GoldenError: onnxruntime refuses it.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = SILENT
        options.add_session_config_entry("session.x64quantprecision", "1")
        content = str(model) if isinstance(model, Path) else model
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as exc:  # onnxruntime raises classes of its own that share no base but Exception
            raise GoldenError(f"model: onnxruntime menolaknya / refuses it: {why(exc)}. {ADVICE}") from exc
        self._input = self._session.get_inputs()[0].name
        self.outputs: Sequence[str] = [output.name for output in self._session.get_outputs()]

    def run(self, pictures: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return the outputs by name for a batch [N, height, width, 3], RGB.

        Raises:
            GoldenError: the run failed, for example on a size that the graph does not take.
        """
        try:
            found = self._session.run(list(self.outputs), {self._input: pictures})
        except Exception as exc:  # as above
            size = f"{pictures.shape[2]}x{pictures.shape[1]}"
            text = f"model: gagal pada gambar / failed on pictures of {size}: {why(exc)}. {ADVICE}"
            raise GoldenError(text) from exc
        return dict(zip(self.outputs, found, strict=True))
