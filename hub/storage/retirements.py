"""Boxes that a person has asked to leave the fleet. What may follow on what: `hub.fleet.retirement`."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one


class Retirement(Struct, frozen=True, kw_only=True):
    """One request; times are the hub's, UTC ms."""

    retirement_id: int
    node_id: str
    reason: str
    actor: str
    asked_ms: int
    command_id: str | None
    """Of the newest command to the box; None: it was not told yet."""
    issued_ms: int | None
    answered_ms: int | None
    """When the box said that there is no way back."""
    ended_ms: int | None
    outcome: str | None
    """`retired`, `cancelled` or `revoked`; None: it is open."""


_SELECT = f"SELECT {columns_of(Retirement)} FROM retirements"  # noqa: S608 - our own column names


def add(connection: Connection, *, node_id: str, reason: str, actor: str, now_ms: int) -> None:
    """Write down that a box is to go; none of it may be open."""
    connection.execute(
        "INSERT INTO retirements (node_id, reason, actor, asked_ms) VALUES (?, ?, ?, ?)",
        (node_id, reason, actor, now_ms),
    )


def newest(connection: Connection, node_id: str) -> Retirement | None:
    """Return the newest request of a box, open or not."""
    sql = f"{_SELECT} WHERE node_id = ? ORDER BY retirement_id DESC LIMIT 1"
    return read_one(connection, sql, (node_id,), Retirement)


def all_open(connection: Connection) -> list[Retirement]:
    """Return every request that is open, by box."""
    return read(connection, f"{_SELECT} WHERE ended_ms IS NULL ORDER BY node_id", (), Retirement)


def set_command(connection: Connection, retirement_id: int, *, command_id: str, now_ms: int) -> None:
    """Write down the newest command to the box."""
    connection.execute(
        "UPDATE retirements SET command_id = ?, issued_ms = ? WHERE retirement_id = ?",
        (command_id, now_ms, retirement_id),
    )


def set_answered(connection: Connection, retirement_id: int, *, now_ms: int) -> None:
    """Write down that there is no way back; one that was cancelled too late is open again."""
    connection.execute(
        "UPDATE retirements SET answered_ms = ?, ended_ms = NULL, outcome = NULL WHERE retirement_id = ?",
        (now_ms, retirement_id),
    )


def end(connection: Connection, retirement_id: int, *, outcome: str, now_ms: int) -> None:
    """Write down what became of it."""
    connection.execute(
        "UPDATE retirements SET ended_ms = ?, outcome = ? WHERE retirement_id = ?", (now_ms, outcome, retirement_id)
    )
