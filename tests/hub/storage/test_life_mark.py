"""A database that is behind its mark was put back from a backup, and only then does it get another epoch."""

import shutil
from pathlib import Path

from hub.storage import changes, life_mark, meta
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate


def live_on(connection: Connection) -> None:
    with database.write(connection):
        changes.add(connection, at_ms=1, kind="node", ref="n")


def test_a_database_that_lived_on_keeps_its_epoch(connection: Connection, path: Path) -> None:
    epoch = meta.db_epoch(connection)
    live_on(connection)
    life_mark.write_mark(connection, path)
    live_on(connection)
    assert not life_mark.renew_if_restored(connection, path)
    assert meta.db_epoch(connection) == epoch


def test_an_older_copy_gets_a_new_epoch_once(connection: Connection, path: Path, tmp_path: Path) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = shutil.copy(path, tmp_path / "backup.db")
    live_on(connection)
    life_mark.write_mark(connection, path)
    epoch = meta.db_epoch(connection)

    restored = database.open(Path(backup))
    shutil.copy(life_mark.mark_file(path), life_mark.mark_file(Path(backup)))
    assert life_mark.renew_if_restored(restored, Path(backup))
    assert meta.db_epoch(restored) != epoch
    assert not life_mark.renew_if_restored(restored, Path(backup))


def test_the_same_backup_put_back_a_second_time_gets_a_new_epoch_again(path: Path, tmp_path: Path) -> None:
    connection = database.open(path)
    migrate(connection)
    live_on(connection)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = shutil.copy(path, tmp_path / "backup.db")
    live_on(connection)
    life_mark.write_mark(connection, path)
    epochs = {meta.db_epoch(connection)}
    for attempt in ("first.db", "second.db"):
        restored_path = Path(shutil.copy(backup, tmp_path / attempt))
        restored = database.open(restored_path)
        life_mark.mark_file(path).rename(life_mark.mark_file(restored_path))
        assert life_mark.renew_if_restored(restored, restored_path)
        epochs.add(meta.db_epoch(restored))
        life_mark.write_mark(restored, restored_path)
        life_mark.mark_file(restored_path).rename(life_mark.mark_file(path))
    assert len(epochs) == 3


def test_a_new_database_beside_an_old_mark_is_left_alone(connection: Connection, path: Path, tmp_path: Path) -> None:
    live_on(connection)
    life_mark.write_mark(connection, path)
    other = tmp_path / "other.db"
    fresh = database.open(other)
    shutil.copy(life_mark.mark_file(path), life_mark.mark_file(other))
    migrate(fresh)
    assert not life_mark.renew_if_restored(fresh, other)


def test_a_mark_that_is_missing_or_broken_says_nothing(connection: Connection, path: Path) -> None:
    assert not life_mark.renew_if_restored(connection, path)
    life_mark.mark_file(path).write_bytes(b"{")
    assert not life_mark.renew_if_restored(connection, path)


def test_a_database_whose_records_were_all_forgotten_is_not_taken_for_an_old_one(
    connection: Connection, path: Path
) -> None:
    with database.write(connection):
        connection.execute(
            "INSERT INTO records (spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms, received_ms,"
            " body) VALUES (1, 1, 'health', 2, '', 1, 0, 0, 'ntp', 0, 0, x'')"
        )
    life_mark.write_mark(connection, path)
    with database.write(connection):
        connection.execute("DELETE FROM records")
    assert not life_mark.renew_if_restored(connection, path)
