"""Boxes of pictures, read from a COCO `annotations.json`.

Fields that are not named here are ignored. The class is taken by the category's name, so category numbers may be any.
"""

import codecs
import math
from collections import Counter
from pathlib import Path, PurePosixPath

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.evaluation.errors import LabelFileError, NotOursError
from models.evaluation.pictures import size_problem
from models.evaluation.remarks import Remarks
from models.evaluation.truth import CLASSES, LabelledPicture

FILE_NAME = "annotations.json"
ROUNDING_PX = 1.0
"""By which a box may reach over the picture's edge without being told: label tools round."""


class _Image(Struct):
    id: int | str
    file_name: str
    width: int
    height: int


class _Category(Struct):
    id: int | str
    name: str


class _Annotation(Struct):
    image_id: int | str
    category_id: int | str
    bbox: tuple[float, float, float, float]
    iscrowd: int | bool = 0


class _Coco(Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


def read_annotations(path: Path, remarks: Remarks) -> tuple[LabelledPicture, ...]:
    """Return the labelled pictures beside a label file.

    Args:
        path: of the label file; the pictures' names begin at its folder.
        remarks: gets what is left out.

    Raises:
        LabelFileError: the file cannot be understood.
        NotOursError: it holds no class of traffic.
    """
    coco = _decode(path)
    _verify_ids(path, coco)
    names = {category.id: category.name.strip().lower() for category in coco.categories}
    if not set(names.values()) & set(CLASSES):
        raise NotOursError(
            f"{path}: tidak ada kelas lalu lintas / no class of traffic: {_listed(names.values())}. "
            f"Dipakai / used: {_listed(CLASSES)}."
        )
    by_image: dict[int | str, list[_Annotation]] = {image.id: [] for image in coco.images}
    for annotation in coco.annotations:
        if annotation.image_id in by_image:
            by_image[annotation.image_id].append(annotation)
        else:
            remarks.add(
                "kotak dari gambar yang tidak tercantum / box of a picture not listed", str(annotation.image_id)
            )
    usable = [image for image in coco.images if _is_usable(path.parent, image, remarks)]
    found = tuple(_picture(path.parent, image, by_image[image.id], names, remarks) for image in usable)
    if found and not any(picture.labels for picture in found):
        remarks.add(
            f"{FILE_NAME} tanpa satu kotak pun, hanya waktunya diukur / without any box, only its time is measured",
            f"{len(found)} gambar / pictures",
        )
    return found


def _decode(path: Path) -> _Coco:
    try:
        return msgspec.json.decode(path.read_bytes().removeprefix(codecs.BOM_UTF8), type=_Coco, strict=False)
    except OSError as exc:
        raise LabelFileError(
            [f"{path}: tidak dapat dibaca / cannot be read: {exc.strerror}. Periksa / check."]
        ) from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        problem = (
            f"{path}: berkas label tidak dapat dipahami / the label file cannot be understood: {exc}. Bawa lagi berkas "
            "yang utuh / bring the whole file again (COCO: images, annotations, categories)."
        )
        raise LabelFileError([problem]) from exc


def _verify_ids(path: Path, coco: _Coco) -> None:
    """Refuse a file in which a number stands for two things.

    Raises:
        LabelFileError: names every such number.
    """
    problems = [
        f"{path}: {kind} {number!r} tercantum dua kali / stands twice. Hapus satu / remove one."
        for kind, ids in (
            ("images.id", [one.id for one in coco.images]),
            ("categories.id", [c.id for c in coco.categories]),
        )
        for number, times in Counter(ids).items()
        if times > 1
    ]
    if problems:
        raise LabelFileError(problems)


def _is_usable(folder: Path, image: _Image, remarks: Remarks) -> bool:
    place = PurePosixPath(image.file_name)
    if place.is_absolute() or ".." in place.parts:
        remarks.add("gambar di luar folder / picture outside of the folder", image.file_name)
        return False
    problem = size_problem(folder / place, width_px=image.width, height_px=image.height)
    if problem is not None:
        remarks.add(problem, image.file_name)
    return problem is None


def _picture(
    folder: Path, image: _Image, annotations: list[_Annotation], names: dict[int | str, str], remarks: Remarks
) -> LabelledPicture:
    boxes, labels, crowds = [], [], []
    for annotation in annotations:
        label = names.get(annotation.category_id)
        if label not in CLASSES:
            shown = label or f"category_id {annotation.category_id}"
            remarks.add("kotak dengan kelas tak dikenal, tidak dinilai / box of an unknown class, not judged", shown)
            continue
        box = _box_within(annotation, image, remarks)
        if box is not None:
            boxes.append(box)
            labels.append(label)
            crowds.append(annotation.iscrowd != 0)
    return LabelledPicture(
        file=folder / image.file_name,
        name=image.file_name,
        width_px=image.width,
        height_px=image.height,
        box_xyxy_px=np.array(boxes, np.float64).reshape(-1, 4),
        labels=tuple(labels),
        is_crowd=np.array(crowds, np.bool_),
    )


def _box_within(annotation: _Annotation, image: _Image, remarks: Remarks) -> NDArray[np.float64] | None:
    """Return the part of a box that is in its picture, [4]; None if there is none."""
    x, y, width, height = annotation.bbox
    right, lower = x + width, y + height
    if not (math.isfinite(right) and math.isfinite(lower) and width > 0 and height > 0):
        remarks.add("kotak tanpa luas, dilewati / box without an area, left out", image.file_name)
        return None
    cut = np.array([max(x, 0), max(y, 0), min(right, image.width), min(lower, image.height)])
    if cut[2] <= cut[0] or cut[3] <= cut[1]:
        remarks.add("kotak di luar gambar, dilewati / box outside of its picture, left out", image.file_name)
        return None
    if np.abs(cut - (x, y, right, lower)).max() > ROUNDING_PX:
        remarks.add("kotak melewati tepi gambar, dipotong / box over the picture's edge, cut", image.file_name)
    return cut


def _listed(names: object) -> str:
    return ", ".join(sorted(set(names)))  # type: ignore[call-overload]
