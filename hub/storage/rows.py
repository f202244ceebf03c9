"""From rows of SQLite to structs: columns by name, 0 and 1 to booleans, JSON text to values."""

from collections.abc import Collection, Mapping
from typing import TypeVar

import msgspec

from hub.storage.connection import Connection

S = TypeVar("S", bound=msgspec.Struct)
Parameters = tuple[object, ...] | Mapping[str, object]


def columns_of(form: type[msgspec.Struct]) -> str:
    """Return the fields of `form` as a column list."""
    return ", ".join(form.__struct_fields__)


def read(
    connection: Connection, sql: str, parameters: Parameters, form: type[S], *, json: Collection[str] = ()
) -> list[S]:
    """Return what `sql` selects as structs.

    Args:
        connection: to read with.
        sql: a SELECT whose columns are named like the fields of `form`.
        parameters: of the statement.
        form: struct of one row.
        json: columns that hold JSON text.
    """
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [_convert(dict(zip(names, row, strict=True)), form, json) for row in cursor]


def read_one(
    connection: Connection, sql: str, parameters: Parameters, form: type[S], *, json: Collection[str] = ()
) -> S | None:
    """Return the first row of what `sql` selects, or None."""
    found = read(connection, sql, parameters, form, json=json)
    return found[0] if found else None


def to_json(value: object) -> str:
    """Return `value` as JSON text for a column."""
    return msgspec.json.encode(value).decode()


def _convert(row: dict[str, object], form: type[S], json: Collection[str]) -> S:
    for name in json:
        text = row[name]
        if isinstance(text, str | bytes):
            row[name] = msgspec.json.decode(text)
    return msgspec.convert(row, form, strict=False)
