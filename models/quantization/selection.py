"""Which footage of which package: values only, read from `footage.toml`."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from models.errors import RecipeError
from models.sources.package import Package

FOOTAGE = Path(__file__).with_name("footage.toml")


class Frames(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which frames of a clip: `first`, and every `step`-th after it, `count` in all."""

    first: Annotated[int, Meta(ge=0)]
    step: Annotated[int, Meta(ge=1)]
    count: Annotated[int, Meta(ge=1)]


class Footage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One picture or clip of a package."""

    file: str
    package: Package
    frames: Frames | None = None
    tiles: Annotated[int, Meta(ge=1)] = 1
    """Beside the whole picture, its tiles: this many by this many."""


class FootageList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it."""

    calibration: tuple[Footage, ...]
    held_out: tuple[Footage, ...]


def read_footage(path: Path = FOOTAGE) -> FootageList:
    """Return the list of footage.

    Raises:
        RecipeError: the file is not what it should be.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=FootageList)
    except (OSError, msgspec.DecodeError) as exc:
        raise RecipeError(f"{path}: {exc}") from exc
