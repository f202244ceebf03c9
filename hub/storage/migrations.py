"""Brings a database file to the schema of this version. Each step is one SQL file, applied once, all or nothing."""

import secrets
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database, Migrations

from hub.storage.connection import Connection, write
from hub.storage.errors import SchemaError

SET_NAME = "hub"
_FOLDER = Path(__file__).parent / "schema"


def _step(sql_file: Path) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        db.executescript(sql_file.read_text(encoding="utf-8"))

    return run


def all_steps() -> Migrations:
    """Return every step of this version, in order."""
    steps = Migrations(SET_NAME)
    for sql_file in sorted(_FOLDER.glob("*.sql")):
        steps(name=sql_file.stem)(_step(sql_file))
    return steps


def migrate(connection: Connection) -> None:
    """Apply what this file still lacks, and name the database once with a random `db_epoch`.

    Safe to call from several processes at once: the write lock is held throughout.

    Raises:
        SchemaError: the file has steps that this version does not know.
    """
    steps = all_steps()
    with write(connection):
        db = Database(connection)
        unknown = {step.name for step in steps.applied(db)} - {sql_file.stem for sql_file in _FOLDER.glob("*.sql")}
        if unknown:
            raise SchemaError(
                f"opening the database: it was made by a newer hub (steps {sorted(unknown)} are unknown here). "
                "Install that version, or restore the backup from before the change."
            )
        steps.apply(db)
        connection.execute(
            "INSERT INTO meta (key, value) VALUES ('db_epoch', ?) ON CONFLICT DO NOTHING", (secrets.token_hex(8),)
        )
