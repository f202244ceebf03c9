"""The hub's whole conversation with a box through rendered brokers: hello, ack, desired, command, answer, last will."""

from pathlib import Path

import pytest

from contract.clock import SystemClock
from contract.topics import up
from hub.fleet import commands
from hub.storage import bindings, nodes, stations, thresholds
from hub.storage import connection as database
from hub.storage.migrations import migrate
from hub.storage.stations import Station
from tests.support.brokers import NODE_IDS
from tests.support.hub_worlds import version_of
from tests.support.ingests import running_ingest
from tests.support.outbox_records import level, reading
from tests.support.processes import wait_until
from tests.support.rendered_brokers import RenderedBroker, Talker, listening_hub, rendered, talking
from tests.support.uplink_box import NODE_ID, UplinkBox

__all__ = ["rendered"]
OTHER = NODE_IDS[1]
STATION = "wai-ruhu-1"
DEADLINE_S = 20.0
HELLO = (
    b'{"v":1,"session":"9f3b","node":"n-7f3k2m9q","spools":{},"boot":17,"kernel_boot":"0b6c","agent":"0.1.0",'
    b'"models":{},"queued":{},"clock":"ntp","applied":{"db_epoch":"","version":0}}'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A hub's database with one station bound to the box."""
    path = tmp_path / "hub.db"
    connection = database.open(path)
    migrate(connection)
    with database.write(connection):
        stations.save(connection, Station(station_id=STATION, name="Wai Ruhu 1", offset_cm=300.0))
        thresholds.add(connection, version_of(STATION, 1))
        bindings.bind(connection, node_id=NODE_ID, source="g1", station_id=STATION, now_ms=0)
    connection.close()
    return path


def test_a_real_uplink_and_a_real_ingest_say_all_they_have_to_say(
    rendered: RenderedBroker, path: Path, tmp_path: Path
) -> None:
    with running_ingest(rendered, database_path=path) as hub, UplinkBox(tmp_path / "box", rendered) as box:
        for n in range(20):
            box.write(level if n == 5 else reading)
        box.start()
        wait_until(box.is_empty, what="everything acknowledged", deadline_s=DEADLINE_S)
        desired = wait_until(box.inbox.desired, what="the desired state at the box", deadline_s=DEADLINE_S)
        assert desired is not None
        assert desired.version == 1
        with database.write(hub):
            command_id = commands.issue(
                hub,
                node_id=NODE_ID,
                kind="siren_test",
                site="wai-ruhu",
                args={"seconds": 3},
                ttl_s=60,
                by="test",
                now_ms=SystemClock().now_ms(),
            )
        (received,) = wait_until(lambda: box.inbox.commands_after(0), what="the command", deadline_s=DEADLINE_S)
        assert received.command_id == command_id
        box.uplink.kill()
        wait_until(lambda: _is_gone(hub), what="the last will", deadline_s=DEADLINE_S)


def test_a_forged_name_becomes_no_box_of_the_hub(rendered: RenderedBroker, path: Path) -> None:
    with running_ingest(rendered, database_path=path) as hub:
        forger = Talker(rendered, rendered.forged("$SYS"), "any")
        if forger.connect():
            forger.publish(up("$SYS", "hello"), HELLO)
        forger.close()
        with talking(rendered, NODE_ID) as box:
            box.publish(up(NODE_ID, "hello"), HELLO)
        wait_until(lambda: nodes.all_nodes(hub), what="the box at the hub", deadline_s=DEADLINE_S)
        assert [node.node_id for node in nodes.all_nodes(hub)] == [NODE_ID]


def test_what_a_box_had_the_broker_keep_is_passed_over_and_no_broker_forbids_it(
    rendered: RenderedBroker, path: Path
) -> None:
    with talking(rendered, OTHER) as box:
        box.publish(up(OTHER, "hello"), HELLO, is_retained=True)
        with listening_hub(rendered) as witness:
            assert witness.next().topic == up(OTHER, "hello")
        with running_ingest(rendered, database_path=path) as hub, talking(rendered, NODE_ID) as honest:
            honest.publish(up(NODE_ID, "hello"), HELLO)
            wait_until(lambda: nodes.all_nodes(hub), what="the honest box", deadline_s=DEADLINE_S)
            assert [node.node_id for node in nodes.all_nodes(hub)] == [NODE_ID]
        box.publish(up(OTHER, "hello"), b"", is_retained=True)


def _is_gone(hub: database.Connection) -> bool:
    node = nodes.one(hub, NODE_ID)
    return node is not None and node.gone_ms is not None
