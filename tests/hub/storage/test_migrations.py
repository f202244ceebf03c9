"""A file is brought to the schema of this version once, by whoever comes first."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from hub.storage import alerts, deliveries, meta, migrations, records, station_now
from hub.storage import connection as database
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


def test_a_file_of_the_first_schema_keeps_its_levels_and_doubts_the_hours_of_saved_clocks(tmp_path: Path) -> None:
    old = database.open(tmp_path / "old.db")
    migrations.all_steps().apply(Database(old), stop_before="0002_doubted_hours")
    for number, clock in enumerate(("ntp", "saved"), 1):
        old.execute(
            "INSERT INTO station_now (station_id, severity, since_ms, clock) VALUES (?, 2, 7, ?)", (clock, clock)
        )
        old.execute(
            "INSERT INTO records (spool_no, seq, kind, class, source, boot, up_ms, at_ms, clock, err_ms, received_ms,"
            " body) VALUES (1, ?, 'reading', 1, 'g1', 1, 0, 7, ?, 0, 9, '{}')",
            (number, clock),
        )
    migrate(old)
    trusted, doubted = station_now.all_now(old)
    assert (trusted.severity, trusted.since_ms, trusted.is_since_doubted, trusted.is_at_doubted) == (2, 7, False, False)
    assert (doubted.severity, doubted.since_ms, doubted.is_since_doubted, doubted.since_hub_ms) == (2, 7, True, None)
    assert [one.is_undated for one in records.readings_after(old, 0, limit=9)[0]] == [False, False]


def test_a_file_of_before_the_peaks_keeps_its_messages_in_their_order_and_lets_a_second_peak_be_told(
    tmp_path: Path,
) -> None:
    old = database.open(tmp_path / "old.db")
    migrations.all_steps().apply(Database(old), stop_before="0006_peaks")
    for number, (severity, peak) in enumerate(((1, 2), (2, 2)), 1):
        old.execute(
            "INSERT INTO alerts (alert_id, station_id, kind, severity, peak, state, version, raised_ms, since_ms)"
            " VALUES (?, ?, 'level', ?, ?, 'raised', 1, 0, 0)",
            (f"A-{number}", f"s{number}", severity, peak),
        )
        old.execute(
            "INSERT INTO deliveries (delivery_id, alert_id, severity, recipient_id, channel, state, token, text,"
            " created_ms) VALUES (?, 'A-1', ?, 'a', 'webhook', 'read', ?, 'x', 7)",
            (f"d-{3 - number}", number, f"t-{number}"),
        )
    migrate(old)
    assert [(one.alert_id, one.peak_no, one.has_fallen) for one in alerts.list_open(old)] == [
        ("A-2", 1, False),
        ("A-1", 1, True),
    ]
    kept = deliveries.of_alert(old, "A-1")
    assert [(one.delivery_id, one.severity, one.state, one.peak_no) for one in kept] == [
        ("d-2", 1, "read", 1),
        ("d-1", 2, "read", 1),
    ]
    again = replace(kept[0], delivery_id="d-3", token="t-3")
    with database.write(old):
        assert deliveries.owe_all(old, [again, replace(again, peak_no=2)]) == 1
