"""Writers take turns within a millisecond, and a transaction is all or nothing."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.errors import DatabaseBusyError, DatabaseMissingError
from hub.storage.migrations import migrate


def put(connection: Connection, key: str) -> None:
    connection.execute("INSERT INTO meta (key, value) VALUES (?, '')", (key,))


def keys(connection: Connection) -> set[str]:
    return {key for (key,) in connection.execute("SELECT key FROM meta WHERE key <> 'db_epoch'")}


def test_a_commit_survives_a_power_cut(connection: Connection) -> None:
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_raises_leaves_nothing(connection: Connection) -> None:
    def put_twice() -> None:
        with database.write(connection):
            put(connection, "a")
            put(connection, "a")

    with pytest.raises(sqlite3.IntegrityError):
        put_twice()
    assert keys(connection) == set()
    with database.write(connection):
        put(connection, "b")
    assert keys(connection) == {"b"}


def test_a_writer_waits_for_another(connection: Connection, path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write(database.open(path)) as other:
            put(other, "first")
            held.set()
            done.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    threading.Timer(0.05, done.set).start()
    with database.write(connection):
        assert keys(connection) == {"first"}
        put(connection, "second")
    thread.join()
    assert keys(connection) == {"first", "second"}


def test_a_writer_gives_up_with_a_word_about_what_to_do(
    connection: Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RETRIES", 3)
    with database.write(database.open(path)), pytest.raises(DatabaseBusyError, match="Look for"):  # noqa: SIM117
        with database.write(connection):
            pass


def test_a_reader_cannot_write_and_sees_what_is_committed(connection: Connection, path: Path) -> None:
    reader = database.read_only(path)
    with database.write(connection):
        put(connection, "a")
        assert keys(reader) == set()
    assert keys(reader) == {"a"}
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        put(reader, "b")


def test_a_reader_of_nothing_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError, match="Start the hub once"):
        database.read_only(tmp_path / "none.db")


def test_another_processes_commit_shows_in_the_data_version(connection: Connection, path: Path) -> None:
    other = database.open(path)
    before = database.data_version(connection)
    with database.write(connection):
        put(connection, "own")
    assert database.data_version(connection) == before
    with database.write(other):
        put(other, "other")
    assert database.data_version(connection) != before


def test_many_may_meet_at_a_file_that_is_not_there_yet(path: Path) -> None:
    failures: list[BaseException] = []
    ready = threading.Barrier(6)

    def begin() -> None:
        try:
            ready.wait(5)
            opened = database.open(path)
            migrate(opened)
            opened.close()
        except BaseException as problem:  # noqa: BLE001 - shown below
            failures.append(problem)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []


def test_the_files_are_for_their_own_user_alone_also_where_an_earlier_hub_made_them_for_all(path: Path) -> None:
    with sqlite3.connect(path) as earlier:
        earlier.execute("PRAGMA journal_mode = WAL")
        earlier.execute("CREATE TABLE first (a)")
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        connection = database.open(path)
        migrate(connection)
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob(f"{path.name}*")} == {0o600}
        connection.close()
    earlier.close()
