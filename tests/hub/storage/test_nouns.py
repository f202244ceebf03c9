"""What is written down under a noun comes back as it was."""

from msgspec.structs import replace

from contract.desired import Desired, Sampling
from contract.level.settings import Persistence
from contract.level.state import LevelState, Value
from hub.storage import (
    changes,
    commands,
    counters,
    dead_letters,
    desired,
    downlink,
    faults,
    heartbeats,
    level_states,
    station_now,
    stations,
)
from hub.storage import connection as database
from hub.storage.commands import IssuedCommand
from hub.storage.connection import Connection
from hub.storage.counters import INGEST_SECONDS
from hub.storage.dead_letters import DeadLetter
from hub.storage.faults import FaultNow
from hub.storage.level_states import KeptState
from hub.storage.station_now import StationNow
from hub.storage.stations import Station


def test_a_station_comes_back_as_it_was_and_can_be_replaced(connection: Connection) -> None:
    station = Station(
        station_id="wai-ruhu-1",
        name="Wai Ruhu 1",
        river="Wai Ruhu",
        lat=-3.69,
        lon=128.2,
        offset_cm=300.5,
        persistence=Persistence(of=(5, 5, 5), need=(1, 2, 3)),
        sampling=Sampling(peace=30, flood=5),
        siren=True,
    )
    with database.write(connection):
        stations.save(connection, Station(station_id="wai-ruhu-1", name="old", offset_cm=1.0))
        stations.save(connection, station)
    assert stations.all_stations(connection) == [station]
    assert stations.one(connection, "wai-ruhu-1") == station
    assert stations.one(connection, "nowhere") is None


def test_what_is_known_of_a_station_comes_back_as_it_was(connection: Connection) -> None:
    now = StationNow(station_id="a", severity=2, stage_cm=180.5, flag=1, is_stale=True, rise_cm=-3.5, why="turun")
    with database.write(connection):
        station_now.save(connection, StationNow(station_id="a"))
        station_now.save(connection, now)
    assert station_now.one(connection, "a") == now
    assert station_now.one(connection, "b") is None


def test_a_state_of_the_rule_comes_back_as_it_was(connection: Connection) -> None:
    kept = KeptState(
        station_id="a",
        node_id="n",
        source="g1",
        spool_no=3,
        state=LevelState(severity=2, since_ms=5, window=(Value(1, 2.5, True),), usable_up_ms=9),
        box_threshold_version=4,
    )
    with database.write(connection):
        level_states.save(connection, [kept])
    assert level_states.all_states(connection) == [kept]


def test_a_newer_desired_state_takes_the_place_of_one_that_waits(connection: Connection) -> None:
    with database.write(connection):
        for payload in (b"old", b"new"):
            downlink.add(connection, node_id="n", leaf="desired", payload=payload, is_retained=True, now_ms=1)
        downlink.add(connection, node_id="n", leaf="command", payload=b"one", is_retained=False, now_ms=1)
        downlink.add(connection, node_id="n", leaf="command", payload=b"two", is_retained=False, now_ms=1)
    waiting = downlink.unsent(connection, limit=9)
    assert [one.payload for one in waiting] == [b"new", b"one", b"two"]
    with database.write(connection):
        downlink.set_sent(connection, [waiting[0].id], now_ms=2)
    assert [one.payload for one in downlink.unsent(connection, limit=9)] == [b"one", b"two"]


def test_a_desired_state_comes_back_as_it_was(connection: Connection) -> None:
    document = Desired(db_epoch="e", version=3)
    with database.write(connection):
        desired.save(connection, "n", Desired(db_epoch="e", version=2), now_ms=1)
        desired.save(connection, "n", document, now_ms=2)
    assert desired.all_desired(connection) == {"n": document}
    assert desired.one(connection, "n") == document


