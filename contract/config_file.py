"""How a config file is read, the same for every program: every problem at once, each with its file and key.

TOML tables become frozen dataclasses and msgspec structs.

What a field may hold stands in its annotation (`Annotated[int, Meta(ge=…)]`); a `description` in the Meta says it in
words. An unknown key is a problem, with the nearest known one beside it.
"""

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import inspect

T = TypeVar("T")

LENGTH_SLIPS = (10, 100, 1000, 0.1, 0.01, 0.001)
"""Between mm, cm and m."""

TIME_SLIPS = (60, 1000, 1 / 60, 0.001)
"""Minutes for seconds, seconds for milliseconds."""

UNIT_SLIPS = {"mm": LENGTH_SLIPS, "cm": LENGTH_SLIPS, "s": TIME_SLIPS, "ms": TIME_SLIPS}
"""By the unit at the end of a key."""

_PLAIN_WORDS: dict[type, str] = {
    inspect.BoolType: "true or false",
    inspect.DateTimeType: "a time with its zone, like 2018-06-03T17:45:00Z",
    inspect.CustomType: "a path",
    inspect.StrType: "text",
}


def read_config(path: Path, kind: type[T]) -> tuple[T | None, list[str]]:
    """Return the `kind` that a TOML file holds and no problems, or None and every problem, each with the file's name.

    Args:
        path: of the file; relative paths in it begin at its folder.
        kind: as for `read_tables`.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        return None, [
            f"{path}: tidak dapat dibaca / cannot be read: {exc.strerror}. Periksa nama berkas / Check the path."
        ]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        return None, [f"{path}: bukan TOML / is no TOML: {exc}"]
    config, problems = read_tables(kind, values, folder=path.resolve().parent)
    return config, [f"{path}: {problem}" for problem in problems]


def read_tables(kind: type[T], values: Mapping[str, Any], *, folder: Path) -> tuple[T | None, list[str]]:
    """Return the `kind` that `values` stand for and no problems, or None and every problem.

    Args:
        kind: a frozen dataclass or struct of such, of dicts of such, and of plain values.
        values: tables as TOML gives them.
        folder: relative paths begin here.
    """
    problems: list[str] = []
    _check(inspect.type_info(kind), values, "", problems)
    if problems:
        return None, problems
    return msgspec.convert(values, kind, dec_hook=_paths_in(folder)), []


def _paths_in(folder: Path) -> Callable[[type, Any], Any]:
    def convert(kind: type, value: Any) -> Any:
        if kind is Path and isinstance(value, str):
            return folder / value
        raise TypeError(f"config: no reader for {kind}")

    return convert


def _check(kind: inspect.Type, value: Any, key: str, problems: list[str]) -> None:
    """Add to `problems` whatever is wrong with `value`."""
    for part in _parts(kind):
        if isinstance(part, inspect.StructType | inspect.DataclassType):
            return _check_table(part, value, key, problems)
        if isinstance(part, inspect.DictType):
            return _check_dict(part, value, key, problems)
        if isinstance(part, inspect.VarTupleType):
            return _check_list(part, value, key, problems)
    if not _fits(kind, value):
        problems.append(f"{key} must be {_wanted(kind)}, got {_shown(value)}.{_slip(kind, value, key)}")
    return None


def _parts(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return the types of a union without None, which TOML does not have, or the type itself."""
    if not isinstance(kind, inspect.UnionType):
        return (kind,)
    return tuple(part for part in kind.types if not isinstance(part, inspect.NoneType))


def _check_table(kind: inspect.StructType | inspect.DataclassType, value: Any, key: str, problems: list[str]) -> None:
    if not isinstance(value, dict):
        problems.append(f"{key} must be a table, got {_shown(value)}.")
        return
    before = len(problems)
    fields = {field.encode_name: field for field in kind.fields}
    problems += [
        f"{_join(key, name)} is not known here.{_nearest(name, list(fields))}" for name in value if name not in fields
    ]
    for name, field in fields.items():
        if name in value:
            _check(field.type, value[name], _join(key, name), problems)
        elif field.required:
            problems.append(f"{_join(key, name)} is missing; it must be {_wanted(field.type)}.")
    if len(problems) == before:
        _check_whole(kind.cls, value, key, problems)


def _check_whole(cls: type, value: Mapping[str, Any], key: str, problems: list[str]) -> None:
    """Ask the class itself, which knows what must hold between its fields."""
    try:
        msgspec.convert(value, cls, dec_hook=_paths_in(Path()))
    except msgspec.ValidationError as exc:
        problems.append(f"{key or 'the file'}: {str(exc).partition(' - at `$')[0]}.")


def _check_dict(kind: inspect.DictType, value: Any, key: str, problems: list[str]) -> None:
    if not isinstance(value, dict):
        problems.append(f"{key} must be a table of tables, got {_shown(value)}.")
        return
    for name, item in value.items():
        if not _fits(kind.key_type, name):
            problems.append(f"{_join(key, name)}: its name must be {_wanted(kind.key_type)}.")
        _check(kind.value_type, item, _join(key, name), problems)


def _check_list(kind: inspect.VarTupleType, value: Any, key: str, problems: list[str]) -> None:
    if not isinstance(value, list):
        problems.append(f"{key} must be {_wanted(kind)}, got {_shown(value)}.")
        return
    for place, item in enumerate(value, start=1):
        _check(kind.item_type, item, f"{key}[{place}]", problems)


