"""How a config file is read, the same for every program: every problem at once, each with its file and key.

TOML tables become frozen dataclasses and msgspec structs.

What a field may hold stands in its annotation (`Annotated[int, Meta(ge=…)]`); a `description` in the Meta says it in
words. An unknown key is a problem, with the nearest known one beside it.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Struct, inspect

from contract.config_words import A_TABLE, NOTHING, THE_FILE, Words, nearest, parts_of, shown, slip, wanted
from contract.errors import RefusedError
from contract.toml_text import parse_toml

T = TypeVar("T")
BETWEEN = " / "
"""Stands once in a problem that is told in both languages."""
_MOST = sys.float_info.max


class _Problem(Struct, frozen=True, kw_only=True):
    """What is wrong with a key, "" for the whole file; both sentences go on from it, the Indonesian may be wanting."""

    key: str
    words: Words
    alone: str = ""
    """Said in place of the English where one language is asked for."""

    def text(self, *, is_bilingual: bool) -> str:
        indonesian, english = (f"{self.key or whole}{said}" for whole, said in zip(THE_FILE, self.words, strict=True))
        if not (is_bilingual and self.words.indonesian):
            return f"{self.key or THE_FILE.english}{self.alone}" if self.alone else english
        # What a person wrote must not look like the end of the Indonesian.
        return BETWEEN.join(half.replace(BETWEEN, "/") for half in (indonesian, english))


def read_config(path: Path, kind: type[T], *, is_bilingual: bool = False) -> tuple[T | None, list[str]]:
    """Return the `kind` that a TOML file holds and no problems, or None and every problem, each with the file's name.

    Args:
        path: of the file; relative paths in it begin at its folder.
        kind: as for `read_tables`.
        is_bilingual: as for `read_tables`; that a file is no TOML is always told in both languages.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        why = exc.strerror
        return None, [
            f"{path}: tidak dapat dibaca ({why}). Periksa nama berkas. / cannot be read ({why}). Check the path."
        ]
    values, problem = parse_toml(data)
    if problem:
        return None, [f"{path}: {problem}"]
    config, problems = read_tables(kind, values, folder=path.resolve().parent, is_bilingual=is_bilingual)
    return config, [f"{path}: {problem}" for problem in problems]


def read_tables(
    kind: type[T], values: Mapping[str, Any], *, folder: Path, is_bilingual: bool = False
) -> tuple[T | None, list[str]]:
    """Return the `kind` that `values` stand for and no problems, or None and every problem.

    Args:
        kind: a frozen dataclass or struct of such, of dicts of such, and of plain values.
        values: tables as TOML gives them.
        folder: relative paths begin here.
        is_bilingual: tell problems in Indonesian, ` / `, English, each half with the key; else in English alone, but
            for what is drawn.
    """
    problems: list[_Problem] = []
    _check(inspect.type_info(kind), values, "", problems)
    if problems:
        return None, [problem.text(is_bilingual=is_bilingual) for problem in problems]
    return msgspec.convert(values, kind, dec_hook=_paths_in(folder)), []


def _paths_in(folder: Path) -> Callable[[type, Any], Any]:
    def convert(kind: type, value: Any) -> Any:
        if kind is Path and isinstance(value, str):
            return folder / value
        raise TypeError(f"config: no reader for {kind}")

    return convert


def _check(kind: inspect.Type, value: Any, key: str, problems: list[_Problem]) -> None:
    """Add to `problems` whatever is wrong with `value`."""
    for part in parts_of(kind):
        if isinstance(part, inspect.StructType | inspect.DataclassType):
            return _check_table(part, value, key, problems)
        if isinstance(part, inspect.DictType):
            return _check_dict(part, value, key, problems)
        if isinstance(part, inspect.VarTupleType):
            return _check_list(part, value, key, problems)
    if not _fits(kind, value):
        problems.append(_refused(key, wanted(kind), value, slip(kind, value, key)))
    return None


def _refused(key: str, words: Words, value: Any, guess: Words = NOTHING) -> _Problem:
    got = shown(value)
    indonesian, english = (
        f" harus {words[0]}, tertulis {got}.{guess[0]}",
        f" must be {words[1]}, got {got}.{guess[1]}",
    )
    return _Problem(key=key, words=Words(indonesian, english))


