"""Golden pictures and outputs: whether a model's file still says what it said, and how far that is from the original.

Of each output only some places are kept: the best scored ones and an even selection of the others. `reference` and
`outputs` are NPZ files; for each output name they hold `values/NAME`, float32 [pictures, places, numbers], and the
reference also `places/NAME`, int64 [places], into the output's second axis.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import GoldenError
from models.manifest import Gfl, Manifest, Ssd
from models.writing import make_folder, told

ADVICE = "Bangun atau pasang ulang model ini / Build or install this model again."
PLACES_BEST = 24
PLACES_EVEN = 24

Floats: TypeAlias = NDArray[np.float32]
Outputs: TypeAlias = Mapping[str, Floats]
Places: TypeAlias = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far one output is from another of the same name."""

    output: str
    is_score: bool
    most: float
    mean: float

    def line(self) -> str:
        """Return it as a line of a table."""
        return f"  {self.output:<12} max {self.most:.2e}  mean {self.mean:.2e}"


def read_pictures(folder: Path, manifest: Manifest) -> NDArray[np.uint8]:
    """Return the golden pictures, [pictures, height_px, width_px, 3], RGB.

    Raises:
        GoldenError: one is missing or has another size.
    """
    wanted = (manifest.input.height_px, manifest.input.width_px, 3)
    pictures = []
    for name in manifest.golden.pictures:
        try:
            with Image.open(folder / name) as image:
                pictures.append(np.asarray(image.convert("RGB")))
        except OSError as exc:
            raise GoldenError(f"{folder / name}: tidak dapat dibaca / cannot be read: {exc}. {ADVICE}") from exc
        if pictures[-1].shape != wanted:
            text = f"{folder / name}: ukuran / size must be {wanted}, got {pictures[-1].shape}. {ADVICE}"
            raise GoldenError(text)
    return np.stack(pictures)


def choose_places(outputs: Outputs, decode: Gfl | Ssd) -> dict[str, NDArray[np.int64]]:
    """Return which places of each output to keep; scores and boxes of one pair keep the same."""
    places: dict[str, NDArray[np.int64]] = {}
    for scores, boxes in decode.pairs:
        best = outputs[scores].max(axis=(0, 2)).argsort(kind="stable")[::-1][:PLACES_BEST]
        even = np.linspace(0, outputs[scores].shape[1] - 1, PLACES_EVEN).astype(np.int64)
        places[scores] = places[boxes] = np.unique(np.concatenate([best, even]))
    return places


def kept(outputs: Outputs, places: Places) -> dict[str, Floats]:
    """Return the numbers at these places, [pictures, places, numbers].

    Raises:
        GoldenError: there is no such output, or no such place in it.
    """
    for name, chosen in places.items():
        if name not in outputs or chosen.max(initial=0) >= outputs[name].shape[1]:
            text = f"{name}: tempat emas tidak ada di keluaran / golden places that the output does not have: "
            raise GoldenError(text + f"got {_shape(outputs, name)}. {ADVICE}")
    return {name: np.asarray(outputs[name][:, chosen], np.float32) for name, chosen in places.items()}


def write_values(path: Path, values: Outputs, places: Places | None = None) -> None:
    """Write an NPZ of values, and of their places if these are given.

    Raises:
        PlaceError: it cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {f"values/{name}": array for name, array in values.items()}
    arrays |= {f"places/{name}": array for name, array in (places or {}).items()}
    make_folder(path.parent)
    with told(path):
        np.savez_compressed(path, allow_pickle=False, **arrays)


def read_values(path: Path) -> dict[str, Floats]:
    """Return the numbers of each output.

    Raises:
        GoldenError: the file is missing, damaged, or holds none.
    """
    return {name: array.astype(np.float32) for name, array in _read(path, "values").items()}


def _read(path: Path, kind: str) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {key.removeprefix(f"{kind}/"): file[key] for key in file.files if key.startswith(f"{kind}/")}
    except (OSError, ValueError, EOFError) as exc:
        text = f"{path}: berkas emas tidak dapat dibaca / the golden file cannot be read: {exc}. {ADVICE}"
        raise GoldenError(text) from exc
    if not found:
        raise GoldenError(f"{path}: tidak memuat / holds no {kind}. {ADVICE}")
    return found


def read_places(path: Path) -> dict[str, NDArray[np.int64]]:
    """Return which places of each output a reference keeps.

    Raises:
        GoldenError: the file is missing, damaged, or holds none.
    """
    return {name: array.astype(np.int64) for name, array in _read(path, "places").items()}


def differences(found: Outputs, wanted: Outputs, decode: Gfl | Ssd) -> list[Difference]:
    """Return how far each output of `found` is from `wanted`.

    Raises:
        GoldenError: an output is missing on one side, has another shape, or is no number.
    """
    scores = {name for name, _ in decode.pairs}
    listed = []
    for name in [name for pair in decode.pairs for name in pair]:
        if name not in found or name not in wanted or found[name].shape != wanted[name].shape:
            shapes = f"expected {_shape(wanted, name)}, got {_shape(found, name)}"
            raise GoldenError(f"{name}: keluaran tidak cocok / the outputs do not fit each other: {shapes}. {ADVICE}")
        apart = np.abs(found[name] - wanted[name])
        if not np.isfinite(apart).all():
            places = int((~np.isfinite(apart)).sum())
            raise GoldenError(f"{name}: bukan bilangan / not a number at {places} places. {ADVICE}")
        difference = Difference(output=name, is_score=name in scores, most=float(apart.max()), mean=float(apart.mean()))
        listed.append(difference)
    return listed


def _shape(outputs: Outputs, name: str) -> str:
    return str(list(outputs[name].shape)) if name in outputs else "none"
