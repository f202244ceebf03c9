"""Emitters of operations that look at each number alone: sums, products, activations. What is owed stays owed."""

from collections.abc import Callable

import numpy as np

from models.conversion.graph import Array
from models.conversion.operation import Emitter, Operation
from models.conversion.writer import Axes, Value

LEAKY_RELU_ALPHA = 0.2
"""TensorFlow's own default."""


def with_constant(operation: Operation, op: str, value: Value, place: int) -> Value:
    """Return `value` with the constant at an input's place added or multiplied."""
    array, reference = operation.constant(place).astype(np.float32), operation.node.inputs[place]
    name = reference
    if value.owed is not None and array.size > 1:
        array, name = _arranged(array, value.owed), f"{reference}/{''.join(map(str, value.owed))}"
    written = operation.writer.node(op, [value.name, operation.writer.constant(name, array)])
    return Value(written, value.owed)


def _arranged(array: Array, owed: Axes) -> Array:
    """Return an array that broadcasts against a tensor that still owes this permutation."""
    full = array.reshape((1,) * (len(owed) - array.ndim) + array.shape)
    return full.transpose([owed.index(axis) for axis in range(len(owed))])


def _pair(operation: Operation, op: str) -> list[Value]:
    known = [operation.constants.value(reference) is not None for reference in operation.node.inputs]
    if any(known):
        place = known.index(True)
        return [with_constant(operation, op, operation.value(1 - place), place)]
    return [_joined(operation, op, operation.values())]


def _joined(operation: Operation, op: str, values: list[Value]) -> Value:
    """Return the sum or product of values; their axes need no moving where all owe the same."""
    total = values[0]
    for value in values[1:]:
        if value.owed == total.owed:
            total = Value(operation.writer.node(op, [total.name, value.name]), total.owed)
        else:
            total = Value(operation.writer.node(op, [operation.writer.plain(total), operation.writer.plain(value)]))
    return total


def _relu6(operation: Operation, value: Value) -> Value:
    limits = [operation.writer.constant(f"relu6/{limit}", np.array(limit, np.float32)) for limit in (0, 6)]
    return Value(operation.writer.node("Clip", [value.name, *limits]), value.owed)


def _leaky_relu(operation: Operation, value: Value) -> Value:
    key = "alpha" if "alpha" in operation.node.attributes else "leakyrelu_alpha"
    alpha = operation.node.number(key, LEAKY_RELU_ALPHA)
    return Value(operation.writer.node("LeakyRelu", [value.name], alpha=alpha), value.owed)


def _simple(op: str) -> Callable[[Operation, Value], Value]:
    return lambda operation, value: Value(operation.writer.node(op, [value.name]), value.owed)


def _activation(name: str) -> Emitter:
    return lambda operation: [ACTIVATIONS[name](operation, operation.value(0))]


ACTIVATIONS: dict[str, Callable[[Operation, Value], Value]] = {
    "Relu": _simple("Relu"),
    "Relu6": _relu6,
    "LeakyRelu": _leaky_relu,
    "Sigmoid": _simple("Sigmoid"),
}
EMITTERS: dict[str, Emitter] = {
    "Add": lambda operation: _pair(operation, "Add"),
    "AddV2": lambda operation: _pair(operation, "Add"),
    "BiasAdd": lambda operation: _pair(operation, "Add"),
    "Mul": lambda operation: _pair(operation, "Mul"),
    "AddN": lambda operation: [_joined(operation, "Add", operation.values())],
    **{name: _activation(name) for name in ACTIVATIONS},
}
