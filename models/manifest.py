"""What a model says of itself: `manifest.json` beside the ONNX file.

Whoever runs a model needs this and the file, no knowledge of the one model. Every ONNX of ours takes one input, uint8
[N, height_px, width_px, 3], RGB, N free (and the size, with `step_px`); the graph itself casts, orders channels,
normalises and transposes. `channels`, `mean` and `scale` state what it does inside.

Loads msgspec and the standard library only.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from models.errors import DigestError, ManifestError

FILE_NAME = "manifest.json"
CLASSES = ("person", "bicycle", "motorcycle", "car", "bus", "truck", "boat")
"""The only names that a street model gives; whatever else it knows has no name here."""

Part = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
PlainName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="small letters, digits and _")]
InsideFolder = Annotated[
    str, Meta(pattern=r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_./-]*$", description="a path inside the model's folder")
]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="64 hexadecimal digits")]
PerChannel: TypeAlias = tuple[float, float, float]


class Input(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model's only input, and what its graph does with it."""

    name: str
    width_px: Count
    height_px: Count
    step_px: Count | None = None
    """The graph takes any size whose sides are multiples of this; None: only width_px by height_px."""
    fit: Literal["letterbox", "stretch"]
    """How a picture of another shape comes to width_px by height_px."""
    pad: Annotated[int, Meta(ge=0, le=255)]
    """Grey value of all three channels beside a letterboxed picture."""
    channels: Literal["rgb", "bgr"]
    """Order inside the graph, of `mean` and `scale` too; the input itself is always RGB."""
    mean: PerChannel
    scale: PerChannel
    """Inside the graph: (value - mean) * scale."""

    def __post_init__(self) -> None:
        """Refuse a size that the graph does not take by its own step.

        Raises:
            ValueError: the text says which.
        """
        if self.step_px is not None and (self.width_px % self.step_px or self.height_px % self.step_px):
            message = f"width_px and height_px must be multiples of step_px {self.step_px}, got "
            raise ValueError(message + f"{self.width_px} and {self.height_px}")


class Gfl(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="gfl"):
    """Distances to the four sides as distributions: Generalized Focal Loss, Li et al. 2020, arXiv:2006.04388.

    Per stride s the outputs hold, for each cell of the grid height_px/s by width_px/s in rows: scores [N, cells,
    classes], already 0 to 1; boxes [N, cells, 4 * bins], logits for left, upper, right, lower. A distance is
    sum(softmax(logits) * (0 .. bins-1)) * s pixels of the input, from the cell's centre ((column + 0.5) * s,
    (row + 0.5) * s).
    """

    strides: tuple[Count, ...]
    bins: Count
    scores: tuple[str, ...]
    """Output names, one per stride."""
    boxes: tuple[str, ...]
    nms_iou: Part

    def __post_init__(self) -> None:
        """Refuse outputs that do not stand one to one beside the strides.

        Raises:
            ValueError: the text says which.
        """
        if not len(self.strides) == len(self.scores) == len(self.boxes) > 0:
            message = f"strides, scores and boxes must be equally long, got {len(self.strides)}, {len(self.scores)}, "
            raise ValueError(message + str(len(self.boxes)))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Outputs that speak of the same places: scores and boxes, per stride."""
        return tuple(zip(self.scores, self.boxes, strict=True))

    @property
    def box_numbers(self) -> int:
        """How many numbers of `boxes` one place has."""
        return 4 * self.bins


class Grid(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anchors of one layer: `side` by `side` cells in rows, in each cell these anchors in order."""

    side: Count
    anchors: Annotated[tuple[tuple[Positive, Positive], ...], Meta(min_length=1)]
    """Height and width of each, parts of the input; its centre is ((column + 0.5) / side, (row + 0.5) / side)."""


