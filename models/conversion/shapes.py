"""Emitters of operations that move numbers and change none: transposing, joining, splitting, padding, reshaping."""

import numpy as np

from models.conversion.constants import BATCH
from models.conversion.operation import Emitter, Operation
from models.conversion.writer import Axes, Value

REST = -1
"""ONNX's word for the length that is left over."""

DECLARED_BATCH = 1
"""What a graph made for one picture says where ours says any number."""


def _identity(operation: Operation) -> list[Value]:
    return [operation.value(0)]


def _transpose(operation: Operation) -> list[Value]:
    return [operation.value(0).permuted(tuple(operation.constant(1).tolist()))]


def _concat(operation: Operation) -> list[Value]:
    axis = int(operation.constant(len(operation.node.inputs) - 1))
    values = [operation.value(place) for place in range(len(operation.node.inputs) - 1)]
    owed = values[0].owed
    if any(value.owed != owed for value in values):
        values, owed = [Value(operation.writer.plain(value)) for value in values], None
    names = [value.name for value in values]
    return [Value(operation.writer.node("Concat", names, axis=_axis(axis, owed)), owed)]


def _split(operation: Operation) -> list[Value]:
    """SplitV: value, sizes, axis."""
    value, sizes = operation.value(0), operation.constant(1).tolist()
    axis = _axis(int(operation.constant(2)), value.owed)
    lengths = operation.writer.shape(f"{operation.node.name}/sizes", sizes)
    names = operation.writer.nodes("Split", [value.name, lengths], len(sizes), axis=axis)
    return [Value(name, value.owed) for name in names]


def _pad(operation: Operation) -> list[Value]:
    """Pad with zeros, PadV2 with a number of its own: [axes, 2] before and after."""
    value, rows = operation.value(0), operation.constant(1)
    if value.owed is not None:
        rows = rows[[value.owed.index(axis) for axis in range(len(value.owed))]]
    filler = float(operation.constant(2)) if operation.node.op == "PadV2" else 0.0
    finite = np.clip(filler, np.finfo(np.float32).min, np.finfo(np.float32).max).astype(np.float32)
    pads = operation.writer.shape(f"{operation.node.name}/pads", rows.T.ravel().tolist())
    with_filler = operation.writer.constant(f"{operation.node.name}/filler", finite)
    return [Value(operation.writer.node("Pad", [value.name, pads, with_filler]), value.owed)]


def _reshape(operation: Operation) -> list[Value]:
    """Reshape, written so that it holds for any batch, and for any size of picture where it joins rows and columns."""
    value, lengths = operation.writer.plain(operation.value(0)), operation.constant(1).tolist()
    if lengths[0] in {BATCH, DECLARED_BATCH}:
        lengths[0] = BATCH
    if REST not in lengths:
        lengths = _free(lengths, operation.writer.lengths(value))
    name = operation.writer.shape(f"{operation.node.name}/lengths", lengths)
    return [Value(operation.writer.node("Reshape", [value, name]))]


def _free(lengths: list[int], given: list[int]) -> list[int]:
    """Return the same lengths with the last one left open, if all before it are those of the input."""
    before = lengths[:-1]
    return [*before, REST] if len(lengths) <= len(given) and before == given[: len(before)] else lengths


def _squeeze(operation: Operation) -> list[Value]:
    axes = operation.writer.shape(f"{operation.node.name}/axes", operation.node.numbers("squeeze_dims"))
    return [Value(operation.writer.node("Squeeze", [operation.writer.plain(operation.value(0)), axes]))]


def _axis(axis: int, owed: Axes | None) -> int:
    """Return the axis of the ONNX tensor that a TensorFlow axis means."""
    return axis if owed is None else owed[axis]


EMITTERS: dict[str, Emitter] = {
    "Identity": _identity,
    "Transpose": _transpose,
    "ConcatV2": _concat,
    "SplitV": _split,
    "Pad": _pad,
    "PadV2": _pad,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
}
