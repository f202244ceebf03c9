"""Small TensorFlow.js graph models, written to disk as tfjs-converter writes them."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KINDS = {"f4": "float32", "i4": "int32"}


def text(word: str) -> dict[str, str]:
    """Return a text attribute."""
    return {"s": base64.b64encode(word.encode()).decode()}


def numbers(*values: int) -> dict[str, dict[str, list[str]]]:
    """Return an attribute that is a list of whole numbers."""
    return {"list": {"i": [str(value) for value in values]}}


def words(*values: str) -> dict[str, dict[str, list[str]]]:
    """Return an attribute that is a list of texts."""
    return {"list": {"s": [text(value)["s"] for value in values]}}


@dataclass
class TfjsModel:
    """A graph that is put together node by node; its entry is called `picture`."""

    nodes: list[dict[str, Any]] = field(default_factory=lambda: [{"name": "picture", "op": "Placeholder"}])
    weights: list[dict[str, Any]] = field(default_factory=list)
    packed: bytes = b""

    def constant(self, name: str, array: NDArray[Any], quantization: dict[str, Any] | None = None) -> str:
        """Add a constant and return its name; with `quantization`, `array` is what stands in the file."""
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape)}
        entry["dtype"] = "float32" if quantization else _KINDS[array.dtype.str[1:]]
        if quantization:
            entry["quantization"] = quantization
        self.nodes.append({"name": name, "op": "Const"})
        self.weights.append(entry)
        self.packed += array.tobytes()
        return name

    def whole(self, name: str, *values: int) -> str:
        """Add a constant list of whole numbers."""
        return self.constant(name, np.array(values, "<i4"))

    def node(self, op: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        """Add an operation and return its name."""
        chosen = name or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append({"name": chosen, "op": op, "input": list(inputs), "attr": attributes})
        return chosen

    def write(self, folder: Path) -> Path:
        """Write model.json and its weights; return the path of model.json."""
        (folder / "weights.bin").write_bytes(self.packed)
        manifest = [{"paths": ["weights.bin"], "weights": self.weights}]
        model = {"modelTopology": {"node": self.nodes}, "weightsManifest": manifest}
        path = folder / "model.json"
        path.write_text(json.dumps(model), encoding="utf-8")
        return path
