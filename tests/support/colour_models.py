"""A detector as a small ONNX graph that finds colours: what it must answer is known to the pixel.

Each cell of a stride's grid is the mean of its pixels. Red is the score of `car`, green of `person`; blue is a score
that is not ours. The boxes reach `REACH` strides from a cell's centre to all four sides. So a frame with a red cell has
one car at a known place, and all of cutting, scaling, running, reading and bringing back shows in it. A cell of full
blue makes trouble, of the kind that is asked for.
"""

import hashlib
from enum import Enum, auto
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.manifest import FILE_NAME, Gfl, Golden, Input, Manifest

STRIDES = (8, 16)
BINS = 4
REACH = 1
CLASSES: tuple[Literal["car", "person", ""], ...] = ("car", "person", "")
BLUE = 2
_CERTAIN = 60.0
"""Logit of the one bin that has all the weight."""


class Trouble(Enum):
    """What a full blue cell does."""

    NONE = auto()
    NAN = auto()
    """Its scores are no numbers."""
    NAN_BOX = auto()
    """Its edges are no numbers."""
    SHAPE = auto()
    """The outputs have one cell less."""


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, values: object, kind: type[np.generic] = np.int64) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def add(self, op: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name


def colour_model(
    folder: Path,
    *,
    size_px: tuple[int, int] = (64, 64),
    step_px: int | None = 16,
    is_graph_free: bool = True,
    trouble: Trouble = Trouble.NONE,
) -> Manifest:
    """Write the model and its manifest into a new folder; return the manifest.

    Args:
        folder: to make.
        size_px: width and height of the input that the manifest tells.
        step_px: as in the manifest.
        is_graph_free: whether the graph leaves height and width open.
        trouble: what full blue does.
    """
    folder.mkdir()
    content = _model(size_px, is_graph_free=is_graph_free, trouble=trouble).SerializeToString()
    (folder / "colour.onnx").write_bytes(content)
    manifest = Manifest(
        name="colour",
        task="street",
        release="1.0.0",
        file="colour.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        licence="Apache-2.0",
        source="tests/support/colour_models.py",
        input=Input(
            name="image",
            width_px=size_px[0],
            height_px=size_px[1],
            step_px=step_px,
            fit="letterbox",
            pad=0,
            channels="rgb",
            mean=(0.0, 0.0, 0.0),
            scale=(1 / 255, 1 / 255, 1 / 255),
        ),
        decode=Gfl(
            strides=STRIDES,
            bins=BINS,
            scores=tuple(f"scores_{stride}" for stride in STRIDES),
            boxes=tuple(f"boxes_{stride}" for stride in STRIDES),
            nms_iou=0.5,
        ),
        classes=CLASSES,
        score_min=0.5,
        golden=Golden(
            pictures=("none.png",), reference="none.npz", outputs="none.npz", score_tolerance=0.1, box_tolerance=1.0
        ),
    )
    tell(folder, manifest)
    return manifest


def tell(folder: Path, manifest: Manifest) -> None:
    """Write a manifest beside the model."""
    (folder / FILE_NAME).write_bytes(msgspec.json.encode(manifest))


def _model(size_px: tuple[int, int], *, is_graph_free: bool, trouble: Trouble) -> onnx.ModelProto:
    graph = _Graph()
    numbers = graph.add("Cast", "image", to=TensorProto.FLOAT)
    parts = graph.add("Mul", numbers, graph.constant(1 / 255, np.float32))
    picture = graph.add("Transpose", parts, perm=[0, 3, 1, 2])
    for stride in STRIDES:
        _layer(graph, picture, stride, trouble)
    sides = ["height", "width"] if is_graph_free else [size_px[1], size_px[0]]
    outputs = [
        helper.make_tensor_value_info(f"{kind}_{stride}", TensorProto.FLOAT, ["N", f"cells_{stride}", length])
        for kind, length in (("scores", len(CLASSES)), ("boxes", 4 * BINS))
        for stride in STRIDES
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *sides, 3])
    made = helper.make_graph(graph.nodes, "colours", [image], outputs, graph.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _layer(graph: _Graph, picture: str, stride: int, trouble: Trouble) -> None:
    cells = graph.add("AveragePool", picture, kernel_shape=[stride, stride], strides=[stride, stride])
    flat = graph.add("Reshape", cells, graph.constant([0, len(CLASSES), -1]))
    mean = graph.add("Transpose", flat, perm=[0, 2, 1])
    scores = graph.add("Clip", mean, graph.constant(0, np.float32), graph.constant(1, np.float32))
    blue = graph.add("Slice", scores, graph.constant([BLUE]), graph.constant([BLUE + 1]), graph.constant([2]))
    is_full = graph.add("Floor", graph.add("Add", blue, graph.constant(0.001, np.float32)))
    one = graph.constant(1, np.float32)
    of_trouble = graph.add("Div", one, graph.add("Sub", one, is_full))
    zero = graph.add("Mul", is_full, graph.constant(0, np.float32))
    if trouble is Trouble.NAN:
        scores = graph.add("Add", scores, graph.add("Mul", zero, of_trouble))
    if trouble is Trouble.NAN_BOX:
        zero = graph.add("Mul", zero, of_trouble)
    if trouble is Trouble.SHAPE:
        scores = _shortened(graph, scores, is_full)
    graph.add("Identity", scores, name=f"scores_{stride}")
    logits = np.zeros((1, 1, 4 * BINS), np.float32)
    logits[..., REACH::BINS] = _CERTAIN
    graph.add("Add", zero, graph.constant(logits, np.float32), name=f"boxes_{stride}")


def _shortened(graph: _Graph, scores: str, is_full: str) -> str:
    """Return the scores without the last cell where one is full blue."""
    most = graph.add("ReduceMax", is_full, keepdims=0)
    fewer = graph.add("Cast", most, to=TensorProto.INT64)
    count = graph.add("Gather", graph.add("Shape", scores), graph.constant(1))
    end = graph.add("Unsqueeze", graph.add("Sub", count, fewer), graph.constant([0]))
    return graph.add("Slice", scores, graph.constant([0]), end, graph.constant([1]))
