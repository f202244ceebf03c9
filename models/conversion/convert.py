"""The conversion itself: from the outputs backwards, each operation is written once, when somebody first needs it."""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.conversion import elementwise, layers, pooling, shapes
from models.conversion.constants import Constants
from models.conversion.graph import Graph, Node
from models.conversion.operation import Emitter, Operation
from models.conversion.writer import CHANNELS_LAST, CHANNELS_SECOND, Value, Writer
from models.errors import ConversionError
from models.manifest import Input

EMITTERS: dict[str, Emitter] = {
    **elementwise.EMITTERS,
    **layers.EMITTERS,
    **pooling.EMITTERS,
    **shapes.EMITTERS,
}
BATCH_NAME = "N"
SIZE_NAMES = ("H", "W")
"""Of a graph that takes any size."""


def convert(
    graph: Graph, *, entry: str, is_channels_last: bool, outputs: Mapping[str, str], picture: Input, name: str
) -> onnx.ModelProto:
    """Return an ONNX model that takes uint8 pictures [N, height_px, width_px, 3], RGB, or of any size with `step_px`.

    Args:
        graph: what is converted.
        entry: the node that the normalised picture takes the place of.
        is_channels_last: how that node is laid out.
        outputs: by the name they get, the references that they stand for.
        picture: the only input and how it is normalised.
        name: of the ONNX graph.

    Raises:
        ConversionError: an operation or an output is not known.
    """
    writer = Writer(_image(picture, picture.height_px, picture.width_px), name)
    conversion = _Conversion(graph, writer)
    normalised = Value(_write_normalisation(writer, picture), CHANNELS_LAST)
    conversion.know(entry, normalised if is_channels_last else normalised.permuted(CHANNELS_SECOND))
    for output, reference in outputs.items():
        writer.output(conversion.value(reference), output)
    return writer.model(list(outputs), None if picture.step_px is None else _image(picture, *SIZE_NAMES))


def _image(picture: Input, height_px: int | str, width_px: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(picture.name, TensorProto.UINT8, [BATCH_NAME, height_px, width_px, 3])


def _write_normalisation(writer: Writer, picture: Input) -> str:
    """Write what every model begins with; return the name of float32 [N, 3, height, width] in the model's order."""
    name = writer.node("Transpose", [picture.name], perm=list(CHANNELS_SECOND))
    if picture.channels == "bgr":
        name = writer.node("Gather", [name, writer.shape("channel_order", [2, 1, 0])], axis=1)
    name = writer.node("Cast", [name], to=TensorProto.FLOAT)
    for op, key, values in (("Sub", "mean", picture.mean), ("Mul", "scale", picture.scale)):
        name = writer.node(op, [name, writer.constant(key, np.array(values, np.float32).reshape(1, 3, 1, 1))])
    return name


class _Conversion:
    """What has been written so far, by the names of the original graph."""

    def __init__(self, graph: Graph, writer: Writer) -> None:
        self._graph = graph
        self._writer = writer
        self._constants = Constants(graph)
        self._written: dict[str, list[Value]] = {}

    def know(self, name: str, value: Value) -> None:
        """Let `value` stand for a node, which is then never looked at."""
        self._graph.node(name)
        self._written[name] = [value]

    def value(self, reference: str) -> Value:
        """Return what a reference stands for; write it and all it needs, unless it is written."""
        name, _, place = reference.partition(":")
        if name not in self._written:
            self._written[name] = self._emitted(self._graph.node(name))
        return self._written[name][int(place or 0)]

    def _emitted(self, node: Node) -> list[Value]:
        emitter = EMITTERS.get(node.op)
        if emitter is None:
            raise ConversionError(
                f"TF.js: operasi / operation {node.op} ({node.name}) tidak dikenal / is not known. Tambahkan ke / Add "
                f"it to models/conversion. Dikenal / Known: {', '.join(sorted(EMITTERS))}."
            )
        operation = Operation(
            node=node, writer=self._writer, constants=self._constants, value_of=self.value, node_of=self._graph.node
        )
        return emitter(operation)
