"""The same entries as CSV, one kind a file: nested names with a dot (`rise.cm`), lists with spaces (`120 170 220`).

What a cell may hold is checked as in a TOML file, in the same words. Nothing is guessed: a line with more or fewer
cells than there are columns is refused, because a decimal comma makes two cells of one number. Text that a spreadsheet
would take for a formula is written, and read, with an apostrophe in front: see `hub.spreadsheet`.
"""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from contract.config_file import read_tables
from hub import spreadsheet
from hub.fleet.city_file import (
    BindingEntry,
    CityFile,
    NodeEntry,
    RecipientEntry,
    SiteEntry,
    StationEntry,
    ThresholdsEntry,
    ViewEntry,
    doubles,
)
from hub.fleet.errors import CityFileError

KINDS: dict[str, type[Struct]] = {
    "stations": StationEntry,
    "sites": SiteEntry,
    "thresholds": ThresholdsEntry,
    "bindings": BindingEntry,
    "views": ViewEntry,
    "nodes": NodeEntry,
    "recipients": RecipientEntry,
}
DRAWN = frozenset({"purpose", "zones", "lines"})
"""What is drawn fits no cell: it stands in TOML alone, and a view from a CSV keeps what is drawn on it."""
COMMA_HINT = "Commas part cells: write numbers with a decimal point, and text with a comma in quotes."
_BOOLS = {"true": True, "false": False, "1": True, "0": False}
_READERS: dict[type, Callable[[str], Any]] = {
    bool: lambda cell: _BOOLS.get(cell.lower(), cell),
    int: int,
    float: float,
    datetime: datetime.fromisoformat,
}


def read_city_csv(path: Path) -> CityFile:
    """Return the entries in a CSV file; their kind shows in the columns.

    Raises:
        CityFileError: it cannot be used; names every line that cannot.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            kind = _kind_of(path, list(reader.fieldnames or []))
            lines = [(reader.line_num, line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CityFileError([f"{path}: cannot be read as CSV in UTF-8: {problem}"]) from problem
    entries: list[Struct] = []
    places: list[str] = []
    problems: list[str] = []
    for number, line in lines:
        entry, wrong = _entry(line, KINDS[kind])
        problems += [f"line {number}: {problem}" for problem in wrong]
        if entry is not None:
            entries.append(entry)
            places.append(f"line {number}")
    problems += doubles(kind, entries, places=places)
    if problems:
        raise CityFileError([f"{path}: {problem}" for problem in problems])
    return msgspec.convert({kind: tuple(entries)}, CityFile, from_attributes=True)


def _entry(line: dict[str | None, Any], form: type[Struct]) -> tuple[Struct | None, list[str]]:
    """Return what a line stands for and no problems, or None and every problem."""
    if None in line:
        return None, [f"has {len(line[None])} more cells than there are columns. {COMMA_HINT}"]
    missing = [name for name, cell in line.items() if cell is None]
    if missing:
        return None, [
            f"ends before {', '.join(str(name) for name in missing)}. Leave a cell empty, but keep its comma."
        ]
    entry, problems = read_tables(form, _nested(line, form), folder=Path())
    return entry, [problem.removeprefix("the file: ") for problem in problems]


def write_city_csv(city: CityFile, kind: str) -> str:
    """Return the entries of one kind as CSV."""
    form = KINDS[kind]
    lines = [_flat(_without_drawing(msgspec.to_builtins(entry))) for entry in getattr(city, kind)]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=_columns(form), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _without_drawing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in DRAWN}


def _kind_of(path: Path, names: list[str]) -> str:
    """Return the kind whose required columns are all there and that knows all the columns."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CityFileError([f"{path}: line 1: column {', '.join(twice)} stands there twice. Keep one."])
    fits = [
        kind
        for kind, form in KINDS.items()
        if set(names) <= set(_columns(form))
        and all(field.encode_name in names for field in msgspec.structs.fields(form) if field.required)
    ]
    if len(fits) == 1:
        return fits[0]
    known = "; ".join(f"{kind}: {', '.join(_columns(form))}" for kind, form in KINDS.items())
    hint = f" Cells are parted by commas, not by semicolons. {COMMA_HINT}" if any(";" in name for name in names) else ""
    raise CityFileError([f"{path}: columns {', '.join(names) or '(none)'} are of no known kind.{hint} Known: {known}"])


def _columns(form: type[Struct], prefix: str = "") -> list[str]:
    columns: list[str] = []
    for name, hint in get_type_hints(form).items():
        if name in DRAWN:
            continue
        if isinstance(hint, type) and issubclass(hint, Struct):
            columns += _columns(hint, f"{prefix}{name}.")
        else:
            columns.append(prefix + name)
    return columns


def _nested(line: dict[Any, Any], form: type[Struct]) -> dict[str, Any]:
    """Return a line as nested values, as TOML would give them; an empty cell leaves the default."""
    values: dict[str, Any] = {}
    for name, hint in get_type_hints(form).items():
        if isinstance(hint, type) and issubclass(hint, Struct):
            prefix = f"{name}."
            inner = {key[len(prefix) :]: cell for key, cell in line.items() if key.startswith(prefix)}
            nested = _nested(inner, hint)
            if nested:
                values[name] = nested
        elif (cell := (line.get(name) or "").strip()) != "":
            values[name] = _value(cell, hint)
    return values


def _value(cell: str, hint: Any) -> Any:
    """Return what a cell stands for where it holds a `hint`; one that cannot be read as that stays text."""
    if get_origin(hint) is tuple:
        return [_value(one, get_args(hint)[0]) for one in cell.split()]
    for kind in (hint, *get_args(hint)):
        if kind in _READERS:
            try:
                return _READERS[kind](cell)
            except ValueError:
                return cell
    return spreadsheet.as_meant(cell)


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            flat[prefix + name] = " ".join(str(_cell(one)) for one in value)
        elif value is not None:
            flat[prefix + name] = _cell(value)
    return flat


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return spreadsheet.as_cell(value) if isinstance(value, str) else value
