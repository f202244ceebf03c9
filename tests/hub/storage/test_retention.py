"""What is too old goes, a few hundred rows at a time; the rest stays."""

from hub.storage import commands, retention
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.retention import DAY_MS, ROWS_A_TIME, Retention

NOW_MS = 1_000 * DAY_MS
KEPT = Retention(records_days=90, rollups_60_days=365, rollups_600_days=730)


def forget(connection: Connection) -> int:
    with database.write(connection):
        return retention.forget_some(connection, KEPT, station_id="a", now_ms=NOW_MS)


def add_records(connection: Connection, ages_days: list[float]) -> None:
    with database.write(connection):
        connection.executemany(
            "INSERT INTO records (spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms, received_ms,"
            " body) VALUES (1, ?, 'health', 2, '', 1, 0, 0, 'ntp', 0, ?, x'')",
            [(seq, NOW_MS - round(age * DAY_MS)) for seq, age in enumerate(ages_days)],
        )


def test_records_go_when_they_are_too_old(connection: Connection) -> None:
    add_records(connection, [100, 91, 90, 1])
    assert forget(connection) == 2
    assert connection.execute("SELECT seq FROM records ORDER BY seq").fetchall() == [(2,), (3,)]
    assert forget(connection) == 0


def test_a_call_deletes_no_more_than_its_portion(connection: Connection) -> None:
    add_records(connection, [100.0] * (ROWS_A_TIME + 7))
    assert [forget(connection), forget(connection), forget(connection)] == [ROWS_A_TIME, 7, 0]


def test_rollups_of_a_step_go_by_their_own_age(connection: Connection) -> None:
    with database.write(connection):
        for step_s in (60, 600, 3600):
            connection.executemany(
                f"INSERT INTO rollups_{step_s} VALUES (?, ?, 1, 1.0, 1.0, 1.0, 1)",  # noqa: S608
                [(station_id, NOW_MS - age * DAY_MS) for station_id in ("a", "b") for age in (800, 400, 100)],
            )
    while forget(connection):
        pass
    left = {
        step_s: connection.execute(f"SELECT count(*) FROM rollups_{step_s} WHERE station_id = 'a'").fetchone()[0]  # noqa: S608
        for step_s in (60, 600, 3600)
    }
    assert left == {60: 1, 600: 2, 3600: 3}
    assert connection.execute("SELECT count(*) FROM rollups_60 WHERE station_id = 'b'").fetchone() == (3,)


def test_commands_go_with_the_records_that_answered_them(connection: Connection) -> None:
    with database.write(connection):
        for age_days in (91, 89):
            given = commands.IssuedCommand(
                command_id=f"c-{age_days}",
                node_id="cam-1",
                kind="view_still",
                site="a",
                args={"source": "c1"},
                ttl_s=60,
                issued_ms=NOW_MS - age_days * DAY_MS,
                issued_by="rina",
            )
            commands.add(connection, given)
    assert forget(connection) == 1
    assert [one.command_id for one in commands.of_node(connection, "cam-1", limit=9)] == ["c-89"]


def test_changes_go_after_a_day(connection: Connection) -> None:
    with database.write(connection):
        connection.executemany(
            "INSERT INTO changes (at_ms, kind, ref) VALUES (?, 'station', 'a')",
            [(NOW_MS - 25 * 3_600_000,), (NOW_MS - 23 * 3_600_000,)],
        )
    forget(connection)
    assert connection.execute("SELECT id FROM changes").fetchall() == [(2,)]
