"""A file is brought to the schema of this version once, by whoever comes first."""

from pathlib import Path

import pytest

from hub.storage import connection as database
from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.errors import SchemaError
from hub.storage.migrations import migrate


def test_a_second_time_changes_nothing_and_keeps_the_epoch(connection: Connection) -> None:
    epoch = meta.db_epoch(connection)
    schema = connection.execute("SELECT sql FROM sqlite_master").fetchall()
    migrate(connection)
    assert meta.db_epoch(connection) == epoch
    assert connection.execute("SELECT sql FROM sqlite_master").fetchall() == schema


def test_every_database_has_a_life_of_its_own(connection: Connection, tmp_path: Path) -> None:
    other = database.open(tmp_path / "other.db")
    migrate(other)
    assert meta.db_epoch(other) != meta.db_epoch(connection) != ""


def test_a_renewed_epoch_is_another(connection: Connection) -> None:
    before = meta.db_epoch(connection)
    with database.write(connection):
        renewed = meta.renew_db_epoch(connection)
    assert meta.db_epoch(connection) == renewed != before


def test_a_file_of_a_newer_hub_is_refused_with_a_word_about_what_to_do(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('hub', '9999_future', '')"
    )
    with pytest.raises(SchemaError, match="9999_future"):
        migrate(connection)
