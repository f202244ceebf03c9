"""Folders of labelled pictures and counted clips, made for a test."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CATEGORIES = ("person", "bicycle", "motorcycle", "car", "bus", "truck", "boat")

Box = tuple[float, float, float, float]
"""x, y, width, height, pixels."""


def write_pictures(
    folder: Path,
    pictures: Mapping[str, Sequence[tuple[str, Box]]],
    *,
    size: tuple[int, int] = (64, 48),
    categories: Sequence[str] = CATEGORIES,
    images: Mapping[str, NDArray[np.uint8]] | None = None,
) -> Path:
    """Write grey pictures (or `images`) with their boxes as a set of the form; return its label file."""
    numbers = {name: number for number, name in enumerate(categories, start=1)}
    listed: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for number, (name, labelled) in enumerate(pictures.items(), start=1):
        grey = np.full((size[1], size[0], 3), 128, np.uint8)
        image = (images or {}).get(name, grey)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / name)
        listed.append({"id": number, "file_name": name, "width": image.shape[1], "height": image.shape[0]})
        boxes += [
            {"id": len(boxes) + at, "image_id": number, "category_id": numbers[label], "bbox": list(box), "iscrowd": 0}
            for at, (label, box) in enumerate(labelled, start=1)
        ]
    named = [{"id": number, "name": name} for name, number in numbers.items()]
    label_file = folder / "annotations.json"
    label_file.write_text(json.dumps({"images": listed, "annotations": boxes, "categories": named}), encoding="utf-8")
    return label_file


def write_counts(
    folder: Path, *rows: str, header: str = "clip,first_frame,last_frame,line,direction,category,count"
) -> Path:
    """Write a counts.csv; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = folder / "counts.csv"
    counts.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return counts