def test_a_command_keeps_its_first_answer(connection: Connection) -> None:
    command = IssuedCommand(
        command_id="c", node_id="n", kind="k", site="s", args={"a": [1]}, ttl_s=60, issued_ms=1, issued_by="op"
    )
    with database.write(connection):
        commands.add(connection, command)
        assert commands.unanswered(connection, "n") == [command]
        for result in ("done", "failed"):
            commands.set_result(connection, "c", node_id="n", result=result, text="", now_ms=5)
    assert [one.result for one in commands.of_node(connection, "n", limit=1)] == ["done"]
    assert commands.unanswered(connection, "n") == []


def test_an_older_word_on_a_fault_changes_nothing(connection: Connection) -> None:
    def fault(seq: int, *, is_active: bool) -> FaultNow:
        return FaultNow(
            node_id="n",
            source="g1",
            code="no_echo",
            is_active=is_active,
            text="",
            at_ms=seq,
            spool_no=1,
            boot=1,
            up_ms=seq,
            seq=seq,
        )

    with database.write(connection):
        assert faults.store_if_newer(connection, fault(5, is_active=False))
        assert not faults.store_if_newer(connection, fault(3, is_active=True))
        assert not faults.store_if_newer(connection, fault(5, is_active=False))
        assert faults.all_active(connection) == []
        assert faults.store_if_newer(connection, fault(6, is_active=True))
    assert faults.all_active(connection) == faults.of_node(connection, "n") == [fault(6, is_active=True)]
    with database.write(connection):
        assert faults.store_if_newer(connection, replace(fault(7, is_active=True), text="something else"))
    assert [(one.at_ms, one.text) for one in faults.all_active(connection)] == [(6, "something else")]


def test_changes_are_numbered_on_even_when_old_ones_are_gone(connection: Connection) -> None:
    with database.write(connection):
        changes.add_all(connection, at_ms=1, kind="node", refs=["a", "b"])
        connection.execute("DELETE FROM changes")
        changes.add(connection, at_ms=1, kind="station", ref="c", sample_real_ms=7)
    assert [(one.id, one.ref, one.sample_real_ms) for one in changes.after(connection, 0, limit=9)] == [(3, "c", 7)]
    assert (changes.oldest_id(connection), changes.newest_id(connection)) == (3, 3)


def test_counters_add_up_and_the_histogram_is_cumulative(connection: Connection) -> None:
    with database.write(connection):
        counters.add(connection, {("a", ""): 2})
        counters.add(connection, {("a", ""): 3})
        counters.add(connection, counters.histogram([0.002, 0.3, 9.0]))
    assert counters.value(connection, "a") == 5
    assert counters.value(connection, f"{INGEST_SECONDS}_bucket", 'le="0.0025"') == 1
    assert counters.value(connection, f"{INGEST_SECONDS}_bucket", 'le="0.5"') == 2
    assert counters.value(connection, f"{INGEST_SECONDS}_bucket", 'le="+Inf"') == 3
    assert counters.value(connection, f"{INGEST_SECONDS}_count") == 3
    assert counters.value(connection, f"{INGEST_SECONDS}_sum_us") == 9_302_000


def test_a_sign_of_life_replaces_the_one_before(connection: Connection) -> None:
    with database.write(connection):
        heartbeats.beat(connection, "ingest", real_ms=1, now_ms=1)
        heartbeats.beat(connection, "ingest", real_ms=2, now_ms=3, detail="x")
    assert [(one.at_real_ms, one.at_ms, one.detail) for one in heartbeats.all_heartbeats(connection).values()] == [
        (2, 3, "x")
    ]


def test_dead_letters_come_newest_first(connection: Connection) -> None:
    with database.write(connection):
        for number in range(3):
            dead_letters.add(
                connection,
                DeadLetter(
                    node_id="n",
                    topic="t",
                    spool_id=None,
                    seq=None,
                    reason="batch",
                    error="e",
                    payload=b"%d" % number,
                    received_ms=number,
                ),
            )
    assert [one.payload for one in dead_letters.newest(connection, limit=2)] == [b"2", b"1"]
    assert dead_letters.size(connection) == (3, 3)
