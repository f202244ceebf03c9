"""A new box, from the label to the first hello over mutual TLS, against both brokers and with every real program."""

import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from contract.clock import SystemClock, aware
from edge_agent import config as edge_config
from hub.__main__ import main as at_hub
from hub.storage import nodes
from provisioning.__main__ import main as provision
from tests.support.authorities import IssuedByHub
from tests.support.brokers import KINDS, Broker, Kind, Tls
from tests.support.new_hubs import NewBox, NewHub
from tests.support.processes import Child, free_port, wait_until

DEADLINE_S = 60.0


@pytest.mark.broker
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["https", "stick"])
def test_the_hub_hears_a_new_box_under_the_name_that_it_gave(tmp_path: Path, kind: Kind, way: str) -> None:
    broker_port = free_port()
    hub, box = NewHub(tmp_path / "hub", broker_port=broker_port), NewBox(tmp_path / "box")
    node_id = claimed(hub, box, way=way, usb=tmp_path / "usb")
    now = aware(SystemClock().now_ms())
    issued = IssuedByHub(hub.authority, tmp_path, now=now)
    broker = Broker(
        kind, folder=tmp_path / "broker", tls=Tls(authority=issued, node_ids=(node_id,)), port=broker_port
    )  # fmt: skip
    ingest: list[str | Path] = [sys.executable, "-m", "hub", "ingest", "--config", hub.config]
    uplink: list[str | Path] = [sys.executable, "-m", "edge_agent", "uplink", "--config", box.config]
    with ExitStack() as stack:
        stack.callback(broker.kill)
        broker.start()
        with Child(ingest, log=tmp_path / "ingest.log") as listening, hub.database() as connection:
            # A hello that nobody hears yet is said again 30 s later: true in a city, slow in a test.
            wait_until(lambda: is_connected(listening, broker_port), what="ingest at the broker", deadline_s=DEADLINE_S)
            speaking = stack.enter_context(Child(uplink, log=tmp_path / "uplink.log"))

            def is_heard() -> bool:
                assert listening.is_running, listening.output()
                assert speaking.is_running, speaking.output()
                node = nodes.one(connection, node_id)
                return node is not None and node.is_online

            wait_until(is_heard, what=f"the first hello of {node_id}", deadline_s=DEADLINE_S, poll_s=0.1)
            assert [one.node_id for one in nodes.all_nodes(connection)] == [node_id]


def is_connected(program: Child, port: int) -> bool:
    """Answer whether a program has a connection to a port."""
    assert program.is_running, program.output()
    connections = psutil.Process(program.pid).net_connections("tcp")
    return any(one.raddr[1:] == (port,) and one.status == "ESTABLISHED" for one in connections)


def claimed(hub: NewHub, box: NewBox, *, way: str, usb: Path) -> str:
    """Make a box known; return the name that the hub gave it."""
    label = hub.label().encoded()
    if way == "stick":
        usb.mkdir()
        assert provision(box.claiming("--code", label, "--usb", usb)) == 3
        assert at_hub(["usb", "import", str(usb), "--config", str(hub.config)]) == 0
        assert provision(box.claiming("--usb", usb)) == 0
    else:
        with hub.serving():
            assert provision(box.claiming("--code", label, hub=hub)) == 0
    return edge_config.load(box.config).box.node
