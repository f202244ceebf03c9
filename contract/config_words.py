"""What a config file may hold, and what was meant by what it holds, in words of both languages."""

import math
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple

from msgspec import inspect

LENGTH_SLIPS = (10, 100, 1000, 0.1, 0.01, 0.001)
"""Between mm, cm and m."""

TIME_SLIPS = (60, 1000, 1 / 60, 0.001)
"""Minutes for seconds, seconds for milliseconds."""

UNIT_SLIPS = {"mm": LENGTH_SLIPS, "cm": LENGTH_SLIPS, "s": TIME_SLIPS, "ms": TIME_SLIPS}
"""By the unit at the end of a key."""


class Words(NamedTuple):
    """One thing said in both languages."""

    indonesian: str
    english: str


NOTHING = Words("", "")
A_TABLE = Words("sebuah tabel", "a table")
THE_FILE = Words("berkas ini", "the file")

_PLAIN_WORDS: dict[type, Words] = {
    inspect.BoolType: Words("true atau false", "true or false"),
    inspect.DateTimeType: Words(
        "waktu dengan zonanya, seperti 2018-06-03T17:45:00Z", "a time with its zone, like 2018-06-03T17:45:00Z"
    ),
    inspect.CustomType: Words("nama berkas atau folder", "a path"),
    inspect.StrType: Words("teks", "text"),
}

_DESCRIBED = {
    "a part of the picture from 0 to 1": "bagian gambar dari 0 sampai 1",
    "a letter, then up to 31 of a-z, 0-9 and -, for example jalur-utara": (
        "huruf kecil, lalu paling banyak 31 dari a-z, 0-9 dan -, misalnya jalur-utara"
    ),
    "a letter, then up to 15 of a-z, 0-9 and -, for example g1": (
        "huruf kecil, lalu paling banyak 15 dari a-z, 0-9 dan -, misalnya g1"
    ),
    "6 to 32 characters of a-z, 0-9 and -, for example n-7f3k2m9q": (
        "6 sampai 32 huruf dari a-z, 0-9 dan -, misalnya n-7f3k2m9q"
    ),
    "a text that is not empty": "teks yang tidak kosong",
    "a whole number of UTC milliseconds": "bilangan bulat milidetik UTC",
}
"""English description of an annotation to Indonesian; one that is not here is told in English in both."""


def wanted(kind: inspect.Type) -> Words:
    """Say in words what fits."""
    match kind:
        case inspect.Metadata():
            described = (kind.extra_json_schema or {}).get("description")
            words = Words(_DESCRIBED.get(described, described), described) if described else wanted(kind.type)
        case inspect.UnionType():
            parts = [wanted(part) for part in parts_of(kind)]
            words = Words(" atau ".join(part[0] for part in parts), " or ".join(part[1] for part in parts))
        case inspect.TupleType():
            each, count = wanted(kind.item_types[0]), len(kind.item_types)
            words = Words(
                f"{count} nilai di dalam [ ], masing-masing {each[0]}", f"{count} values in [ ], each {each[1]}"
            )
        case inspect.VarTupleType():
            each = wanted(kind.item_type)
            words = Words(f"daftar, masing-masing {each[0]}", f"a list, each {each[1]}")
        case inspect.LiteralType():
            words = _one_of([str(value) for value in kind.values])
        case inspect.EnumType():
            words = _one_of([str(member.value) for member in kind.cls])
        case inspect.IntType() | inspect.FloatType():
            words = _wanted_number(kind)
        case inspect.StructType() | inspect.DataclassType() | inspect.DictType():
            words = A_TABLE
        case _:
            words = _PLAIN_WORDS[type(kind)]
    return words


def parts_of(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return the types of a union without None, which TOML does not have, or the type itself."""
    if not isinstance(kind, inspect.UnionType):
        return (kind,)
    return tuple(part for part in kind.types if not isinstance(part, inspect.NoneType))


def _wanted_number(kind: inspect.IntType | inspect.FloatType) -> Words:
    name = (
        Words("bilangan bulat", "a whole number") if isinstance(kind, inspect.IntType) else Words("angka", "a number")
    )
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    if low is not None and high is not None:
        least, most = _number(low), _number(high)
        if kind.gt is None:
            return Words(f"{least} sampai {most}", f"{least} to {most}")
        return Words(f"di atas {least} dan paling banyak {most}", f"above {least} and at most {most}")
    if low is not None:
        least = _number(low)
        if kind.gt is None:
            return Words(f"{name[0]}, paling sedikit {least}", f"{name[1]}, {least} or more")
        return Words(f"{name[0]} di atas {least}", f"{name[1]} above {least}")
    if high is None:
        return name
    return Words(f"{name[0]}, paling banyak {_number(high)}", f"{name[1]}, {_number(high)} or less")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def slip(kind: inspect.Type, value: Any, key: str) -> Words:
    """Guess what was meant: the nearest word, the number in another unit, or decimal commas."""
    for part in parts_of(kind):
        if isinstance(part, inspect.LiteralType | inspect.EnumType) and isinstance(value, str):
            known = part.values if isinstance(part, inspect.LiteralType) else [member.value for member in part.cls]
            return nearest(value, [str(word) for word in known])
        if isinstance(part, inspect.IntType | inspect.FloatType):
            return _other_unit(part, value, UNIT_SLIPS.get(key.rpartition("_")[2], ()))
        if isinstance(part, inspect.TupleType) and isinstance(value, list) and len(value) > len(part.item_types):
            return Words(" Angka desimal memakai titik: 0.5.", " Numbers have a decimal point: 0.5.")
    return NOTHING


def _other_unit(kind: inspect.IntType | inspect.FloatType, value: Any, slips: Iterable[float]) -> Words:
    """Return the number in the unit in which it lies best in the range, as a guess."""
    if isinstance(kind, inspect.IntType) and isinstance(value, float):
        return Words(" Hanya bilangan bulat.", " Whole numbers only.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= sys.float_info.max:
        return NOTHING
    if kind.ge is None or kind.le is None or kind.ge <= 0:
        return NOTHING
    middle = math.sqrt(kind.ge * kind.le)
    guesses = [guess for factor in slips if kind.ge <= (guess := round(value * factor, 3)) <= kind.le]
    if not guesses:
        return NOTHING
    return _perhaps(_number(min(guesses, key=lambda guess: abs(math.log(guess / middle)))))


def shown(value: Any) -> str:
    """Return what was written, as one line on a phone."""
    try:
        text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    except ValueError:  # Python writes no number of more than 4300 digits; TOML has them as 0x…
        text = "0x..."
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- a line on a phone


def nearest(word: str, known: list[str]) -> Words:
    """Guess the known word that was meant, or name them all."""
    matches = get_close_matches(word, known, n=1)
    if matches:
        return _perhaps(matches[0])
    return Words(f" Yang dikenal: {', '.join(known)}.", f" Known are {', '.join(known)}.")


def _perhaps(guess: str) -> Words:
    return Words(f" Maksudnya {guess}?", f" Did you mean {guess}?")


def _one_of(words: list[str]) -> Words:
    if len(words) == 1:
        return Words(words[0], words[0])
    return Words(f"{', '.join(words[:-1])} atau {words[-1]}", f"{', '.join(words[:-1])} or {words[-1]}")
