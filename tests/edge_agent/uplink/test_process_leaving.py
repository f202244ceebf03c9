"""The real uplink process leaves the fleet at the hub's word and does not start again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.retirement import RETIRE, meant_for
from edge_agent.retirement.marker import Step, is_marked, read_marker
from tests.support.brokers import Broker, running_broker
from tests.support.outbox_records import level, open_outbox
from tests.support.plain_hub import PlainHub
from tests.support.processes import wait_until
from tests.support.uplink_box import NODE_ID, UplinkBox

DEADLINE_S = 20.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with running_broker("mosquitto", folder=tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def hub(broker: Broker) -> Iterator[PlainHub]:
    hub = PlainHub(broker)
    hub.start()
    yield hub
    hub.stop()


@pytest.mark.broker
def test_an_uplink_that_is_told_to_leave_hands_over_answers_says_gone_and_wipes(
    broker: Broker, hub: PlainHub, tmp_path: Path
) -> None:
    with UplinkBox(tmp_path / "box", broker) as box:
        box.start()
        wait_until(lambda: hub.hellos, what="hello", deadline_s=DEADLINE_S)
        wait_until(lambda: "db_epoch" in box.inbox.hub(), what="the first acknowledgement", deadline_s=DEADLINE_S)
        for node_id in ("n-another", NODE_ID):
            hub.say(NODE_ID, "command", _retire(hub, node_id))
        wait_until(lambda: box.settle() == 0 and is_marked(box.home), what="the marker", deadline_s=DEADLINE_S)
        last = box.write(level)  # the gauge has not seen the marker yet
        spool_id = box.gauge.spool_id
        box.gauge.close()
        box.gauge = open_outbox(tmp_path / "elsewhere", box.clock)  # for the box to close at the end
        wait_until(lambda: not box.uplink.is_running, what="the end", deadline_s=DEADLINE_S)
        assert box.uplink.wait() == 0
        found = read_marker(box.home)
        assert found is not None
        assert (found.step, found.command_id) == (Step.RETIRED, NODE_ID)
        assert last in hub.seen[spool_id]
        answers = {one["command_id"]: one["result"] for one in hub.of_kind("command_result")}
        assert answers == {"n-another": "refused", NODE_ID: "done"}
        wait_until(lambda: hub.gone, what="gone")
        assert not list(box.home.glob("*.db*"))


def _retire(hub: PlainHub, node_id: str) -> bytes:
    command = {"v": 1, "command_id": node_id, "kind": RETIRE, "site": "", "ttl_s": 120, "hub_ms": hub.now_ms}
    return json.dumps(command | {"args": meant_for(node_id=node_id, db_epoch=hub.epoch)}).encode()
