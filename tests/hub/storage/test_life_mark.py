"""A database that is behind its mark was put back from a backup; the mark remembers how long the audit log was."""

import shutil
from pathlib import Path

from hub.audit import log as audit_log
from hub.audit import new_life
from hub.storage import changes, life_mark, meta
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate


def live_on(connection: Connection) -> None:
    with database.write(connection):
        changes.add(connection, at_ms=1, kind="node", ref="n")


def renew(connection: Connection, path: Path) -> None:
    """Do what the hub does at its start."""
    lost = life_mark.lost_life(connection, path)
    assert lost is not None
    with database.write(connection):
        new_life.begin(connection, now_ms=1, actor="hub", marked_epoch=lost.db_epoch, marked_n=lost.audit_n)


def test_a_database_that_lived_on_keeps_its_epoch(connection: Connection, path: Path) -> None:
    epoch = meta.db_epoch(connection)
    live_on(connection)
    life_mark.write_mark(connection, path)
    live_on(connection)
    assert life_mark.lost_life(connection, path) is None
    assert meta.db_epoch(connection) == epoch


def test_an_older_copy_gets_a_new_epoch_once(connection: Connection, path: Path, tmp_path: Path) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = shutil.copy(path, tmp_path / "backup.db")
    live_on(connection)
    life_mark.write_mark(connection, path)
    epoch = meta.db_epoch(connection)

    restored = database.open(Path(backup))
    shutil.copy(life_mark.mark_file(path), life_mark.mark_file(Path(backup)))
    renew(restored, Path(backup))
    assert meta.db_epoch(restored) != epoch
    assert life_mark.lost_life(restored, Path(backup)) is None


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
        marked = life_mark.lost_life(restored, restored_path)
        assert marked is not None
        assert marked.db_epoch in epochs
        renew(restored, restored_path)
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
    assert life_mark.lost_life(fresh, other) is None


def test_a_mark_that_is_missing_or_broken_says_nothing(connection: Connection, path: Path) -> None:
    assert life_mark.lost_life(connection, path) is None
    life_mark.mark_file(path).write_bytes(b"{")
    assert life_mark.lost_life(connection, path) is None


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
    assert life_mark.lost_life(connection, path) is None


def test_a_log_that_shrank_does_not_make_its_mark_forget_and_is_no_restore(connection: Connection, path: Path) -> None:
    with database.write(connection):
        audit_log.begin(connection, now_ms=1)
    life_mark.write_mark(connection, path)
    connection.execute("DROP TRIGGER audit_never_shrinks")
    connection.execute("DELETE FROM audit")
    life_mark.write_mark(connection, path)
    assert life_mark.rows_witnessed(connection, path) == 1
    assert life_mark.lost_life(connection, path) is None
    with database.write(connection):
        meta.renew_db_epoch(connection)
    assert life_mark.rows_witnessed(connection, path) == 0


def test_a_mark_of_before_it_knew_of_the_log_is_read(connection: Connection, path: Path) -> None:
    life_mark.mark_file(path).write_bytes(b'{"db_epoch":"e1","change_id":0,"record_id":0}')
    assert life_mark.rows_witnessed(connection, path) == 0
    live_on(connection)
    assert life_mark.lost_life(connection, path) is not None
