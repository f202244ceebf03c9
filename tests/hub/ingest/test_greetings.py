"""A hello is answered spool by spool; a last will counts only for its own session; two boxes under one name show."""

import json

from msgspec import UNSET

from contract.desired import Desired
from contract.messages import decode_message
from contract.topics import up
from hub.fleet import commands
from hub.fleet.standing import Standing, standing
from hub.ingest.decode import Arrived
from hub.ingest.greetings import standing_acks
from hub.storage import connection as database
from tests.support.hub_worlds import NODE, OTHER_SPOOL, SPOOL, HubWorld, batch_json, hello_json, level, reading


def gone(hub: HubWorld, session: str) -> None:
    hub.say("gone", json.dumps({"v": 1, "session": session}).encode())


def is_online(hub: HubWorld) -> bool:
    return bool(hub.rows("SELECT is_online FROM nodes WHERE node_id = ?", NODE)[0][0])


def owed(hub: HubWorld, leaf: str) -> list[bytes]:
    return [row[0] for row in hub.rows("SELECT payload FROM downlink WHERE leaf = ? AND sent_ms IS NULL", leaf)]


def test_each_spool_of_a_hello_gets_one_ack(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)])
    spools = {
        "gauge": {"spool": SPOOL, "low": 3, "next": 3},
        "uplink": {"spool": OTHER_SPOOL, "low": 1, "next": 1},
    }
    acks = hub.hello(spools=spools)
    assert [(ack.spool, ack.high) for ack in acks] == [(SPOOL, 2), (OTHER_SPOOL, 0)]
    assert hub.rows("SELECT producer FROM spools ORDER BY spool_no") == [("gauge",), ("uplink",)]


def test_the_ack_of_a_hello_says_what_the_hub_has_above_the_hole(hub: HubWorld) -> None:
    hub.batch([reading(1)], low=1, following=9)
    hub.batch([reading(4), reading(5)], low=2, following=9)
    (ack,) = hub.hello(spools={"gauge": {"spool": SPOOL, "low": 2, "next": 9}})
    assert (ack.high, ack.ranges) == (1, ((4, 5),))


def test_a_hello_is_written_down(hub: HubWorld) -> None:
    hub.hello(session="9f3b", clock="rtc", boot=17, queued={"0": 1, "1": 3}, applied={"db_epoch": "e", "version": 7})
    assert hub.rows(
        "SELECT session, boot, kernel_boot, agent, clock, applied_epoch, applied_version, queued FROM nodes"
    ) == [("9f3b", 17, "k1", "0.1.0", "rtc", "e", 7, '{"0":1,"1":3}')]


def test_a_box_is_away_a_minute_after_its_will(hub: HubWorld) -> None:
    hub.hello(session="a")
    gone(hub, "a")
    hub.tick(seconds=59)
    assert is_online(hub)
    hub.tick(seconds=2)
    assert not is_online(hub)
    hub.batch([reading(1)])
    assert is_online(hub)


def test_the_will_of_another_session_is_ignored(hub: HubWorld) -> None:
    hub.hello(session="a")
    hub.hello(session="b")
    gone(hub, "a")
    hub.tick(seconds=120)
    assert is_online(hub)


def test_a_will_is_forgotten_when_the_box_is_back_in_time(hub: HubWorld) -> None:
    hub.hello(session="a")
    gone(hub, "a")
    hub.tick(seconds=30)
    hub.hello(session="b")
    hub.tick(seconds=45)
    assert is_online(hub)


def test_a_will_read_together_with_records_counts_in_the_order_in_which_they_came(hub: HubWorld) -> None:
    hub.hello(session="a")
    records = Arrived(topic=up(NODE, "records"), payload=batch_json([reading(1)]), mid=1)
    will = Arrived(topic=up(NODE, "gone"), payload=json.dumps({"v": 1, "session": "a"}).encode(), mid=2)
    hub.say_all([records, will])
    assert hub.count("records") == 1
    hub.tick(seconds=61)
    assert not is_online(hub)
    hub.say_all([will, records])  # it speaks after its will: it is there
    hub.tick(seconds=61)
    assert is_online(hub)


def test_a_box_that_comes_back_and_leaves_within_one_read_was_there(hub: HubWorld) -> None:
    hub.hello(session="a")
    gone(hub, "a")
    hub.tick(seconds=61)
    assert not is_online(hub)
    changes_before = hub.count("changes")
    hello = Arrived(topic=up(NODE, "hello"), payload=hello_json(session="b"), mid=1)
    will = Arrived(topic=up(NODE, "gone"), payload=json.dumps({"v": 1, "session": "b"}).encode(), mid=2)
    hub.say_all([hello, will])
    assert is_online(hub), "for the minute of grace"
    assert hub.count("changes") > changes_before
    hub.tick(seconds=61)
    assert not is_online(hub)


def test_a_will_of_an_unknown_box_makes_no_box(hub: HubWorld) -> None:
    gone(hub, "a")
    assert hub.count("nodes") == 0


def test_a_box_that_nobody_hears_for_long_is_away_without_a_will(hub: HubWorld) -> None:
    hub.hello()
    hub.tick(seconds=899)
    assert is_online(hub)
    hub.tick(seconds=2)
    assert not is_online(hub)


def test_while_the_broker_is_away_no_box_is_called_away(hub: HubWorld) -> None:
    hub.hello()
    hub.listening_real_ms = None
    hub.tick(seconds=2000)
    assert is_online(hub)
    hub.listening_real_ms = hub.clock.real_ms()
    hub.tick(seconds=1)
    assert is_online(hub)


