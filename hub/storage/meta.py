"""Single facts about the database: its epoch, and the version of the layout (stations, thresholds, bindings, quota)."""

import secrets

from hub.storage import spools
from hub.storage.connection import Connection


def value(connection: Connection, key: str) -> str | None:
    """Return the value under `key`, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_value(connection: Connection, key: str, text: str) -> None:
    """Put `text` under `key`."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, text),
    )


def db_epoch(connection: Connection) -> str:
    """Return the name of this database's life; a restored database must get another one."""
    return value(connection, "db_epoch") or ""


def renew_db_epoch(connection: Connection) -> str:
    """Give the database a new epoch, so that boxes offer again what a restored backup lacks; return it."""
    epoch = secrets.token_hex(8)
    set_value(connection, "db_epoch", epoch)
    spools.begin_new_life(connection)
    return epoch


def layout_version(connection: Connection) -> int:
    """Return a number that grows with each change of stations, thresholds, bindings or quotas."""
    return int(value(connection, "layout_version") or 0)


def bump_layout(connection: Connection) -> None:
    """Say that stations, thresholds, bindings or quotas changed; ingest looks once a second."""
    set_value(connection, "layout_version", str(layout_version(connection) + 1))
