"""Static quantisation: uint8 activations, int8 weights, by onnxruntime's own tool.

Same frames, same versions of onnxruntime and numpy and the same kind of processor give the same bytes. Another
processor or decoder may round one activation's range differently, so a rebuild elsewhere is held to outputs, not to
bytes.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.quantization.footage import Picture
from models.recipe import Int8


class _Pictures(CalibrationDataReader):  # type: ignore[misc] # the library ships no types
    """Pictures one by one, as the tool wants them."""

    def __init__(self, name: str, pictures: Iterable[Picture]) -> None:
        """Give each picture to the input `name`."""
        self._name = name
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """Return the next picture as a batch of one, or None after the last."""
        picture = next(self._pictures, None)
        return None if picture is None else {self._name: picture[np.newaxis]}


def quantised(model: onnx.ModelProto, pictures: Iterable[Picture], settings: Int8) -> onnx.ModelProto:
    """Return the int8 form of a float32 model.

    Args:
        model: one uint8 input [N, height, width, 3].
        pictures: each [height, width, 3]; they set the ranges of the activations.
        settings: which operations, and how.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared, written = (Path(folder) / name for name in ("plain.onnx", "prepared.onnx", "int8.onnx"))
        onnx.save(model, plain)
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(written),
            _Pictures(model.graph.input[0].name, pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(settings.operations),
            nodes_to_exclude=_convolutions(prepared)[: settings.first_in_float],
            per_channel=settings.is_per_channel,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(str(written))


def _convolutions(model: Path) -> list[str]:
    """Return the names of a model's convolutions, from the picture on."""
    return [node.name for node in onnx.load(str(model)).graph.node if node.op_type == "Conv"]