class Ssd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="ssd"):
    """Offsets from anchors: SSD, Liu et al. 2016, arXiv:1512.02325, in the form of TensorFlow's object detection.

    scores [N, anchors, classes], already 0 to 1; boxes [N, anchors, 4] = ty, tx, th, tw. With (vy, vx, vh, vw) the
    variances and an anchor (y, x, h, w): centre y + ty / vy * h and x + tx / vx * w, size h * exp(th / vh) and
    w * exp(tw / vw), parts of the input.
    """

    scores: str
    boxes: str
    grids: Annotated[tuple[Grid, ...], Meta(min_length=1)]
    variances: tuple[Positive, Positive, Positive, Positive]
    nms_iou: Part

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Outputs that speak of the same places: scores and boxes."""
        return ((self.scores, self.boxes),)

    @property
    def box_numbers(self) -> int:
        """How many numbers of `boxes` one place has."""
        return 4

    @property
    def anchor_count(self) -> int:
        """How many anchors there are in all: the second length of both outputs."""
        return sum(grid.side**2 * len(grid.anchors) for grid in self.grids)


class Golden(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures that fit the input, what the original runtime made of them, and what our file makes of them."""

    pictures: Annotated[tuple[InsideFolder, ...], Meta(min_length=1)]
    """PNG, width_px by height_px, RGB; together one batch."""
    reference: InsideFolder
    """NPZ, of the original runtime in float32: see models/golden.py."""
    outputs: InsideFolder
    """NPZ, of our file, at the same places."""
    score_tolerance: Positive
    """Largest difference of a score from `outputs` that rounding on another kind of processor may make."""
    box_tolerance: Positive
    """The same for the numbers of which boxes are made."""


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model."""

    name: PlainName
    task: Literal["street"]
    release: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$", description="three numbers like 1.0.0")]
    file: InsideFolder
    sha256: Digest
    size_bytes: Count
    licence: Annotated[str, Meta(min_length=1)]
    source: Annotated[str, Meta(min_length=1)]
    """Package, version and path from which the weights come."""
    input: Input
    decode: Gfl | Ssd
    classes: tuple[Literal["", "person", "bicycle", "motorcycle", "car", "bus", "truck", "boat"], ...]
    """By the model's own index; "" is what it knows and we do not name."""
    score_min: Part
    """Below this a box is noise, by the model's card."""
    golden: Golden

    def __post_init__(self) -> None:
        """Refuse a model that names nothing.

        Raises:
            ValueError: the text says what is wrong.
        """
        if not any(self.classes):
            message = f"classes must name at least one of {', '.join(CLASSES)}"
            raise ValueError(message)


def read_manifest(folder: Path) -> Manifest:
    """Return what `manifest.json` in `folder` says. Does not look at the model's file: `verify_file` does.

    Raises:
        ManifestError: it is missing, unreadable, or wrong; the text says which key and what it must be.
    """
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as exc:
        raise ManifestError(
            f"{path}: manifes model tidak dapat dibaca. Periksa nama foldernya. / the model's manifest cannot be read: "
            f"{exc.strerror}. Check the folder's name."
        ) from exc
    except msgspec.DecodeError as exc:
        raise ManifestError(
            f"{path}: manifes model salah. Pasang ulang model ini. / the model's manifest is wrong: {exc}. "
            "Install this model again."
        ) from exc


def verify_file(folder: Path, manifest: Manifest) -> Path:
    """Return the path of the model's file after its size and SHA-256 were found to be the manifest's.

    Raises:
        DigestError: it is missing, or another file.
    """
    path = folder / manifest.file
    build = f"models build {manifest.name}"
    try:
        size = path.stat().st_size
        found = _sha256(path) if size == manifest.size_bytes else f"{size} bytes"
    except OSError as exc:
        raise DigestError(
            f"{path}: berkas model tidak dapat dibaca. Pasang ulang model ini, atau bangun: {build}. / the model's "
            f"file cannot be read: {exc.strerror}. Build or install it again: {build}."
        ) from exc
    if found != manifest.sha256:
        wanted = manifest.sha256 if size == manifest.size_bytes else f"{manifest.size_bytes} bytes"
        raise DigestError(
            f"{path}: bukan berkas dari manifesnya. Pasang ulang model ini, atau bangun: {build}. / not the file of "
            f"its manifest: expected {wanted}, got {found}. Build or install it again: {build}."
        )
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
