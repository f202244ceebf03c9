"""The same entries as CSV, one kind a file: nested names with a dot (`rise.cm`), lists with spaces (`120 170 220`)."""

import csv
import io
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from hub.fleet.city_file import BindingEntry, CityFile, RecipientEntry, StationEntry, ThresholdsEntry
from hub.fleet.errors import CityFileError

KINDS: dict[str, type[Struct]] = {
    "stations": StationEntry,
    "thresholds": ThresholdsEntry,
    "bindings": BindingEntry,
    "recipients": RecipientEntry,
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
    problems: list[str] = []
    for number, line in lines:
        try:
            entries.append(msgspec.convert(_nested(line, KINDS[kind]), KINDS[kind], strict=False))
        except msgspec.ValidationError as problem:
            problems.append(f"{path}: line {number}: {problem}")
    if problems:
        raise CityFileError(problems)
    return msgspec.convert({kind: tuple(entries)}, CityFile, from_attributes=True)


def write_city_csv(city: CityFile, kind: str) -> str:
    """Return the entries of one kind as CSV."""
    form = KINDS[kind]
    lines = [_flat(msgspec.to_builtins(entry)) for entry in getattr(city, kind)]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=_columns(form), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _kind_of(path: Path, names: list[str]) -> str:
    """Return the kind whose required columns are all there and that knows all the columns."""
    fits = [
        kind
        for kind, form in KINDS.items()
        if set(names) <= set(_columns(form))
        and all(field.encode_name in names for field in msgspec.structs.fields(form) if field.required)
    ]
    if len(fits) == 1:
        return fits[0]
    known = "; ".join(f"{kind}: {', '.join(_columns(form))}" for kind, form in KINDS.items())
    raise CityFileError([f"{path}: columns {', '.join(names) or '(none)'} are of no known kind. Known: {known}"])


def _columns(form: type[Struct], prefix: str = "") -> list[str]:
    columns: list[str] = []
    for name, hint in get_type_hints(form).items():
        if isinstance(hint, type) and issubclass(hint, Struct):
            columns += _columns(hint, f"{prefix}{name}.")
        else:
            columns.append(prefix + name)
    return columns


def _nested(line: dict[str, Any], form: type[Struct]) -> dict[str, Any]:
    """Return a line as nested values; an empty cell leaves the default."""
    values: dict[str, Any] = {}
    for name, hint in get_type_hints(form).items():
        if isinstance(hint, type) and issubclass(hint, Struct):
            prefix = f"{name}."
            inner = {key[len(prefix) :]: cell for key, cell in line.items() if key and key.startswith(prefix)}
            nested = _nested(inner, hint)
            if nested:
                values[name] = nested
        elif (cell := (line.get(name) or "").strip()) != "":
            is_list = any(get_origin(one) is tuple for one in (hint, *get_args(hint)))
            values[name] = cell.split() if is_list else cell
    return values


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            flat[prefix + name] = " ".join(str(one) for one in value)
        elif isinstance(value, bool):
            flat[prefix + name] = str(value).lower()
        elif value is not None:
            flat[prefix + name] = value
    return flat
