"""How boxes stand with the hub: rows that are only added. What may follow on what: `hub.fleet.standing`."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one


class StandingRow(Struct, frozen=True, kw_only=True):
    """One change of a box's standing; the time is the hub's, UTC ms."""

    node_id: str
    standing: str
    """`live`, `quarantined` or `revoked`."""
    reason: str
    actor: str
    """Who did it: a person, a shell, or `hub` itself."""
    at_ms: int


_NOW = f"SELECT {columns_of(StandingRow)} FROM standings_now"  # noqa: S608 - our own column names


def add(connection: Connection, row: StandingRow) -> None:
    """Write down how a box stands from now on."""
    connection.execute(
        "INSERT INTO standings (node_id, standing, reason, actor, at_ms) VALUES (?, ?, ?, ?, ?)",
        (row.node_id, row.standing, row.reason, row.actor, row.at_ms),
    )


def newest(connection: Connection, node_id: str) -> StandingRow | None:
    """Return the newest row of a box; None: there is none, so it is live."""
    sql = f"SELECT {columns_of(StandingRow)} FROM standings WHERE node_id = ? ORDER BY standing_id DESC LIMIT 1"  # noqa: S608 - our own column names
    return read_one(connection, sql, (node_id,), StandingRow)


def not_live(connection: Connection) -> list[StandingRow]:
    """Return the newest row of each box that is not live, by its id."""
    return read(connection, f"{_NOW} WHERE standing <> 'live' ORDER BY node_id", (), StandingRow)


def history(connection: Connection, node_id: str) -> list[StandingRow]:
    """Return all rows of a box, oldest first."""
    sql = f"SELECT {columns_of(StandingRow)} FROM standings WHERE node_id = ? ORDER BY standing_id"  # noqa: S608 - our own column names
    return read(connection, sql, (node_id,), StandingRow)
