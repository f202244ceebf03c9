"""Records by key: inserted once, found again, readings by time."""

from hub.storage import connection as database
from hub.storage import records
from hub.storage.connection import Connection
from hub.storage.records import NewRow


def row(seq: int, *, kind: str = "reading", at_ms: int = 0, body: bytes = b"{}", source: str = "g1") -> NewRow:
    return (1, seq, kind, 1, source, 1, 0, at_ms, "ntp", 0, 5, 61.5, 1, body)


def test_a_key_is_inserted_once_and_the_rest_counted_out(connection: Connection) -> None:
    with database.write(connection):
        assert records.insert(connection, [row(1), row(2)]) == 2
        assert records.insert(connection, [row(2, body=b"other"), row(3)]) == 1
    assert records.bodies(connection, 1, [1, 2, 3, 4]) == {1: b"{}", 2: b"{}", 3: b"{}"}


def test_more_rows_than_one_insert_takes(connection: Connection) -> None:
    with database.write(connection):
        assert records.insert(connection, [row(seq) for seq in range(1, 1_202)]) == 1_201
    assert len(records.bodies(connection, 1, list(range(1, 1_202)))) == 1_201
    assert records.newest_id(connection) == 1_201


def test_readings_come_by_time_whatever_the_order_of_their_arrival(connection: Connection) -> None:
    with database.write(connection):
        records.insert(
            connection,
            [row(1, at_ms=30), row(2, at_ms=10), row(3, at_ms=20), row(4, at_ms=15, source="g2"), row(5, kind="level")],
        )
    found = records.readings(connection, spool_no=1, source="g1", from_ms=10, to_ms=30, limit=9)
    assert [one.at_ms for one in found] == [10, 20]
    assert found[0].body == b"{}"


def test_a_record_is_found_by_its_key_and_by_its_kind(connection: Connection) -> None:
    with database.write(connection):
        records.insert(connection, [row(1), row(2, kind="health", body=b"h2"), row(3, kind="health", body=b"h3")])
        records.set_rule_error(connection, 1, 1, "oops")
    found = records.one(connection, 1, 1)
    assert found is not None
    assert (found.kind, found.rule_error) == ("reading", "oops")
    assert [one.body for one in records.newest_of_kind(connection, 1, "health", limit=5)] == [b"h3", b"h2"]
    assert records.one(connection, 1, 9) is None


def test_only_a_thinned_reading_brings_its_body_to_the_roll_up(connection: Connection) -> None:
    with database.write(connection):
        records.insert(connection, [row(1), row(2, body=b'{"mean_of":3}'), row(3, kind="level")])
    found, looked_id = records.readings_after(connection, 0, limit=9)
    assert [(one.id, one.thinned) for one in found] == [(1, None), (2, b'{"mean_of":3}')]
    assert looked_id == 3
    assert records.readings_after(connection, 3, limit=9) == ([], 3)
