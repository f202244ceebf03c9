"""A stage series as CSV: `time` (ISO 8601 with zone), `stage_cm`, optional `flag`; other columns are left alone.

An empty `stage_cm` is a missing reading. Without a `flag` a reading counts as not evaluated, which the rule may use.
A line with more values than columns is refused: a decimal comma would else be cut off without a word.
"""

import csv
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contract.quality import Flag
from hub.rivers.errors import SeriesFileError, SeriesFormError

TIME, STAGE, FLAG = "time", "stage_cm", "flag"
SURPLUS = "\0"
"""Where the CSV reader puts values that have no column; no column can be called so."""

DEFAULT_INTERVAL_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """One line of the file; `at` is the time as it stands there."""

    at: str
    at_ms: int
    stage_cm: float | None
    flag: int


def read_series(path: Path) -> list[SeriesRow]:
    """Return the lines of a series, oldest first as they must stand.

    Raises:
        SeriesFormError: there is no such file, or it has not the columns.
        SeriesFileError: a line cannot be read, times do not rise, or there is no line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey=SURPLUS)
            _verify_columns(path, reader.fieldnames or [])
            rows = list(_rows(path, reader))
    except OSError as problem:
        raise SeriesFormError(
            f"{path}: tidak dapat dibaca: {problem.strerror}. Periksa nama berkas.\n"
            f"{path}: cannot be read: {problem.strerror}. Check the name of the file."
        ) from problem
    except (UnicodeDecodeError, csv.Error) as problem:
        raise SeriesFormError(
            f"{path}: bukan CSV UTF-8: {problem}. Simpan sebagai CSV UTF-8.\n"
            f"{path}: not CSV in UTF-8: {problem}. Save it as CSV UTF-8."
        ) from problem
    if not rows:
        raise SeriesFileError(
            f"{path}: tidak ada bacaan, hanya baris judul. Isi dengan bacaan.\n"
            f"{path}: holds no reading, only the header. Fill it with readings."
        )
    return rows


def intervals_of(rows: list[SeriesRow]) -> list[float]:
    """Return the seconds between readings at each line: the smaller of the steps before and behind it.

    A box reads each minute in peace and each 5 s in flood, so no single interval is right for its series. Beside a
    hole the other step counts; the first and the last line have their second nearest step for it.
    """
    steps_s = [(later.at_ms - earlier.at_ms) / 1000 for earlier, later in itertools.pairwise(rows)]
    if not steps_s:
        return [DEFAULT_INTERVAL_S] * len(rows)
    around_s = [steps_s[:2][-1], *steps_s, steps_s[-2:][0]]
    return [min(before, behind) for before, behind in itertools.pairwise(around_s)]


def _verify_columns(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in (TIME, STAGE) if name not in names]
    if missing:
        raise SeriesFormError(
            f"{path}: kolom {', '.join(missing)} tidak ada; yang ada: {', '.join(names) or '-'}. "
            f"Baris pertama harus memuat {TIME},{STAGE}.\n"
            f"{path}: no column {', '.join(missing)}; found: {', '.join(names) or '-'}. "
            f"The first line must name {TIME},{STAGE}."
        )
    doubled = [name for name in (TIME, STAGE, FLAG) if names.count(name) > 1]
    if doubled:
        raise SeriesFormError(
            f"{path}: kolom {', '.join(doubled)} lebih dari satu. Hapus yang bukan bacaan.\n"
            f"{path}: more than one column {', '.join(doubled)}. Remove what is no reading."
        )


def _rows(path: Path, reader: "csv.DictReader[str]") -> Iterator[SeriesRow]:
    before_ms: int | None = None
    for line in reader:
        if any(line.get(SURPLUS) or ()):
            raise _surplus(path, reader.line_num)
        row = _row(path, reader.line_num, line)
        if before_ms is not None and row.at_ms <= before_ms:
            expected = ("lebih baru dari baris di atasnya", "a time after the line above")
            raise _bad(path, reader.line_num, TIME, row.at, expected)
        before_ms = row.at_ms
        yield row


def _row(path: Path, number: int, line: Mapping[str, str | None]) -> SeriesRow:
    at = (line.get(TIME) or "").strip()
    stage_cm = _stage(path, number, (line.get(STAGE) or "").strip())
    given = (line.get(FLAG) or "").strip()
    flag = int(Flag.NOT_EVALUATED)
    if given:
        if given not in {str(int(known)) for known in Flag}:
            raise _bad(path, number, FLAG, given, ("1, 2, 3, 4 atau 9", "1, 2, 3, 4 or 9"))
        flag = int(given)
    if stage_cm is None:
        flag = int(Flag.MISSING)
    return SeriesRow(at=at, at_ms=_time(path, number, at), stage_cm=stage_cm, flag=flag)


def _stage(path: Path, number: int, text: str) -> float | None:
    if not text:
        return None
    try:
        stage_cm = float(text)
    except ValueError:
        stage_cm = math.nan
    if math.isfinite(stage_cm):
        return stage_cm
    raise _bad(path, number, STAGE, text, ("angka dalam cm, misalnya 134.6", "a number in cm, for example 134.6"))


def _time(path: Path, number: int, text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        return round(at.timestamp() * 1000)
    example = "2025-11-21T17:00:00+09:00"
    expected = (f"waktu ISO 8601 dengan zona, misalnya {example}", f"ISO 8601 with zone, for example {example}")
    raise _bad(path, number, TIME, text, expected)


def _surplus(path: Path, number: int) -> SeriesFileError:
    return SeriesFileError(
        f"{path}: baris {number}: lebih banyak nilai daripada kolom; tulis desimal dengan titik, misalnya 134.6.\n"
        f"{path}: line {number}: more values than columns; write decimals with a point, for example 134.6."
    )


def _bad(path: Path, number: int, column: str, got: str, expected: tuple[str, str]) -> SeriesFileError:
    """Return the error; `expected` in Indonesian and in English."""
    return SeriesFileError(
        f"{path}: baris {number}, {column}: diharapkan {expected[0]}, terbaca {got!r}.\n"
        f"{path}: line {number}, {column}: expected {expected[1]}, got {got!r}."
    )
