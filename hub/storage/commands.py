"""Commands given to boxes and what became of them."""

from typing import Any

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one, to_json


class IssuedCommand(Struct, frozen=True, kw_only=True):
    """One command; `result` is None until the box has answered. Times are the hub's, UTC ms."""

    command_id: str
    node_id: str
    kind: str
    site: str
    args: dict[str, Any]
    ttl_s: float
    issued_ms: int
    issued_by: str
    sent_ms: int | None = None
    result: str | None = None
    result_text: str | None = None
    result_ms: int | None = None


_COLUMNS = IssuedCommand.__struct_fields__
_SELECT = f"SELECT {columns_of(IssuedCommand)} FROM commands"  # noqa: S608 - our own column names


def add(connection: Connection, command: IssuedCommand) -> None:
    """Write down a command that was just given."""
    values = [getattr(command, name) for name in _COLUMNS]
    connection.execute(
        f"INSERT INTO commands ({columns_of(IssuedCommand)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608 - as above
        [to_json(item) if isinstance(item, dict) else item for item in values],
    )


def of_node(connection: Connection, node_id: str, *, limit: int) -> list[IssuedCommand]:
    """Return the newest commands of a node, newest first."""
    return read(
        connection,
        f"{_SELECT} WHERE node_id = ? ORDER BY issued_ms DESC LIMIT ?",
        (node_id, limit),
        IssuedCommand,
        json=("args",),
    )


def unanswered(connection: Connection, node_id: str) -> list[IssuedCommand]:
    """Return the commands of a node without a result, oldest first."""
    return read(
        connection,
        f"{_SELECT} WHERE node_id = ? AND result IS NULL ORDER BY issued_ms",
        (node_id,),
        IssuedCommand,
        json=("args",),
    )


def one(connection: Connection, command_id: str) -> IssuedCommand | None:
    """Return a command, or None."""
    return read_one(connection, f"{_SELECT} WHERE command_id = ?", (command_id,), IssuedCommand, json=("args",))


def newest_of_kind(
    connection: Connection, kind: str, *, node_id: str, args: dict[str, Any]
) -> IssuedCommand | None:  # fmt: skip
    """Return the newest command of a kind that a node was given with exactly these arguments, or None."""
    return read_one(
        connection,
        f"{_SELECT} WHERE kind = ? AND node_id = ? AND args = ? ORDER BY issued_ms DESC, rowid DESC LIMIT 1",
        (kind, node_id, to_json(args)),
        IssuedCommand,
        json=("args",),
    )


def count_of_kind(connection: Connection, kind: str, *, by: str, since_ms: int) -> int:
    """Return how many commands of a kind somebody has given since a time."""
    sql = "SELECT count(*) FROM commands WHERE kind = ? AND issued_by = ? AND issued_ms > ?"
    (count,) = connection.execute(sql, (kind, by, since_ms)).fetchone()
    return int(count)


def is_of(connection: Connection, command_id: str, *, node_id: str, kind: str) -> bool:
    """Answer whether a command of this id and kind was given to this node."""
    found = connection.execute(
        "SELECT 1 FROM commands WHERE command_id = ? AND node_id = ? AND kind = ?", (command_id, node_id, kind)
    )
    return found.fetchone() is not None


def result_text(connection: Connection, command_id: str) -> str:
    """Return what the node has said to a command; empty: nothing yet."""
    sql = "SELECT result, result_text FROM commands WHERE command_id = ?"
    found = connection.execute(sql, (command_id,)).fetchone()
    return "" if found is None or found[0] is None else f"{found[0]}, {found[1]}"


def set_sent(connection: Connection, command_id: str, *, now_ms: int) -> None:
    """Write down when a command was first handed to the broker."""
    connection.execute("UPDATE commands SET sent_ms = coalesce(sent_ms, ?) WHERE command_id = ?", (now_ms, command_id))


def set_result(connection: Connection, command_id: str, *, node_id: str, result: str, text: str, now_ms: int) -> None:
    """Write down the first answer of the box that the command was for."""
    connection.execute(
        "UPDATE commands SET result = ?, result_text = ?, result_ms = ?"
        " WHERE command_id = ? AND node_id = ? AND result IS NULL",
        (result, text, now_ms, command_id, node_id),
    )
