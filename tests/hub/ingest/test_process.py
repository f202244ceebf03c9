"""The ingest process against both brokers: answers, loses nothing, comes back, sends what is owed."""

import json
import random
from pathlib import Path

import pytest

from contract.clock import ScaledClock, SystemClock
from hub.fleet import commands
from hub.ingest.errors import TlsFilesError
from hub.ingest.link import Link, TlsFiles
from hub.storage import bindings, stations, thresholds
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.stations import Station
from tests.support.brokers import Broker
from tests.support.databases import new_database
from tests.support.hub_worlds import (
    NODE,
    SPOOL,
    START_MS,
    STATION,
    batch_json,
    hello_json,
    level,
    reading,
    version_of,
)
from tests.support.ingests import running_ingest
from tests.support.plain_boxes import plain_box
from tests.support.processes import wait_until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


def found_city(path: Path) -> None:
    connection = new_database(path)
    with database.write(connection):
        stations.save(connection, Station(station_id=STATION, name="Wai Ruhu 1", offset_cm=300.0))
        thresholds.add(connection, version_of(STATION, 1))
        bindings.bind(connection, node_id=NODE, source="g1", station_id=STATION, now_ms=0)
    connection.close()


def test_a_batch_is_committed_before_it_is_acknowledged(broker: Broker, path: Path) -> None:
    with running_ingest(broker, database_path=path) as hub, plain_box(broker, NODE) as box:
        for seq in range(1, 30):
            box.say("records", batch_json([reading(seq)]))
            ack = box.hear("ack")
            assert ack["high"] == seq
            assert hub.execute("SELECT max(seq) FROM records").fetchone() == (seq,)


def test_on_a_fast_clock_an_hour_may_be_some_real_seconds_ahead(broker: Broker, path: Path) -> None:
    clock = ScaledClock.start(anchor_real_ms=SystemClock().now_ms(), anchor_data_ms=START_MS, rate=600.0)
    with running_ingest(broker, database_path=path, clock=clock) as hub, plain_box(broker, NODE) as box:
        box.say("records", batch_json([reading(1, at_ms=clock.now_ms() + round(5_000 * clock.rate))]))
        assert box.hear("ack")["high"] == 1
        assert hub.execute("SELECT clock FROM records").fetchone() == ("ntp",)


def test_a_hello_is_answered_with_ack_and_desired_state(broker: Broker, path: Path) -> None:
    found_city(path)
    with running_ingest(broker, database_path=path), plain_box(broker, NODE) as box:
        box.say("hello", hello_json())
        assert box.hear("ack")["spool"] == SPOOL
    with plain_box(broker, NODE) as late:
        desired = late.hear("desired")
    assert desired["sources"]["g1"]["station"] == STATION
    assert desired["sources"]["g1"]["thresholds"]["raise_cm"] == [120, 170, 220]


def test_a_hub_that_comes_back_tells_every_box_where_it_stands(broker: Broker, path: Path) -> None:
    with plain_box(broker, NODE) as box:
        with running_ingest(broker, database_path=path):
            box.say("records", batch_json([reading(1), reading(2)]))
            assert box.hear("ack")["high"] == 2
        with running_ingest(broker, database_path=path):
            assert box.hear("ack")["high"] == 2


def test_a_broker_that_was_killed_and_comes_back_empty_is_found_again(broker: Broker, path: Path) -> None:
    found_city(path)
    with running_ingest(broker, database_path=path) as hub, plain_box(broker, NODE) as box:
        box.say("records", batch_json([reading(1)]))
        assert box.hear("ack")["high"] == 1
        broker.restart(store="empty")
        box.wait_until_subscribed()
        # The hub says by itself that it is there again, and what the box should be.
        assert box.hear("ack", deadline_s=15)["high"] == 1
        box.say("records", batch_json([reading(2)]))
        # An ack that the broker died over, before it had confirmed it, is said once more: ranges may be told twice.
        wait_until(lambda: box.hear("ack", deadline_s=15)["high"] == 2, what="the ack of the second record")
        assert hub.execute("SELECT count(*) FROM records").fetchone() == (2,)
        with plain_box(broker, NODE) as late:
            assert late.hear("desired")["version"] == 1


