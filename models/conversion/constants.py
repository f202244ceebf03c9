"""What of a graph is known before any picture comes: constants, and small sums of them.

The only length that is not known is the batch. A shape that takes it from another tensor says `BATCH` there, which is
what ONNX's Reshape means by 0: as long as in the input.
"""

import numpy as np

from models.conversion.graph import Array, Graph, Node

BATCH = 0


class Constants:
    """Values of constant sub-expressions of one graph; each is computed once."""

    def __init__(self, graph: Graph) -> None:
        """Know nothing yet."""
        self._graph = graph
        self._known: dict[str, Array | None] = {}

    def value(self, reference: str) -> Array | None:
        """Return the value of a node, or None if it depends on the picture."""
        node = self._graph.node(reference)
        if node.name not in self._known:
            self._known[node.name] = self._folded(node)
        return self._known[node.name]

    def _folded(self, node: Node) -> Array | None:
        if node.op == "Const":
            return self._graph.weights[node.name]
        if node.op == "StridedSlice":
            return self._batch_of_a_shape(node)
        fold = _FOLDS.get(node.op)
        if fold is None or (node.op in _ADDITIONS and not self._is_whole(node)):
            return None
        values = [self.value(reference) for reference in node.inputs]
        known = [value for value in values if value is not None]
        return fold(known) if len(known) == len(values) else None

    def _is_whole(self, node: Node) -> bool:
        """Answer whether an addition is one of whole numbers: those are shapes, the others are the picture's."""
        return node.attributes.get("T", {}).get("type") not in {"DT_FLOAT", 1}

    def _batch_of_a_shape(self, node: Node) -> Array | None:
        """Return BATCH for `tf.shape(x)[0]`, written as a slice of one that drops its axis."""
        shape, begin = self._graph.node(node.inputs[0]), self.value(node.inputs[1])
        is_first = begin is not None and begin.ravel().tolist() == [0] and node.number("shrink_axis_mask", 0) == 1
        return np.array(BATCH, np.int64) if shape.op == "Shape" and is_first else None


def _scattered(values: list[Array]) -> Array:
    """Fold SparseToDense: indices, shape, values, default."""
    indices, shape, chosen, default = values
    dense = np.full(tuple(np.atleast_1d(shape).tolist()), default, dtype=chosen.dtype)
    dense[tuple(np.atleast_2d(indices).T)] = chosen
    return dense


def _added(values: list[Array]) -> Array:
    return np.asarray(values[0] + values[1])


_ADDITIONS = {"Add", "AddV2"}
_FOLDS = {
    "Identity": lambda values: values[0],
    "SparseToDense": _scattered,
    "Pack": lambda values: np.stack([np.asarray(value, np.int64) for value in values]),
    "Add": _added,
    "AddV2": _added,
}
