"""How a config file is read, the same for every program: all problems at once, each with file, key and what to do.

A config is TOML, its form a frozen msgspec struct. Unknown keys are errors; every value is checked against the type
and bounds of its field; a `ValueError` raised by `__post_init__` counts as a problem of its table.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

S = TypeVar("S", bound=Struct)


def read_config(path: Path, form: type[S]) -> tuple[S | None, list[str]]:
    """Return (config, []) or (None, problems), one line per problem.

    Args:
        path: of the TOML file.
        form: struct of the whole file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, [f"{path}: no such file. Try: --config with the path of a config file"]
    except OSError as problem:
        return None, [f"{path}: cannot be read: {problem.strerror}"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        return None, [f"{path}: not TOML: {problem}"]
    problems: list[str] = []
    config = _convert(table, form, "", problems)
    return (None, [f"{path}: {problem}" for problem in problems]) if problems else (config, [])


def _convert(table: object, form: type[S], prefix: str, problems: list[str]) -> S | None:
    """Return the struct, noting every problem below `prefix` on the way."""
    if not isinstance(table, dict):
        problems.append(f"{prefix.rstrip('.')} must be a table")
        return None
    known = {field.encode_name: field for field in msgspec.structs.fields(form)}
    before = len(problems)
    problems.extend(_unknown_key(prefix, key, list(known)) for key in table if key not in known)
    hints = get_type_hints(form, include_extras=True)
    values: dict[str, Any] = {}
    for key, field in known.items():
        if key in table:
            values[field.name] = _value(table[key], hints[field.name], f"{prefix}{key}", problems)
        elif field.required:
            problems.append(f"{prefix}{key} is missing")
    if len(problems) > before:
        return None
    try:
        return form(**values)
    except (ValueError, msgspec.ValidationError) as problem:
        problems.append(f"{prefix.rstrip('.') or 'file'}: {problem}")
        return None


def _unknown_key(prefix: str, key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(known))}"
    return f"{prefix}{key} is not a known key. {hint}"


def _value(value: object, hint: Any, key: str, problems: list[str]) -> object:
    """Return `value` as the type `hint`, going into structs and into dicts and tuples of structs."""
    struct = _struct_in(hint)
    if struct is not None and isinstance(value, dict):
        return _convert(value, struct, f"{key}.", problems)
    if get_origin(hint) is dict and isinstance(value, dict):
        inner = get_args(hint)[1]
        return {name: _value(item, inner, f"{key}.{name}", problems) for name, item in value.items()}
    if get_origin(hint) is tuple and isinstance(value, list) and get_args(hint)[-1] is Ellipsis:
        inner = get_args(hint)[0]
        return tuple(_value(item, inner, f"{key}[{place}]", problems) for place, item in enumerate(value))
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as problem:
        text = str(problem)
        problems.append(f"{key}: {text[:1].lower()}{text[1:]}, got {value!r}")
        return None


def _struct_in(hint: Any) -> type[Struct] | None:
    for candidate in (hint, *get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None
