"""Ingest takes nothing from a box that is not live and acknowledges nothing, whatever the broker still lets through."""

import json

import pytest

from contract.topics import up
from hub.fleet import standing
from hub.ingest.decode import Arrived
from hub.ingest.greetings import standing_acks
from hub.storage import connection as database
from hub.storage import downlink
from hub.storage.counters import REFUSED
from tests.support.hub_worlds import NODE, START_MS, HubWorld, batch_json, hello_json, level, reading

OTHER = "n-2c9d4x8w"


def decided(hub: HubWorld, how: str) -> None:
    """Decide over the box as another process does: by another connection."""
    connection = database.open(hub.path)
    with database.write(connection):
        if how == "quarantined":
            standing.quarantine(connection, NODE, reason="dua papan", now_ms=START_MS)
        elif how == "revoked":
            standing.revoke(connection, NODE, reason="dicuri", now_ms=START_MS, actor="Ibu Sari")
        else:
            standing.release(connection, NODE, reason="diperiksa", now_ms=START_MS, actor="Ibu Sari")
    connection.close()


@pytest.mark.parametrize("how", ["quarantined", "revoked"])
def test_what_a_box_says_that_is_not_live_is_counted_and_nothing_else(hub: HubWorld, how: str) -> None:
    hub.add_station()
    hub.hello()
    hub.batch([reading(1)])
    decided(hub, how)
    seen = hub.rows("SELECT session, last_seen_ms FROM nodes")
    hub.clock.advance(5)
    assert hub.batch([level(2, 3), reading(3)]) == []
    assert hub.hello(session="new") == []
    assert hub.say("gone", json.dumps({"v": 1, "session": "s1"}).encode()) == []
    assert hub.say("records", b"not json") == []
    assert (hub.count("records"), hub.count("dead_letters")) == (1, 0)
    assert hub.rows("SELECT session, last_seen_ms FROM nodes") == seen
    assert hub.desk.told("level") == []
    assert hub.rows("SELECT label, value FROM counters WHERE name = ?", REFUSED) == [(f'standing="{how}"', 4)]


def test_its_neighbours_in_the_same_breath_are_taken(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    decided(hub, "revoked")
    acks = hub.say_all(
        Arrived(topic=up(node_id, "records"), payload=batch_json([reading(2)], spool=spool), mid=1)
        for node_id, spool in ((NODE, "a" * 32), (OTHER, "b" * 32), (NODE, "a" * 32))
    )
    assert [ack.spool for ack in acks] == ["b" * 32]


def test_a_released_box_goes_on_where_it_stood(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    decided(hub, "quarantined")
    assert hub.batch([reading(2), reading(3)]) == []
    decided(hub, "released")
    (ack,) = hub.batch([reading(2), reading(3)])
    assert (ack.high, hub.count("records")) == (3, 3)
    assert hub.rows("SELECT count(*) FROM gaps WHERE kind = 'loss'") == [(0,)]


def test_a_box_that_is_refused_is_told_nothing_and_hears_it_when_it_is_released(hub: HubWorld) -> None:
    hub.hello()
    hub.batch([reading(1)])
    with database.write(hub.connection):
        downlink.add(
            hub.connection, node_id=NODE, leaf="command", payload=b"{}", is_retained=False, now_ms=START_MS
        )  # fmt: skip
    decided(hub, "quarantined")
    hub.tick(seconds=1)
    assert downlink.unsent(hub.connection, limit=10) == []
    assert standing_acks(hub.memory, now_ms=START_MS) == []
    decided(hub, "released")
    hub.tick(seconds=1)
    assert [owed.node_id for owed in downlink.unsent(hub.connection, limit=10)] == [NODE]
    assert len(standing_acks(hub.memory, now_ms=START_MS)) == 1


def test_what_follows_in_the_same_breath_as_the_sign_of_a_clone_is_not_taken(hub: HubWorld) -> None:
    for session in ("a", "b", "a"):
        hub.hello(session=session)
    last = Arrived(topic=up(NODE, "hello"), payload=hello_json(session="b"), mid=1)
    after = Arrived(topic=up(NODE, "records"), payload=batch_json([reading(1)]), mid=2)
    hub.say_all([last, after])
    assert hub.count("records") == 0
