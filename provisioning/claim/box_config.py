"""The box's config file: six keys are put into it, and every other word and comment of it stays as it was.

A text is edited, not a table written anew. So that an unusual file is not spoilt, the new text is read back and must
say exactly what the old one said plus the six keys; if it does not, the file stays and the keys are told to the person.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract.errors import IdentityError
from contract.identity import verify_node_id
from provisioning.claim.errors import BoxConfigError
from provisioning.claim.identity_folder import FOLDER
from provisioning.identity import disk

Keys = Mapping[tuple[str, str], str | int]
"""(table, key) to value."""


class BoxConfigFile:
    """One config file."""

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises:
            BoxConfigError: it is not there, is no TOML, or does not say where the box keeps its state.
        """
        self._path = path
        self._text, self._values = _read(path)
        home = self._table("box").get("home")
        if not isinstance(home, str) or not home:
            raise BoxConfigError(f'{path}: box.home is missing. Tulis / write it: [box] home = "/var/lib/jagawai"')
        self._home = home

    @property
    def home(self) -> Path:
        """The box's home; what is relative in the file begins at its folder."""
        return self._path.resolve().parent / self._home

    def identity_folder(self) -> str:
        """Return the folder of the identity as the file would write it."""
        return f"{self._home.rstrip('/')}/{FOLDER}"

    def merge(self, keys: Keys) -> None:
        """Put keys into the file, in one step.

        Raises:
            BoxConfigError: it cannot be written, or is of a form that cannot be edited; says what to write by hand.
        """
        _verify(keys)
        text, wanted = self._text, json.loads(json.dumps(self._values))
        for (table, key), value in keys.items():
            text = _with_key(text, table, key, json.dumps(value, ensure_ascii=False))
            _set(wanted, table, key, value)
        if text == self._text:
            disk.sweep_beside(self._path.resolve())
            return
        try:
            is_right = json.loads(json.dumps(tomllib.loads(text))) == wanted
        except (tomllib.TOMLDecodeError, TypeError):
            is_right = False
        if not is_right:
            raise BoxConfigError(f"{self._path}: bentuk tak biasa / of an unusual form. {_by_hand(keys)}")
        try:
            disk.sweep_beside(self._path.resolve())
            old = self._path.stat()
            disk.write_file(self._path.resolve(), text.encode(), mode=old.st_mode & 0o777, like=old)
        except OSError as problem:
            raise BoxConfigError(f"writing {self._path}: {problem.strerror}. {_by_hand(keys)}") from problem
        self._text, self._values = _read(self._path)

    def _table(self, name: str) -> dict[str, Any]:
        table = self._values.get(name, {})
        return table if isinstance(table, dict) else {}


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
        json.dumps(values)
    except OSError as problem:
        raise BoxConfigError(f"{path}: {problem.strerror}. Periksa / check the path after --config.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BoxConfigError(f"{path}: bukan TOML / is no TOML: {problem}") from problem
    except TypeError as problem:
        raise BoxConfigError(f"{path}: dates have no place in a box's config ({problem}).") from problem
    return text, values


def _verify(keys: Keys) -> None:
    try:
        verify_node_id(str(keys["box", "node"]))
    except IdentityError as problem:
        raise BoxConfigError(f"answer of the hub: {problem}") from problem


def _with_key(text: str, table: str, key: str, value: str) -> str:
    """Return a text in which the key of the table has the value; a table that is not there comes at the end."""
    lines = text.split("\n")
    header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?")
    start = next((number for number, line in enumerate(lines) if header.fullmatch(line)), None)
    if start is None:
        return f"{text.rstrip(chr(10))}\n\n[{table}]\n{key} = {value}\n".lstrip("\n")
    end = next((number for number in range(start + 1, len(lines)) if re.match(r"\s*\[", lines[number])), len(lines))
    held = re.compile(rf"(\s*{re.escape(key)}\s*=\s*)(\"[^\"\\]*\"|'[^']*'|[^\s#\"']+)(\s*(#.*)?)")
    for number in range(start + 1, end):
        match = held.fullmatch(lines[number])
        if match is not None:
            lines[number] = f"{match[1]}{value}{match[3]}"
            return "\n".join(lines)
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    lines.insert(end, f"{key} = {value}")
    return "\n".join(lines)


def _set(values: dict[str, Any], table: str, key: str, value: str | int) -> None:
    place = values
    for name in table.split("."):
        place = place.setdefault(name, {})
    place[key] = value


def _by_hand(keys: Keys) -> str:
    lines = [f"{table}.{key} = {json.dumps(value, ensure_ascii=False)}" for (table, key), value in keys.items()]
    return "Tulis sendiri / write by hand: " + "; ".join(lines) + ". Lalu / then: provision claim"
