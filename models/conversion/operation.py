"""One TensorFlow operation while it is being written: its inputs as values or constants, its attributes, the writer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from models.conversion.constants import Constants
from models.conversion.graph import Array, Node
from models.conversion.writer import Value, Writer
from models.errors import ConversionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an emitter is given."""

    node: Node
    writer: Writer
    constants: Constants
    value_of: Callable[[str], Value]
    """Return what a reference stands for, after writing it if nobody has yet."""
    node_of: Callable[[str], Node]
    """Return the node that a reference means; nothing is written."""

    def value(self, place: int) -> Value:
        """Return an input."""
        return self.value_of(self.node.inputs[place])

    def values(self) -> list[Value]:
        """Return all inputs."""
        return [self.value_of(reference) for reference in self.node.inputs]

    def constant(self, place: int) -> Array:
        """Return an input that must be known before any picture comes.

        Raises:
            ConversionError: it depends on the picture.
        """
        found = self.constants.value(self.node.inputs[place])
        if found is None:
            raise ConversionError(
                f"TF.js {self.node.op} {self.node.name}: masukan / input {self.node.inputs[place]} harus tetap / must "
                "be a constant. Tambahkan ke / Add it to models/conversion/constants.py."
            )
        return found

    def padding(self) -> dict[str, Any]:
        """Return ONNX's attributes for TensorFlow's padding; none for VALID, so that a Pad before may melt into it.

        Raises:
            ConversionError: it is neither SAME nor VALID.
        """
        word = self.node.word("padding")
        if word not in _PADDINGS:
            raise ConversionError(
                f"TF.js {self.node.op} {self.node.name}: padding {word!r} harus / must be SAME, VALID."
            )
        return _PADDINGS[word]


_PADDINGS: dict[str, dict[str, Any]] = {"SAME": {"auto_pad": "SAME_UPPER"}, "VALID": {}}

Emitter: TypeAlias = Callable[[Operation], list[Value]]
