"""A folder of truth: one set, or a parent of several.

A set is a folder with an `annotations.json`; a `counts.csv` anywhere below belongs to the nearest set above it, and is
a set of its own where there is none. Links to other folders are not followed.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from models.evaluation import annotations, counts
from models.evaluation.errors import LabelFileError, NothingToEvaluateError, NotOursError
from models.evaluation.remarks import Remark, Remarks
from models.evaluation.truth import CLASSES, CountedClip, EvaluationSet, LabelledPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything that a folder holds."""

    sets: tuple[EvaluationSet, ...]
    remarks: dict[str, tuple[Remark, ...]]
    """By the set's name: what was left out."""
    passed_over: tuple[str, ...]
    """Label files of another task, in words."""

    @property
    def has_answers(self) -> bool:
        """Answer whether anything can be found, missed or counted: a box or a counted clip."""
        return any(one.clips or any(picture.labels for picture in one.pictures) for one in self.sets)

    def verify_answerable(self, folder: Path) -> None:
        """Refuse a truth of pictures alone.

        Raises:
            NothingToEvaluateError: it has no answers.
        """
        if not self.has_answers:
            remarks = [one for some in self.remarks.values() for one in some]
            raise NothingToEvaluateError(_nothing(folder, list(self.passed_over), remarks))

    def every_second(self, first: int) -> "Truth":
        """Return the truth with every second picture of each set, from number 0 or 1 on; clips are whole."""
        return replace(self, sets=tuple(replace(one, pictures=one.pictures[first::2]) for one in self.sets))


def read_folder(folder: Path) -> Truth:
    """Return all sets of a folder.

    Raises:
        NothingToEvaluateError: no form was found.
        LabelFileError: files cannot be understood; names every problem of every file.
    """
    sets: list[EvaluationSet] = []
    remarks: dict[str, tuple[Remark, ...]] = {}
    problems: list[str] = []
    passed_over: list[str] = []
    for place, files in _sets(folder).items():
        found = Remarks()
        name = _name(folder, place)
        pictures, clips = _read_set(files, found, passed_over, problems)
        sets.append(EvaluationSet(name=name, folder=place, pictures=pictures, clips=clips))
        remarks[name] = found.all()
    if problems:
        raise LabelFileError(problems)
    usable = tuple(one for one in sets if one.pictures or one.clips)
    if not usable:
        raise NothingToEvaluateError(_nothing(folder, passed_over, [one for some in remarks.values() for one in some]))
    return Truth(sets=usable, remarks=remarks, passed_over=tuple(passed_over))


def _sets(folder: Path) -> dict[Path, list[Path]]:
    """Return the label files by the folder of their set."""
    if not folder.is_dir():
        raise NothingToEvaluateError(
            f"{folder}: bukan folder / is no folder. Berikan folder dengan / give a folder with "
            f"{annotations.FILE_NAME} atau / or {counts.FILE_NAME}."
        )
    files = sorted(_label_files(folder))
    with_boxes = {file.parent for file in files if file.name == annotations.FILE_NAME}
    found: dict[Path, list[Path]] = {}
    for file in files:
        above = [place for place in (file.parent, *file.parent.parents) if place in with_boxes]
        found.setdefault(above[0] if above else file.parent, []).append(file)
    return dict(sorted(found.items()))


def _label_files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names if name in {annotations.FILE_NAME, counts.FILE_NAME})


def _read_set(
    files: list[Path], remarks: Remarks, passed_over: list[str], problems: list[str]
) -> tuple[tuple[LabelledPicture, ...], tuple[CountedClip, ...]]:
    """Return the pictures and clips of one set; what cannot be read of it goes to `passed_over` and `problems`."""
    pictures: list[LabelledPicture] = []
    clips: list[CountedClip] = []
    for file in files:
        try:
            if file.name == annotations.FILE_NAME:
                pictures += annotations.read_annotations(file, remarks)
            else:
                clips += counts.read_counts(file, remarks)
        except LabelFileError as exc:
            problems += exc.problems
        except NotOursError as exc:
            passed_over.append(str(exc))
    return tuple(pictures), tuple(clips)


def _name(folder: Path, place: Path) -> str:
    return place.resolve().name if place == folder else place.relative_to(folder).as_posix()


def _nothing(folder: Path, passed_over: list[str], remarks: list[Remark]) -> str:
    needed = (
        f"Perlu / needed: {annotations.FILE_NAME} (COCO: {', '.join(CLASSES)}) dengan gambar / with pictures, "
        f"atau / or {counts.FILE_NAME} ({', '.join(counts.COLUMNS)}) dengan klip / with clips. "
        "Lihat / see docs/models.md."
    )
    return "\n".join(
        [
            f"{folder}: tidak ada yang dapat dinilai untuk traffic / nothing to evaluate for traffic.",
            *passed_over,
            *(remark.sentence() for remark in remarks),
            needed,
        ]
    )