def _check_table(
    kind: inspect.StructType | inspect.DataclassType, value: Any, key: str, problems: list[_Problem]
) -> None:
    if not isinstance(value, dict):
        problems.append(_refused(key, A_TABLE, value))
        return
    before = len(problems)
    fields = {field.encode_name: field for field in kind.fields}
    for name in value:
        if name not in fields:
            guess = nearest(name, list(fields))
            words = Words(f" tidak dikenal di sini.{guess[0]}", f" is not known here.{guess[1]}")
            problems.append(_Problem(key=_join(key, name), words=words))
    for name, field in fields.items():
        if name in value:
            _check(field.type, value[name], _join(key, name), problems)
        elif field.required:
            words = wanted(field.type)
            words = Words(f" tidak ada; isinya {words[0]}.", f" is missing; it must be {words[1]}.")
            problems.append(_Problem(key=_join(key, name), words=words))
    if len(problems) == before:
        _check_whole(kind.cls, value, key, problems)


def _check_whole(cls: type, value: Mapping[str, Any], key: str, problems: list[_Problem]) -> None:
    """Ask the class itself, which knows what must hold between its fields; it may say so in both languages."""
    try:
        msgspec.convert(value, cls, dec_hook=_paths_in(Path()))
    except msgspec.ValidationError as exc:
        text = str(exc).partition(" - at `$")[0]
        words = Words("", f": {text}.")
        if isinstance(told := exc.__cause__, RefusedError):
            words = Words(f": {told.indonesian}.", f": {told.english}.")
        problems.append(_Problem(key=key, words=words, alone=f": {text}."))


def _check_dict(kind: inspect.DictType, value: Any, key: str, problems: list[_Problem]) -> None:
    if not isinstance(value, dict):
        words = Words("tabel berisi tabel", "a table of tables")
        problems.append(_refused(key, words, value))
        return
    for name, item in value.items():
        if not _fits(kind.key_type, name):
            words = wanted(kind.key_type)
            words = Words(f": namanya harus {words[0]}.", f": its name must be {words[1]}.")
            problems.append(_Problem(key=_join(key, name), words=words))
        _check(kind.value_type, item, _join(key, name), problems)


def _check_list(kind: inspect.VarTupleType, value: Any, key: str, problems: list[_Problem]) -> None:
    if not isinstance(value, list):
        problems.append(_refused(key, wanted(kind), value))
        return
    least, most = kind.min_length or 0, kind.max_length
    if len(value) < least or (most is not None and len(value) > most):
        words = _span(least, most)
        words = Words(
            f" harus punya {words[0]} nilai, tertulis {len(value)}.", f" must have {words[1]} values, got {len(value)}."
        )
        problems.append(_Problem(key=key, words=words))
    for place, item in enumerate(value, start=1):
        _check(kind.item_type, item, f"{key}[{place}]", problems)


def _span(least: int, most: int | None) -> Words:
    if most is None:
        return Words(f"paling sedikit {least}", f"at least {least}")
    return Words(f"{least} sampai {most}", f"{least} to {most}")


def _fits(kind: inspect.Type, value: Any) -> bool:
    """Answer whether `value` is one of `kind`, which is no table."""
    match kind:
        case inspect.Metadata():
            does_fit = _fits(kind.type, value)
        case inspect.UnionType():
            does_fit = any(_fits(part, value) for part in parts_of(kind))
        case inspect.TupleType():
            is_long = isinstance(value, list) and len(value) == len(kind.item_types)
            does_fit = is_long and all(_fits(item, part) for item, part in zip(kind.item_types, value, strict=True))
        case inspect.LiteralType():
            does_fit = value in kind.values
        case inspect.EnumType():
            does_fit = value in [member.value for member in kind.cls]  # a list would not go into a set
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
    if isinstance(value, bool) or not isinstance(value, allowed) or not -_MOST <= value <= _MOST:
        return False
    return not (
        (kind.ge is not None and value < kind.ge)
        or (kind.gt is not None and value <= kind.gt)
        or (kind.le is not None and value > kind.le)
        or (kind.lt is not None and value >= kind.lt)
    )


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
