"""What people counted at lines of clips, read from a `counts.csv`.

Columns clip, first_frame, last_frame, line, direction, category, count, and where the person could not be sure
accept (`1-2`); further columns are ignored. Rows of the same clip and frames belong together.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from models.evaluation.errors import LabelFileError
from models.evaluation.remarks import Remarks
from models.evaluation.truth import CLASSES, DIRECTIONS, Axis, CountedClip, CountedLine, Crossings, Direction

FILE_NAME = "counts.csv"
COLUMNS = ("clip", "first_frame", "last_frame", "line", "direction", "category", "count")
_LINE = re.compile(r"\s*([xy])\s*=\s*(\d+(?:\.\d+)?)\s*")
_RANGE = re.compile(r"\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?")

Stretch = tuple[str, int, int]
"""Clip, first and last frame."""


@dataclass(slots=True)
class _Row:
    """One row; what cannot be read in it goes to `problems`."""

    values: dict[str, str | None]
    place: str
    problems: list[str] = field(default_factory=list)

    def read(self, column: str, parse: Callable[[str], Any], wanted: str) -> Any:
        text = (self.values.get(column) or "").strip()
        try:
            return parse(text)
        except ValueError:
            self.problems.append(
                f"{self.place}: {column} harus / must be {wanted}, terbaca / got {text!r}. Perbaiki / correct it."
            )
            return None


def read_counts(path: Path, remarks: Remarks) -> tuple[CountedClip, ...]:
    """Return the counted clips beside a counts file.

    Args:
        path: of the file; the clips' names begin at its folder.
        remarks: gets what is left out.

    Raises:
        LabelFileError: a row cannot be understood; names every problem.
    """
    problems: list[str] = []
    stretches: dict[Stretch, list[Crossings]] = {}
    for row in _rows(path):
        stretch, crossings = _stretch_of(row), _crossings_of(row, remarks)
        problems += row.problems
        if stretch is not None and crossings is not None:
            stretches.setdefault(stretch, []).append(crossings)
    problems += _counted_twice(path, stretches)
    if problems:
        raise LabelFileError(problems)
    return tuple(_clips(path.parent, stretches, remarks))


def _rows(path: Path) -> Iterator[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                wanted = f"Perlu / needed: {', '.join(COLUMNS)}."
                raise LabelFileError([f"{path}: kolom kurang / columns missing: {', '.join(missing)}. {wanted}"])
            yield from [_Row(values, f"{path}:{reader.line_num}") for values in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise LabelFileError([f"{path}: tidak dapat dibaca / cannot be read: {exc}. Periksa / check."]) from exc


def _stretch_of(row: _Row) -> Stretch | None:
    clip = row.read("clip", _named, "nama berkas / a file name")
    first = row.read("first_frame", _whole, "bilangan dari 0 / a whole number from 0")
    last = row.read("last_frame", _whole, "bilangan dari 0 / a whole number from 0")
    if first is not None and last is not None and last < first:
        row.problems.append(
            f"{row.place}: last_frame {last} sebelum / before first_frame {first}. Perbaiki / correct it."
        )
    return None if row.problems else (clip, first, last)


def _crossings_of(row: _Row, remarks: Remarks) -> Crossings | None:
    line = row.read("line", _line, "y=216 / x=320 (px)")
    direction = row.read("direction", Direction, "up, down, left, right")
    count = row.read("count", _whole, "bilangan dari 0 / a whole number from 0")
    if line is not None and direction is not None and direction not in DIRECTIONS[line.axis]:
        fitting = ", ".join(DIRECTIONS[line.axis])
        row.problems.append(
            f"{row.place}: direction {direction} tidak cocok dengan garis / does not fit line {line}: {fitting}."
        )
    has_range = bool((row.values.get("accept") or "").strip()) and count is not None
    least, most = row.read("accept", _range, "2 / 1-2") or (0, 0) if has_range else (count, count)
    if row.problems:
        return None
    label = (row.values["category"] or "").strip().lower()
    if label not in CLASSES:
        remarks.add(
            "hitungan dengan kelas tak dikenal, dilewati / count of an unknown class, left out", label or row.place
        )
        return None
    return Crossings(line=line, direction=direction, label=label, count=count, least=least, most=most)


def _counted_twice(path: Path, stretches: dict[Stretch, list[Crossings]]) -> Iterator[str]:
    for (clip, first, last), crossings in stretches.items():
        keys = [(one.line, one.direction, one.label) for one in crossings]
        for line, direction, label in sorted({key for key in keys if keys.count(key) > 1}, key=str):
            yield (
                f"{path}: {clip} {first}-{last} {line} {direction} {label} tercantum dua kali / stands twice. "
                "Hapus satu / remove one."
            )


def _clips(folder: Path, stretches: dict[Stretch, list[Crossings]], remarks: Remarks) -> Iterator[CountedClip]:
    for (clip, first, last), crossings in stretches.items():
        place = PurePosixPath(clip)
        if place.is_absolute() or ".." in place.parts:
            remarks.add("klip di luar folder / clip outside of the folder", clip)
        elif not (folder / place).is_file() or (folder / place).stat().st_size == 0:
            remarks.add("klip tidak ada atau kosong / clip is missing or empty", clip)
        else:
            yield CountedClip(
                file=folder / place, name=clip, first_frame=first, last_frame=last, crossings=tuple(crossings)
            )


def _named(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _line(text: str) -> CountedLine:
    match = _LINE.fullmatch(text.lower())
    if match is None:
        raise ValueError(text)
    return CountedLine(axis=Axis(match[1]), at_px=float(match[2]))


def _range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    least = int(match[1]) if match else -1
    most = int(match[2]) if match and match[2] else least
    if match is None or most < least:
        raise ValueError(text)
    return least, most
