"""Writes the ONNX graph, and keeps transpositions off the paper as long as it can.

TensorFlow lays pictures out with channels last, ONNX with channels second. Every value carries the permutation that is
still owed; it is written only where an operation needs the axes in place, so pairs that cancel are never written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import onnx
import onnx.shape_inference
from onnx import helper, numpy_helper

from models.conversion.graph import Array

OPSET = 18
IR_VERSION = 8
CHANNELS_SECOND = (0, 3, 1, 2)
CHANNELS_LAST = (0, 2, 3, 1)

Axes: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the TensorFlow graph: the ONNX tensor `name`, its axes permuted by `owed` (None: as it stands)."""

    name: str
    owed: Axes | None = None

    def permuted(self, axes: Axes) -> "Value":
        """Return this value with its axes in another order; nothing is written."""
        owed = axes if self.owed is None else tuple(self.owed[axis] for axis in axes)
        return Value(self.name, None if owed == tuple(range(len(owed))) else owed)


class Writer:
    """Nodes and numbers of one ONNX graph, in the order in which they were asked for."""

    def __init__(self, image: onnx.ValueInfoProto, name: str) -> None:
        """Begin an empty graph with its only input."""
        self._image = image
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._numbers: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, array: Array) -> str:
        """Keep an array under a name, once, and return the name."""
        if name not in self._numbers:
            self._numbers[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def shape(self, name: str, numbers: Sequence[int]) -> str:
        """Keep whole numbers under a name and return it."""
        return self.constant(name, np.array(numbers, np.int64))

    def node(self, op: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Write an operation with one output; return the output's name."""
        return self.nodes(op, inputs, 1, **attributes)[0]

    def nodes(self, op: str, inputs: Sequence[str], count: int, **attributes: Any) -> list[str]:
        """Write an operation; return the names of its `count` outputs."""
        number = len(self._nodes) + 1
        outputs = [f"{op}_{number}" if count == 1 else f"{op}_{number}_{place}" for place in range(count)]
        self._nodes.append(helper.make_node(op, list(inputs), outputs, name=f"{op}_{number}", **attributes))
        return outputs

    def plain(self, value: Value) -> str:
        """Return the name of an ONNX tensor with all axes in place, after writing what is owed."""
        return value.name if value.owed is None else self.node("Transpose", [value.name], perm=list(value.owed))

    def output(self, value: Value, name: str) -> None:
        """Write a value as the graph's output `name`."""
        self._nodes.append(helper.make_node("Identity", [self.plain(value)], [name], name=f"output_{name}"))

    def lengths(self, tensor: str) -> list[int]:
        """Return the lengths of a tensor's axes; 0 for one that is free, as the batch is."""
        graph = self.model([tensor]).graph
        return [length.dim_value for length in graph.output[0].type.tensor_type.shape.dim]

    def model(self, outputs: Sequence[str], image: onnx.ValueInfoProto | None = None) -> onnx.ModelProto:
        """Return the model that ends in these tensors, with the shapes of all, checked.

        Args:
            outputs: names of tensors.
            image: another shape of the input than the one this was written for.
        """
        numbers = [self._numbers[key] for key in sorted(self._numbers)]
        found = [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None) for output in outputs]
        graph = helper.make_graph(self._nodes, self._name, [image or self._image], found, numbers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="jagawai"
        )
        shaped = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        onnx.checker.check_model(shaped)
        return shaped
