"""The real uplink process with real outboxes and real brokers, and a hub that shares no code with the project."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.outbox.reader import OutboxReader
from tests.support.brokers import Broker
from tests.support.outbox_records import level, reading
from tests.support.plain_hub import PlainHub
from tests.support.processes import wait_until
from tests.support.uplink_box import NODE_ID, UplinkBox

DEADLINE_S = 20.0


@pytest.fixture
def hub(broker: Broker) -> Iterator[PlainHub]:
    hub = PlainHub(broker)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def box(broker: Broker, tmp_path: Path) -> Iterator[UplinkBox]:
    with UplinkBox(tmp_path / "box", broker) as box:
        yield box


def wait_open(box: UplinkBox, hub: PlainHub) -> None:
    wait_until(lambda: hub.hellos, what="hello", deadline_s=DEADLINE_S)
    wait_until(box.is_empty, what="everything of the gauge at the hub", deadline_s=DEADLINE_S)


def test_what_the_gauge_writes_reaches_the_hub_and_is_settled(box: UplinkBox, hub: PlainHub) -> None:
    seqs = [box.write(reading) for _ in range(250)]
    box.start()
    wait_open(box, hub)
    assert set(seqs) <= hub.seen[box.gauge.spool_id]
    assert hub.topics == {f"jw/1/up/{NODE_ID}/hello", f"jw/1/up/{NODE_ID}/records"}
    hello = hub.hellos[0]
    assert hello["spools"]["gauge"]["spool"] == box.gauge.spool_id
    assert hello["node"] == NODE_ID
    assert hello["queued"]["1"] == 250


def test_an_alert_is_at_the_hub_within_100_ms_of_its_commit(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    delays_ms = []
    for _ in range(15):
        seq = box.write(level)
        committed_s = hub.clock_s()
        delays_ms.append(1000 * (hub.wait_for(box.gauge.spool_id, seq).at_s - committed_s))
    assert sorted(delays_ms)[len(delays_ms) // 2] < 100


def test_a_killed_uplink_leaves_gone_with_the_session_of_its_hello(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    box.uplink.kill()
    wait_until(lambda: hub.gone, what="the last will")
    assert hub.gone == [{"v": 1, "session": hub.hellos[-1]["session"]}]


def test_an_uplink_that_is_told_to_end_says_gone_and_ends_in_time(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    assert box.uplink.terminate(deadline_s=3) == 0
    wait_until(lambda: hub.gone, what="gone")
    assert hub.gone == [{"v": 1, "session": hub.hellos[-1]["session"]}]


def test_an_uplink_that_was_killed_goes_on_where_it_stopped(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    wait_until(lambda: box.inbox.marks(box.gauge.spool_id), what="marks on the disk")
    box.uplink.kill()
    before = len(hub.seqs(box.gauge.spool_id))
    seqs = [box.write(reading) for _ in range(20)]
    box.start()
    wait_until(lambda: set(seqs) <= hub.seen[box.gauge.spool_id], what="the rest", deadline_s=DEADLINE_S)
    assert set(hub.seqs(box.gauge.spool_id)[before:]) <= {*seqs, *range(seqs[-1], seqs[-1] + 3)}


def test_a_broker_that_was_killed_and_lost_everything_costs_no_record(
    box: UplinkBox, hub: PlainHub, broker: Broker
) -> None:
    box.start()
    wait_open(box, hub)
    session = hub.hellos[-1]["session"]
    hub.stop()
    broker.kill()
    seqs = [box.write(level if n % 10 == 0 else reading) for n in range(50)]
    broker.restart(store="empty")
    hub.start()
    wait_until(lambda: set(seqs) <= hub.seen[box.gauge.spool_id], what="all records", deadline_s=40)
    wait_until(box.is_empty, what="everything settled", deadline_s=DEADLINE_S)
    assert hub.hellos[-1]["session"] != session


def test_a_hub_that_was_away_while_the_broker_stayed_gets_the_alert_as_soon_as_it_is_back(
    box: UplinkBox, hub: PlainHub
) -> None:
    box.start()
    wait_open(box, hub)
    hub.stop()
    alert = box.write(level)
    committed_s = hub.clock_s()
    wait_until(lambda: hub.clock_s() - committed_s > 3.5, what="a hub that is away for longer than 3 s")
    hub.start()
    back_s = hub.clock_s()
    assert hub.wait_for(box.gauge.spool_id, alert).at_s - back_s < 2


def test_desired_state_comes_down_and_a_bad_or_old_one_does_not(box: UplinkBox, hub: PlainHub) -> None:
    hub.say(NODE_ID, "desired", json.dumps({"v": 1, "db_epoch": "e1", "version": 8}).encode(), retain=True)
    box.start()
    wait_until(lambda: _version(box) == ("e1", 8), what="the retained document", deadline_s=DEADLINE_S)
    hub.say(NODE_ID, "desired", b'{"v":1,"db_epoch":"e1","version":9,"quota_mb":"much"}')
    hub.say(NODE_ID, "desired", json.dumps({"v": 1, "db_epoch": "e1", "version": 7}).encode())
    hub.say(NODE_ID, "desired", b"\xff")
    hub.say(NODE_ID, "ack", b'{"v":1,"spool":"x"}')
    hub.say(NODE_ID, "desired", json.dumps({"v": 1, "db_epoch": "e2", "version": 3}).encode())
    wait_until(lambda: _version(box) == ("e2", 3), what="the document of another epoch")
    assert "not understood" in box.uplink.output()
    assert "version 9" not in box.uplink.output()


def test_a_desired_state_applied_later_and_records_lost_reach_the_hub(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    assert hub.hellos[-1]["applied"]["version"] == 0
    with box.gauge.transaction() as transaction:
        transaction.set_state("desired", b'{"v":1,"db_epoch":"e1","version":8,"sources":{}}')
        transaction.set_state("lost", b"17")
    wait_until(lambda: hub.hellos[-1]["applied"]["version"] == 8, what="another hello", deadline_s=DEADLINE_S)
    assert {hello["session"] for hello in hub.hellos} == {hub.hellos[0]["session"]}
    hub.say(NODE_ID, "command", _command(hub, "h1", "health_now"))
    wait_until(
        lambda: [health for health in hub.of_kind("health") if health.get("counters", {}).get("not_stored") == 17],
        what="the count in a health record",
        deadline_s=DEADLINE_S,
    )


def test_a_command_is_laid_down_once_and_remembered(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    for command_id in ("a1", "a1", "b2", "a1"):
        hub.say(NODE_ID, "command", _command(hub, command_id, "siren_test"))
    wait_until(lambda: len(box.inbox.commands_after(0)) == 2, what="two commands")
    box.uplink.kill()
    box.start()
    wait_until(lambda: len(hub.hellos) >= 2, what="hello", deadline_s=DEADLINE_S)
    hub.say(NODE_ID, "command", _command(hub, "a1", "siren_test"))
    hub.say(NODE_ID, "command", _command(hub, "c3", "siren_test"))
    wait_until(lambda: len(box.inbox.commands_after(0)) == 3, what="the third command")
    assert [command.command_id for command in box.inbox.commands_after(0)] == ["a1", "b2", "c3"]


def test_commands_of_the_uplink_are_answered_once_each(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    hub.say(NODE_ID, "command", _command(hub, "h1", "health_now"))
    hub.say(NODE_ID, "command", _command(hub, "h1", "health_now"))
    hub.say(NODE_ID, "command", _command(hub, "o1", "health_now", age_ms=600_000))
    hub.say(NODE_ID, "command", _command(hub, "u1", "make_coffee"))

    def results() -> dict[str, str]:
        return {record["command_id"]: record["result"] for record in hub.of_kind("command_result")}

    wait_until(lambda: len(results()) == 3, what="three answers", deadline_s=DEADLINE_S)
    assert results() == {"h1": "done", "o1": "expired", "u1": "refused"}
    assert len({record["seq"] for record in hub.of_kind("command_result")}) == 3


def test_a_restored_hub_is_offered_everything_that_is_still_kept(box: UplinkBox, hub: PlainHub) -> None:
    seqs = [box.write(reading) for _ in range(30)]
    box.start()
    wait_open(box, hub)
    hub.epoch = "e2"
    hub.seen.clear()
    everything = {*seqs, box.write(level)}
    wait_until(
        lambda: box.settle() == 0 and everything <= hub.seen.get(box.gauge.spool_id, set()),
        what="everything once more",
        deadline_s=DEADLINE_S,
    )
    assert everything <= set(hub.seqs(box.gauge.spool_id))


def test_the_uplink_writes_its_own_health_record(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    own = hub.hellos[0]["spools"]["uplink"]["spool"]
    health = wait_until(lambda: hub.of_kind("health"), what="a health record", deadline_s=DEADLINE_S)
    assert health[0]["memory_available_mb"] > 0
    assert OutboxReader.open(box.home / "outbox-uplink.db").spool_id == own


def test_the_box_learns_the_hubs_time(box: UplinkBox, hub: PlainHub) -> None:
    box.start()
    wait_open(box, hub)
    wait_until(lambda: "hub_zero_ms" in box.inbox.hub(), what="the hub's time")
    known = box.inbox.hub()
    assert known["link"] == "open"
    assert known["db_epoch"] == "e1"
    assert known["hub_zero_boot"] == hub.hellos[0]["kernel_boot"]


def _version(box: UplinkBox) -> tuple[str, int] | None:
    document = box.inbox.desired()
    return None if document is None else (document.db_epoch, document.version)


def _command(hub: PlainHub, command_id: str, kind: str, *, age_ms: int = 0) -> bytes:
    command = {"v": 1, "command_id": command_id, "kind": kind, "site": "wai-ruhu", "ttl_s": 120}
    return json.dumps(command | {"hub_ms": hub.now_ms - age_ms, "args": {}}).encode()
