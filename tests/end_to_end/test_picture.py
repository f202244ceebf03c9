"""A picture that a producer lays down on a box goes by the real uplink to the real hub, behind the records."""

import sys
from pathlib import Path

import pytest

from contract.clock import SystemClock, aware
from edge_agent.blobs.outgoing import Outgoing
from hub.storage import blobs
from tests.support.authorities import IssuedByHub
from tests.support.brokers import Broker, Tls
from tests.support.new_hubs import NewHub
from tests.support.picture_boxes import web_within
from tests.support.pictures import name_of, picture
from tests.support.plain_hub import PlainHub
from tests.support.processes import Child, free_port, wait_until
from tests.support.renewals import settled_box

DEADLINE_S = 60.0
"""A hello that was said before anybody listened is said again after 30 s."""


@pytest.mark.broker
@pytest.mark.nightly
def test_a_picture_of_a_working_box_comes_to_the_hub_and_leaves_the_box(tmp_path: Path) -> None:
    port, content = free_port(), picture(300_000)
    with web_within(NewHub(tmp_path / "hub")) as hub:
        box, known = settled_box(hub, tmp_path / "box", age_days=1, broker_port=port)
        real = IssuedByHub(hub.authority, tmp_path, now=aware(SystemClock().now_ms()))
        broker = Broker(
            "mosquitto", folder=tmp_path / "broker", tls=Tls(authority=real, node_ids=(known.node_id,)), port=port
        )
        broker.start()
        listener = PlainHub(broker)
        outgoing = Outgoing(box.home)
        outgoing.folder.mkdir(parents=True)
        hidden = outgoing.folder / ".new"
        hidden.write_bytes(content)
        hidden.replace(outgoing.folder / name_of(content))
        command: list[str | Path] = [sys.executable, "-m", "edge_agent", "uplink", "--config", box.config]
        try:
            with Child(command, log=tmp_path / "uplink.log"):
                wait_until((box.home / "inbox.db").exists, what="the uplink to start", deadline_s=DEADLINE_S)
                assert outgoing.newest_first(), "nobody has acknowledged a record yet"
                listener.start()
                wait_until(lambda: not outgoing.newest_first(), what="the picture to go", deadline_s=DEADLINE_S)
                assert listener.arrivals, "records went first"
        finally:
            listener.stop()
            broker.kill()
        with hub.database() as connection:
            assert [row.node_id for row in blobs.of_content(connection, name_of(content))] == [known.node_id]
