"""Folders of the street model in which manifest and file do not fit each other, each in one way."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from models.manifest import FILE_NAME
from tests.house.source_tree import ROOT

STREET = ROOT / "models/street"


def copy_of_street(folder: Path) -> Path:
    """Copy the street model into a folder that is not there yet, and return it."""
    shutil.copytree(STREET, folder)
    return folder


def change_manifest(folder: Path, **values: Any) -> None:
    """Set keys of the manifest; `decode__bins` is `bins` in `decode`."""
    manifest = json.loads((folder / FILE_NAME).read_bytes())
    for key, value in values.items():
        part, _, inner = key.partition("__")
        if inner:
            manifest[part][inner] = value
        else:
            manifest[part] = value
    (folder / FILE_NAME).write_text(json.dumps(manifest), encoding="utf-8")


def put_file(folder: Path, content: bytes) -> None:
    """Put another model file in place, with its own digest in the manifest."""
    (folder / "street.onnx").write_bytes(content)
    change_manifest(folder, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))


def change_graph(folder: Path, change: Callable[[onnx.ModelProto], None]) -> None:
    """Change the model's graph, with its own digest in the manifest."""
    model = onnx.load(folder / "street.onnx")
    change(model)
    put_file(folder, model.SerializeToString())


def drop_last_output(model: onnx.ModelProto) -> None:
    """Take the last output out of a graph."""
    del model.graph.output[-1]


def make_nan(output: str) -> Callable[[onnx.ModelProto], None]:
    """Return what makes an output of a graph NaN everywhere."""

    def change(model: onnx.ModelProto) -> None:
        for node in model.graph.node:
            for names in (node.input, node.output):
                names[:] = [f"{name}_before" if name == output else name for name in names]
        model.graph.initializer.append(numpy_helper.from_array(np.array(np.nan, np.float32), "no_number"))
        model.graph.node.append(helper.make_node("Mul", [f"{output}_before", "no_number"], [output]))

    return change


_CLASSES = json.loads((STREET / FILE_NAME).read_bytes())["classes"]
UNFIT: dict[str, tuple[Callable[[Path], None], str]] = {
    "classes": (lambda f: change_manifest(f, classes=_CLASSES[:10]), r"scores_8 must be \[N, 2704, 10\]"),
    "bins": (lambda f: change_manifest(f, decode__bins=8), r"boxes_8 must be \[N, 2704, 32\]"),
    "strides": (lambda f: change_manifest(f, decode__strides=[8, 16, 64]), "scores_32"),
    "output-name": (
        lambda f: change_manifest(f, decode__scores=["scores_8", "scores_16", "scores_64"]),
        "scores_64 must be there",
    ),
    "input-name": (lambda f: change_manifest(f, input__name="picture"), "picture must be there, got image"),
    "fewer-outputs": (lambda f: change_graph(f, drop_last_output), "boxes_32 must be there"),
    "nan-scores": (lambda f: change_graph(f, make_nan("scores_8")), "scores must be 0 to 1, got NaN"),
    "nan-boxes": (lambda f: change_graph(f, make_nan("boxes_8")), "boxes must be finite, got NaN"),
    "no-onnx": (lambda f: put_file(f, b"no model at all"), "the model cannot be opened"),
}
"""By what is wrong: how to make it of a copy, and what must be told (a pattern)."""
