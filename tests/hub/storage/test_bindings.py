"""The newest open binding counts, of a gauge and of a station."""

from hub.storage import bindings
from hub.storage import connection as database
from hub.storage.connection import Connection


def counting(connection: Connection) -> dict[tuple[str, str], str]:
    found = bindings.counting(bindings.all_bindings(connection))
    return {gauge: binding.station_id for gauge, binding in found.items()}


def bind(connection: Connection, node_id: str, source: str, station_id: str, *, now_ms: int = 0) -> None:
    with database.write(connection):
        bindings.bind(connection, node_id=node_id, source=source, station_id=station_id, now_ms=now_ms)


def test_a_gauge_that_moves_leaves_its_old_station(connection: Connection) -> None:
    bind(connection, "n1", "g1", "ruhu")
    bind(connection, "n1", "g1", "tomu", now_ms=5)
    assert counting(connection) == {("n1", "g1"): "tomu"}
    assert [one.ended_ms for one in bindings.of_station(connection, "ruhu")] == [5]


def test_a_new_gauge_at_a_station_takes_over(connection: Connection) -> None:
    bind(connection, "n1", "g1", "ruhu")
    bind(connection, "n2", "g1", "ruhu")
    assert counting(connection) == {("n2", "g1"): "ruhu"}


def test_binding_again_what_counts_changes_nothing(connection: Connection) -> None:
    bind(connection, "n1", "g1", "ruhu")
    bind(connection, "n1", "g1", "ruhu", now_ms=9)
    assert [(one.bound_ms, one.ended_ms) for one in bindings.all_bindings(connection)] == [(0, None)]


def test_an_ended_binding_counts_no_more(connection: Connection) -> None:
    bind(connection, "n1", "g1", "ruhu")
    with database.write(connection):
        bindings.end(connection, node_id="n1", source="g1", now_ms=7)
    assert counting(connection) == {}


def test_rows_written_by_hand_are_judged_by_their_order(connection: Connection) -> None:
    with database.write(connection):
        connection.executemany(
            "INSERT INTO bindings (node_id, source, station_id, bound_ms) VALUES (?, ?, ?, 0)",
            [("n1", "g1", "ruhu"), ("n2", "g1", "ruhu"), ("n2", "g1", "tomu")],
        )
    assert counting(connection) == {("n2", "g1"): "tomu"}
