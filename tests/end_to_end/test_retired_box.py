"""A box leaves the fleet: real hub, real broker over TLS, the real processes of the box; then the board comes back."""

import sys
from pathlib import Path

import pytest

from contract.clock import SystemClock, aware
from edge_agent import app
from edge_agent import config as edge_config
from edge_agent.outbox.outbox import Outbox
from edge_agent.retirement.errors import RetiredError
from edge_agent.retirement.marker import NAME, Step, read_marker
from edge_agent.stop import Stop
from edge_agent.uplink.witnesses import FILE_NAME as WITNESSES
from hub.__main__ import main as at_hub
from hub.fleet.retirement import UNDO_S
from hub.fleet.standing import Standing, standing
from hub.storage import bindings, stations
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.stations import Station
from provisioning.__main__ import main as provision
from tests.support.authorities import IssuedByHub
from tests.support.brokers import Broker, Tls
from tests.support.clocks import FakeClock
from tests.support.ingests import running_ingest
from tests.support.new_hubs import SITES, NewBox, NewHub
from tests.support.outbox_records import append, reading
from tests.support.processes import Child, free_port, wait_until
from tests.support.renewals import settled_box

DEADLINE_S = 30.0
WAITING = 3
BACKLOG = 300


@pytest.mark.broker
@pytest.mark.nightly
def test_a_box_that_is_retired_hands_everything_over_wipes_itself_and_comes_back_as_another(tmp_path: Path) -> None:
    port = free_port()
    hub = NewHub(tmp_path / "hub", broker_port=port)
    box, known = settled_box(hub, tmp_path / "box", age_days=1, broker_port=port)
    tls = Tls(authority=IssuedByHub(hub.authority, tmp_path, now=aware(SystemClock().now_ms())), node_ids=())
    broker = Broker("mosquitto", folder=tmp_path / "broker", tls=tls, port=port)
    backlog(box, known.node_id)
    with hub.database() as connection, database.write(connection):
        now_ms = hub.now_ms()
        stations.save(connection, Station(station_id="wai-uji", name="Wai Uji", offset_cm=300.0))
        bindings.bind(connection, node_id=known.node_id, source="g1", station_id="wai-uji", now_ms=now_ms)
    broker.start()
    command: list[str | Path] = [sys.executable, "-m", "edge_agent", "run", "--config", box.config]
    try:
        with running_ingest(broker, database_path=hub.home / "hub.db") as connection:
            assert (
                at_hub(["node", "retire", known.node_id, "--reason", "pos ditutup", "--config", str(hub.config)]) == 0
            )
            with database.write(connection):  # the two minutes in which it can be undone are over
                connection.execute("UPDATE retirements SET asked_ms = asked_ms - ?", (1000 * UNDO_S,))
            with Child(command, log=tmp_path / "box.log") as running:
                wait_until(lambda: is_retired(box), what="the wipe", deadline_s=DEADLINE_S)
                wait_until(
                    lambda: standing(connection, known.node_id) is Standing.REVOKED,
                    what="the hub to close the door",
                    deadline_s=DEADLINE_S,
                )
                assert running.is_running
            everything_is_there(connection)
            (binding,) = bindings.all_bindings(connection)
            assert binding.ended_ms is not None
    finally:
        broker.kill()
    left = {str(path.relative_to(box.home)) for path in box.home.rglob("*") if not path.is_dir()}
    assert left == {NAME, WITNESSES}
    refuses_to_start(box)
    assert claimed_anew(hub, box, usb=tmp_path / "usb") != known.node_id
    assert read_marker(box.home) is None


def backlog(box: NewBox, node_id: str) -> None:
    """Have the gauge leave records behind that nobody was told."""
    clock = FakeClock(now_ms=SystemClock().now_ms())
    with Outbox.open(
        box.home / "outbox-gauge.db", clock=clock, node_id=node_id, board="laptop", limit_mb=8, is_scaled=False
    ) as outbox:
        append(outbox, clock, reading, count=BACKLOG)


def is_retired(box: NewBox) -> bool:
    found = read_marker(box.home)
    return found is not None and found.step is Step.RETIRED


def everything_is_there(connection: Connection) -> None:
    """See that the hub has each number that the box ever gave out, and no number is missing."""
    rows = connection.execute(
        "SELECT s.producer, count(*), max(r.seq), s.next FROM records AS r JOIN spools AS s USING (spool_no)"
        " GROUP BY s.spool_no"
    ).fetchall()
    assert {producer for producer, *_ in rows} == {"gauge", "uplink"}
    for producer, count, highest, following in rows:
        assert count == highest == following - 1, producer
    assert max(count for _, count, _, _ in rows) >= BACKLOG


def refuses_to_start(box: NewBox) -> None:
    settings = edge_config.load(box.config)
    with pytest.raises(RetiredError, match="sudah dipensiunkan"):
        app.run_gauge(settings, folder=box.config.parent, stop=Stop())
    with pytest.raises(RetiredError, match="claim it by a new label"):
        app.run_uplink(settings, stop=Stop())


def claimed_anew(hub: NewHub, box: NewBox, *, usb: Path) -> str:
    """Claim the board by a new label, carried on a stick; return its new name."""
    usb.mkdir()
    assert provision(box.claiming("--code", hub.label(SITES[1]).encoded(), "--usb", usb)) == WAITING
    assert is_retired(box), "not before the claim is through"
    assert at_hub(["usb", "import", str(usb), "--config", str(hub.config)]) == 0
    assert provision(box.claiming("--usb", usb)) == 0
    return edge_config.load(box.config).box.node
