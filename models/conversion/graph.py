"""A TensorFlow.js graph model as it stands on disk: nodes by name, weights as arrays.

Source of the form: the files of tfjs-converter, `tensorflow/graph_model` and its weights manifest (quantised weights:
float16, or uint8 and uint16 with `min` and `scale`).
"""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.errors import ConversionError

Array: TypeAlias = NDArray[Any]

_KINDS = {"float32": "<f4", "int32": "<i4", "bool": "u1"}
_PACKED_KINDS = {"float16": "<f2", "uint8": "u1", "uint16": "<u2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operation."""

    name: str
    op: str
    inputs: tuple[str, ...]
    """References: `name`, or `name:2` for the third output of that node."""
    attributes: Mapping[str, Any]
    """In the proto's JSON form; the methods read them."""

    def numbers(self, key: str) -> list[int]:
        """Return a list of whole numbers, or [] where there is none."""
        return [int(value) for value in self.attributes.get(key, {}).get("list", {}).get("i", [])]

    def number(self, key: str, default: float) -> float:
        """Return a number."""
        value = self.attributes.get(key, {})
        return float(value.get("f", value.get("i", default)))

    def is_set(self, key: str) -> bool:
        """Answer whether a flag is set."""
        return bool(self.attributes.get(key, {}).get("b", False))

    def word(self, key: str, default: str = "") -> str:
        """Return a text."""
        value = self.attributes.get(key, {}).get("s")
        return default if value is None else _text(value)

    def words(self, key: str) -> list[str]:
        """Return a list of texts."""
        return [_text(value) for value in self.attributes.get(key, {}).get("list", {}).get("s", [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A model: what it computes, and with which numbers."""

    nodes: Mapping[str, Node]
    weights: Mapping[str, Array]

    def node(self, reference: str) -> Node:
        """Return the node that a reference means.

        Raises:
            ConversionError: there is none.
        """
        name = reference.partition(":")[0].lstrip("^")
        if name not in self.nodes:
            raise ConversionError(
                f"TF.js: tidak ada simpul bernama / no node is called {name}. Periksa masukan dan keluaran di resep / "
                "Check inputs and outputs in the recipe."
            )
        return self.nodes[name]


def read_graph(model_json: Path) -> Graph:
    """Return the model that `model_json` and the weight files beside it hold.

    Raises:
        ConversionError: it is no graph model, or its weights are cut short.
    """
    try:
        model = json.loads(model_json.read_bytes())
        nodes = model["modelTopology"]["node"]
        groups = model["weightsManifest"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ConversionError(f"{model_json}: bukan model graf TF.js / is no TF.js graph model: {exc!r}.") from exc
    weights: dict[str, Array] = {}
    for group in groups:
        packed = b"".join((model_json.parent / part).read_bytes() for part in group["paths"])
        weights |= _unpacked(group["weights"], packed, model_json)
    return Graph(nodes={node["name"]: _node(node) for node in nodes}, weights=weights)


def _node(node: dict[str, Any]) -> Node:
    inputs = tuple(node.get("input", ()))
    return Node(name=node["name"], op=node["op"], inputs=inputs, attributes=node.get("attr", {}))


def _unpacked(entries: list[dict[str, Any]], packed: bytes, source: Path) -> dict[str, Array]:
    """Return the arrays that stand one after the other in `packed`."""
    arrays: dict[str, Array] = {}
    place = 0
    for entry in entries:
        quantised = entry.get("quantization")
        kinds, kind = (_PACKED_KINDS, quantised["dtype"]) if quantised else (_KINDS, entry["dtype"])
        if kind not in kinds:
            raise ConversionError(f"{source}: bobot / weight {entry['name']}: {kind} tidak dikenal / is not known.")
        count = math.prod(entry["shape"])
        if place + count * np.dtype(kinds[kind]).itemsize > len(packed):
            raise ConversionError(f"{source}: berkas bobot terpotong / the weights are cut short at {entry['name']}.")
        array = np.frombuffer(packed, kinds[kind], count, place)
        place += array.nbytes
        arrays[entry["name"]] = _restored(array, quantised).reshape(entry["shape"])
    return arrays


def _restored(array: Array, quantised: dict[str, Any] | None) -> Array:
    if quantised is None:
        return array
    if quantised["dtype"] == "float16":
        return array.astype(np.float32)
    return array.astype(np.float32) * np.float32(quantised["scale"]) + np.float32(quantised["min"])


def _text(value: str | list[int]) -> str:
    """Return a text of the proto's JSON form: base64, or a list of bytes from older converters."""
    return (bytes(value) if isinstance(value, list) else base64.b64decode(value)).decode()