def _fits(kind: inspect.Type, value: Any) -> bool:
    """Answer whether `value` is one of `kind`, which is no table."""
    match kind:
        case inspect.Metadata():
            does_fit = _fits(kind.type, value)
        case inspect.UnionType():
            does_fit = any(_fits(part, value) for part in _parts(kind))
        case inspect.TupleType():
            is_long = isinstance(value, list) and len(value) == len(kind.item_types)
            does_fit = is_long and all(_fits(item, part) for item, part in zip(kind.item_types, value, strict=True))
        case inspect.LiteralType():
            does_fit = value in kind.values
        case inspect.EnumType():
            does_fit = value in {member.value for member in kind.cls}
        case inspect.IntType() | inspect.FloatType():
            does_fit = _fits_number(kind, value)
        case _:
            does_fit = _fits_single(kind, value)
    return does_fit


def _fits_single(kind: inspect.Type, value: Any) -> bool:
    match kind:
        case inspect.BoolType():
            does_fit = isinstance(value, bool)
        case inspect.DateTimeType():
            does_fit = isinstance(value, datetime) and (kind.tz is None or (value.tzinfo is not None) == kind.tz)
        case inspect.CustomType():  # a path
            does_fit = isinstance(value, str) and value != ""
        case inspect.StrType():
            does_fit = _fits_text(kind, value)
        case _:
            raise TypeError(f"config: no check for {kind}")
    return does_fit


def _fits_text(kind: inspect.StrType, value: Any) -> bool:
    limits = msgspec.Meta(min_length=kind.min_length, max_length=kind.max_length, pattern=kind.pattern)
    try:
        msgspec.convert(value, Annotated[str, limits])
    except msgspec.ValidationError:
        return False
    return True


def _fits_number(kind: inspect.IntType | inspect.FloatType, value: Any) -> bool:
    allowed = (int,) if isinstance(kind, inspect.IntType) else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed) or not math.isfinite(value):
        return False
    return not (
        (kind.ge is not None and value < kind.ge)
        or (kind.gt is not None and value <= kind.gt)
        or (kind.le is not None and value > kind.le)
        or (kind.lt is not None and value >= kind.lt)
    )


def _wanted(kind: inspect.Type) -> str:
    """Say in words what fits."""
    match kind:
        case inspect.Metadata():
            described = (kind.extra_json_schema or {}).get("description")
            words = str(described) if described else _wanted(kind.type)
        case inspect.UnionType():
            words = " or ".join(_wanted(part) for part in _parts(kind))
        case inspect.TupleType():
            words = f"{len(kind.item_types)} values in [ ], each {_wanted(kind.item_types[0])}"
        case inspect.VarTupleType():
            words = f"a list, each {_wanted(kind.item_type)}"
        case inspect.LiteralType():
            words = _one_of([str(value) for value in kind.values])
        case inspect.EnumType():
            words = _one_of([str(member.value) for member in kind.cls])
        case inspect.IntType() | inspect.FloatType():
            words = _wanted_number(kind)
        case inspect.StructType() | inspect.DataclassType() | inspect.DictType():
            words = "a table"
        case _:
            words = _PLAIN_WORDS[type(kind)]
    return words


def _wanted_number(kind: inspect.IntType | inspect.FloatType) -> str:
    name = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    if low is not None and high is not None:
        span = f"{_number(low)} to {_number(high)}"
        return span if kind.gt is None else f"above {_number(low)} and at most {_number(high)}"
    if low is not None:
        return f"{name}, {_number(low)} or more" if kind.gt is None else f"{name} above {_number(low)}"
    return name if high is None else f"{name}, {_number(high)} or less"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _slip(kind: inspect.Type, value: Any, key: str) -> str:
    """Guess what was meant: the nearest word, or the number in another unit."""
    for part in _parts(kind):
        if isinstance(part, inspect.LiteralType | inspect.EnumType) and isinstance(value, str):
            known = part.values if isinstance(part, inspect.LiteralType) else [member.value for member in part.cls]
            return _nearest(value, [str(word) for word in known])
        if isinstance(part, inspect.IntType | inspect.FloatType):
            return _other_unit(part, value, UNIT_SLIPS.get(key.rpartition("_")[2], ()))
    return ""


def _other_unit(kind: inspect.IntType | inspect.FloatType, value: Any, slips: Iterable[float]) -> str:
    """Return the number in the unit in which it lies best in the range, as a guess."""
    if isinstance(kind, inspect.IntType) and isinstance(value, float):
        return " Whole numbers only."
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return ""
    if kind.ge is None or kind.le is None or kind.ge <= 0:
        return ""
    middle = math.sqrt(kind.ge * kind.le)
    guesses = [guess for factor in slips if kind.ge <= (guess := round(value * factor, 3)) <= kind.le]
    if not guesses:
        return ""
    return f" Did you mean {_number(min(guesses, key=lambda guess: abs(math.log(guess / middle))))}?"


def _nearest(word: str, known: list[str]) -> str:
    matches = get_close_matches(word, known, n=1)
    return f" Did you mean {matches[0]}?" if matches else f" Known are {', '.join(known)}."


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- a line on a phone