def test_two_boots_in_turn_are_a_clone(hub: HubWorld) -> None:
    for number, boot in enumerate(["k1", "k2", "k1"]):
        hub.hello(session=f"s{number}", kernel_boot=boot)
    assert hub.desk.told("fault") == []  # one return may be a hello delivered twice
    hub.hello(session="s9", kernel_boot="k2")
    assert [fault["code"] for fault in hub.desk.told("fault")] == ["clone"]
    ((now, evidence),) = hub.rows("SELECT standing, reason FROM standings_now")
    assert now == "quarantined"
    assert "kernel_boot" in evidence


def test_two_starts_of_the_same_software_in_turn_are_a_clone_though_all_else_is_the_same(hub: HubWorld) -> None:
    """Two agents on a copied home on one board: the same kernel, the same spools, a new session at each connect."""
    for number, instance in enumerate(["i1", "i2", "i1"]):
        hub.hello(session=f"s{number}", instance=instance)
    assert standing(hub.connection, NODE) is Standing.LIVE
    hub.hello(session="s9", instance="i2")
    assert standing(hub.connection, NODE) is Standing.QUARANTINED


def test_a_box_of_before_that_names_no_start_and_one_that_starts_again_and_again_are_no_clone(hub: HubWorld) -> None:
    for number in range(10):
        hub.hello(session=f"s{number}", instance="" if number % 2 else f"i{number}")
    assert standing(hub.connection, NODE) is Standing.LIVE


def test_two_sessions_in_turn_are_a_clone(hub: HubWorld) -> None:
    for session in ("a", "b", "a", "b"):
        hub.hello(session=session)
    assert standing(hub.connection, NODE) is Standing.QUARANTINED


def test_many_reconnects_and_reboots_are_no_clone(hub: HubWorld) -> None:
    for number in range(30):
        hub.hello(session=f"s{number}", kernel_boot=f"k{number // 3}")
        hub.hello(session=f"s{number}", kernel_boot=f"k{number // 3}")
    assert standing(hub.connection, NODE) is Standing.LIVE


def test_a_new_spool_of_a_producer_supersedes_the_old_one_for_good(hub: HubWorld) -> None:
    hub.add_station()
    hub.hello(session="a")
    hub.batch([reading(1, 60.0)])
    hub.hello(session="b", spools={"gauge": {"spool": OTHER_SPOOL, "low": 1, "next": 1}})
    hub.batch([reading(1, 80.0)], spool=OTHER_SPOOL)
    hub.batch([reading(2, 60.0), level(3, 3)])
    assert hub.count("records") == 4
    assert (hub.now().stage_cm, hub.now().severity) == (80.0, 0)
    hub.hello(session="c")
    assert hub.rows("SELECT superseded FROM spools ORDER BY spool_no") == [(1,), (0,)]


def test_a_hello_without_the_gauges_spool_supersedes_nothing(hub: HubWorld) -> None:
    hub.hello(session="a")
    hub.hello(session="b", spools={"uplink": {"spool": OTHER_SPOOL, "low": 1, "next": 1}})
    assert hub.rows("SELECT superseded FROM spools ORDER BY spool_no") == [(0,), (0,)]


def test_a_box_that_has_not_applied_what_it_should_be_is_told_again(hub: HubWorld) -> None:
    hub.add_station()
    document = decode_message(Desired, owed(hub, "desired")[0])
    with database.write(hub.connection):
        hub.connection.execute("UPDATE downlink SET sent_ms = 1")
    hub.hello(session="a", applied={"db_epoch": document.db_epoch, "version": document.version})
    assert owed(hub, "desired") == []
    hub.hello(session="b", applied={"db_epoch": "old", "version": 9})
    assert [decode_message(Desired, one) for one in owed(hub, "desired")] == [document]


def test_an_unanswered_command_is_sent_again_while_it_lives(hub: HubWorld) -> None:
    with database.write(hub.connection):
        commands.issue(
            hub.connection,
            node_id=NODE,
            kind="siren_test",
            site="wai-ruhu",
            args={},
            ttl_s=120,
            by="op",
            now_ms=hub.clock.now_ms(),
        )
    assert len(owed(hub, "command")) == 1
    hub.clock.advance(60)
    hub.hello(session="a")
    assert len(owed(hub, "command")) == 2
    hub.clock.advance(61)
    hub.hello(session="b")
    assert len(owed(hub, "command")) == 2


def test_a_hub_that_has_just_connected_has_an_ack_for_every_spool(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    hub.batch([reading(1)], spool=OTHER_SPOOL, node_id="n-tomu01")
    acks = standing_acks(hub.memory, now_ms=hub.clock.now_ms())
    assert [(ack.node_id, ack.ack.spool, ack.ack.high) for ack in acks] == [
        (NODE, SPOOL, 1),
        ("n-tomu01", OTHER_SPOOL, 1),
    ]


def test_only_the_answer_to_a_hello_names_its_session(hub: HubWorld) -> None:
    (answer,) = hub.hello(session="9f3b")
    (of_batch,) = hub.batch([reading(1)])
    (standing,) = standing_acks(hub.memory, now_ms=hub.clock.now_ms())
    assert [ack.session for ack in (answer, of_batch, standing.ack)] == ["9f3b", UNSET, UNSET]


def test_the_credit_is_shared_among_boxes_with_a_backlog(hub: HubWorld) -> None:
    (ack,) = hub.hello(session="a", queued={"1": 0})
    assert ack.credit_rps == 5_000
    for number in range(4):
        hub.hello(node_id=f"n-box00{number}", queued={"1": 30_000}, spools={})
    (ack,) = hub.hello(session="b", queued={"1": 30_000})
    assert ack.credit_rps == 1_000
