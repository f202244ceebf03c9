"""How a model is rebuilt: `recipe.toml` beside its manifest. What goes in and comes out stands in the manifest."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from models.errors import RecipeError
from models.sources.package import Package

FILE_NAME = "recipe.toml"

Distance = Annotated[float, Meta(gt=0)]


class GraphPart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the TensorFlow.js graph is taken."""

    model: str
    """The graph's JSON file inside the package."""
    entry: str
    """The node that the normalised picture takes the place of."""
    is_channels_last: bool
    """How that node is laid out."""
    outputs: dict[str, str]
    """By the names that the manifest's `decode` uses: references into the graph."""


class Int8(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How float32 becomes int8."""

    operations: tuple[str, ...]
    """ONNX operations that are quantised; all others stay float32."""
    is_per_channel: bool
    first_in_float: Annotated[int, Meta(ge=0)] = 0
    """So many convolutions, from the picture on, stay float32: of three colours the int8 one is the slower."""


class Agreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the outputs may be from the reference; a build that is further off fails."""

    float32_most: Distance
    """Largest difference of any number of float32 ONNX from the original runtime."""
    int8_score_mean: Distance
    """Mean difference of int8 scores from float32, over the places of the golden file."""


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a rebuild needs beside the manifest."""

    package: Package
    graph: GraphPart
    int8: Int8
    agreement: Agreement


def read_recipe(folder: Path) -> Recipe:
    """Return what `recipe.toml` in `folder` says.

    Raises:
        RecipeError: it is missing, unreadable or wrong; the text says which key and what it must be.
    """
    path = folder / FILE_NAME
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Recipe)
    except OSError as exc:
        text = f"{path}: resep tidak dapat dibaca / the recipe cannot be read: {exc.strerror}. "
        raise RecipeError(text + "Periksa nama model / Check the model's name.") from exc
    except msgspec.DecodeError as exc:
        raise RecipeError(f"{path}: resep salah / the recipe is wrong: {exc}. Perbaiki / Correct that key.") from exc