def test_ticks_go_on_while_the_broker_is_away(broker: Broker, path: Path) -> None:
    with running_ingest(broker, database_path=path) as hub:
        broker.kill()

        def detail_and_time() -> tuple[str, int]:
            return hub.execute("SELECT detail, at_real_ms FROM heartbeats WHERE process = 'ingest'").fetchone()  # type: ignore[no-any-return]

        said = wait_until(lambda: detail_and_time()[0], what="the word that the broker is away")
        assert said == "broker tidak terjangkau"
        seen_ms = detail_and_time()[1]
        wait_until(lambda: detail_and_time()[1] > seen_ms, what="another sign of life")


def test_a_command_of_another_process_is_sent_and_answered(broker: Broker, path: Path) -> None:
    with running_ingest(broker, database_path=path) as hub, plain_box(broker, NODE) as box:
        with database.write(hub):
            command_id = commands.issue(
                hub,
                node_id=NODE,
                kind="siren_test",
                site="wai-ruhu",
                args={"seconds": 3},
                ttl_s=120,
                by="operator",
                now_ms=SystemClock().now_ms(),
            )
        heard = box.hear("command")
        assert (heard["command_id"], heard["args"]) == (command_id, {"seconds": 3})
        done = reading(1) | {"kind": "command_result", "class": 1, "command_id": command_id, "result": "done"}
        box.say("records", batch_json([done]))
        box.hear("ack")
        assert hub.execute("SELECT result FROM commands").fetchone() == ("done",)


def test_a_crossing_is_on_the_desk_as_soon_as_it_is_acknowledged(broker: Broker, path: Path) -> None:
    found_city(path)
    with running_ingest(broker, database_path=path) as hub, plain_box(broker, NODE) as box:
        box.say("records", batch_json([level(1, 3)]))
        box.hear("ack")
        assert hub.execute("SELECT severity FROM station_now").fetchone() == (3,)


def test_a_flood_of_messages_is_taken_in_without_loss(broker: Broker, path: Path) -> None:
    with running_ingest(broker, database_path=path) as hub, plain_box(broker, NODE) as box:
        for first in range(1, 2_001, 10):
            box.say("records", batch_json([reading(seq) for seq in range(first, first + 10)], low=1))
        wait_until(lambda: _high(box.hear("ack")) == 2_000, what="the last ack")
        assert hub.execute("SELECT count(*), max(seq) FROM records").fetchone() == (2_000, 2_000)
        wait_until(lambda: _counted(hub) == 2_000, what="the counter")


def _high(ack: dict[str, int]) -> int:
    return ack["high"]


def _counted(hub: Connection) -> int:
    row = hub.execute("SELECT value FROM counters WHERE name = 'jagawai_records_committed_total'").fetchone()
    return int(row[0])


def test_the_ack_of_the_wire_has_the_fields_of_the_contract(broker: Broker, path: Path) -> None:
    with running_ingest(broker, database_path=path), plain_box(broker, NODE) as box:
        box.say("records", batch_json([reading(1)]))
        ack = box.hear("ack")
    assert json.dumps(sorted(ack)) == '["credit_rps", "db_epoch", "high", "hub_ms", "ranges", "spool", "v"]'


def test_over_tls_a_box_is_heard_and_answered(tls_broker: Broker, path: Path) -> None:
    with running_ingest(tls_broker, database_path=path), plain_box(tls_broker, NODE) as box:
        # More than one TLS record, so that bytes wait inside the TLS layer where select does not see them.
        box.say("records", batch_json([reading(seq, reason="x" * 300) for seq in range(1, 101)]))
        assert box.hear("ack")["high"] == 100


def test_tls_files_that_cannot_be_loaded_are_named(tmp_path: Path) -> None:
    files = TlsFiles(ca=tmp_path / "ca.pem", certificate=tmp_path / "hub.crt", key=tmp_path / "hub.key")
    with pytest.raises(TlsFilesError, match=r"hub\.key"):
        Link(host="127.0.0.1", port=1, tls=files, clock=SystemClock(), chance=random.Random(1))


def test_a_database_put_back_from_a_backup_gets_a_new_epoch_and_asks_again(broker: Broker, path: Path) -> None:
    with plain_box(broker, NODE) as box:
        with running_ingest(broker, database_path=path):
            box.say("records", batch_json([reading(1)]))
            before = box.hear("ack")
        backup = path.read_bytes()
        with running_ingest(broker, database_path=path):
            assert box.hear("ack")["db_epoch"] == before["db_epoch"]
            box.say("records", batch_json([reading(2)]))
            box.hear("ack")
        path.write_bytes(backup)
        with running_ingest(broker, database_path=path):
            ack = box.hear("ack")
    assert ack["db_epoch"] != before["db_epoch"]
    assert ack["high"] == 1
