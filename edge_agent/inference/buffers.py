"""The memory that a model reads and writes, for one input size: made once, bound once per batch size.

Nothing is allocated or copied per frame: the runtime reads and writes numpy's own memory through its IO binding.
"""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge_agent.inference.candidates import Outputs, Shapes
from edge_agent.inference.errors import DILEWATI, PASSED_OVER, OutputError
from edge_agent.inference.session import CHANNELS
from models.runtime_words import why


class BoundBuffers:
    """Input and outputs of a session at one input size, as long as the largest batch so far."""

    def __init__(
        self, session: onnxruntime.InferenceSession, *, input_name: str, size_px: tuple[int, int], shapes: Shapes
    ) -> None:
        """Hold nothing until the first batch.

        Args:
            session: opened and found to fit.
            input_name: of the only input.
            size_px: width and height of the input.
            shapes: outputs by name, without the batch.
        """
        self._session = session
        self._input_name = input_name
        self._item = (size_px[1], size_px[0], CHANNELS)
        self._shapes = shapes
        self._make_room(0)

    def batch(self, size: int) -> NDArray[np.uint8]:
        """Return the input for so many regions, [size, height_px, width_px, 3] uint8, to be filled whole."""
        if size > len(self._input):
            self._make_room(size)
        return self._input[:size]

    def run(self, size: int) -> Outputs:
        """Run the model on the first `size` places of the input.

        Returns:
            Views of the outputs, [size, ...] float32: the next run overwrites them.

        Raises:
            OutputError: the run failed, for example because an output had another shape than the manifest says.
        """
        if size not in self._bindings:
            self._bindings[size] = self._bound(size)
        try:
            self._session.run_with_iobinding(self._bindings[size])
        except Exception as exc:  # what onnxruntime raises has no base of its own
            raise OutputError(
                f"model gagal pada gambar ini. {DILEWATI} / the model failed on this frame: {why(exc)}. {PASSED_OVER}"
            ) from exc
        return {name: buffer[:size] for name, buffer in self._outputs.items()}

    def _make_room(self, size: int) -> None:
        self._bindings: dict[int, onnxruntime.IOBinding] = {}
        self._input = np.zeros((size, *self._item), np.uint8)
        self._outputs = {name: np.zeros((size, *shape), np.float32) for name, shape in self._shapes.items()}

    def _bound(self, size: int) -> onnxruntime.IOBinding:
        binding = self._session.io_binding()
        item = (size, *self._item)
        binding.bind_input(self._input_name, "cpu", 0, np.uint8, item, self._input.ctypes.data)
        for name, buffer in self._outputs.items():
            shape = (size, *self._shapes[name])
            binding.bind_output(name, "cpu", 0, np.float32, shape, buffer.ctypes.data)
        return binding
