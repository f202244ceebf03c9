"""A box goes over to its next certificate while it works: real hub, real brokers, the real uplink."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract.clock import SystemClock, aware
from edge_agent.renewal import slots
from edge_agent.renewal.errand import command_of
from edge_agent.renewal.slots import Slots, Step
from provisioning.__main__ import main as provision
from provisioning.identity import box_key
from tests.support.authorities import IssuedByHub
from tests.support.brokers import KINDS, Broker, Kind, Tls
from tests.support.new_hubs import NewHub
from tests.support.plain_hub import PlainHub
from tests.support.processes import Child, free_port, wait_until
from tests.support.renewals import DUE_DAYS, LIFE_DAYS, issued, settled_box

DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewHub]:
    made = NewHub(tmp_path_factory.mktemp("hub"))
    with made.serving():
        yield made


class City:
    """A box whose claim was done long ago, and a broker that trusts the hub's authority."""

    def __init__(self, hub: NewHub, folder: Path, *, kind: Kind, age_days: float) -> None:
        port = free_port()
        self.box, self.known = settled_box(hub, folder / "box", age_days=age_days, broker_port=port)
        real = IssuedByHub(hub.authority, folder, now=aware(SystemClock().now_ms()))
        tls = Tls(authority=real, node_ids=(self.known.node_id,))
        self.broker = Broker(kind, folder=folder / "broker", tls=tls, port=port)
        self.slots = Slots(self.box.identity)
        self._log = folder / "uplink.log"

    @contextmanager
    def working(self) -> Iterator[tuple[PlainHub, Child]]:
        """Run broker and uplink, and listen."""
        self.broker.start()
        listener = PlainHub(self.broker)
        listener.start()
        command: list[str | Path] = [sys.executable, "-m", "edge_agent", "uplink", "--config", self.box.config]
        try:
            with Child(command, log=self._log) as uplink:
                yield listener, uplink
        finally:
            listener.stop()
            self.broker.kill()


def goes_over(city: City, listener: PlainHub, uplink: Child, *, heard: int) -> None:
    """See the uplink switch, speak for the so-manieth time and once more, and keep nothing of the old key."""
    wait_until(lambda: city.slots.in_use().name == "a", what="the switch", deadline_s=DEADLINE_S)
    uplink.wait_for_output("the new certificate is in use")
    wait_until(lambda: len(listener.hellos) > heard, what="hello again", deadline_s=DEADLINE_S)
    assert not [path for path in city.box.identity.rglob(slots.KEY) if path.read_bytes() == city.known.key]


@pytest.mark.broker
@pytest.mark.parametrize("kind", KINDS)
def test_a_box_at_work_goes_over_to_its_next_certificate(hub: NewHub, tmp_path: Path, kind: Kind) -> None:
    city = City(hub, tmp_path, kind=kind, age_days=DUE_DAYS)
    with city.working() as (listener, uplink):
        wait_until(lambda: listener.hellos, what="the first hello", deadline_s=DEADLINE_S)
        assert provision(["renew", "--config", str(city.box.config)]) == 0
        goes_over(city, listener, uplink, heard=1)
        assert [gone["session"] for gone in listener.gone][:1] == [listener.hellos[0]["session"]], "said goodbye"


@pytest.mark.broker
def test_a_box_that_was_dark_beyond_its_end_comes_back_by_itself(hub: NewHub, tmp_path: Path) -> None:
    city = City(hub, tmp_path, kind="mosquitto", age_days=LIFE_DAYS + 100)
    with city.working() as (listener, uplink):
        uplink.wait_for_output("no connection")
        asked = subprocess.run(command_of(city.box.home), check=False, capture_output=True, timeout=DEADLINE_S)
        assert asked.returncode == 0, asked.stderr
        goes_over(city, listener, uplink, heard=0)


@pytest.mark.broker
@pytest.mark.nightly
def test_a_new_certificate_that_the_broker_does_not_take_leaves_the_old_one_at_work(
    hub: NewHub, tmp_path: Path
) -> None:
    city = City(hub, tmp_path, kind="mosquitto", age_days=DUE_DAYS)
    ended = SystemClock().now_ms() - (LIFE_DAYS + 1) * 86_400_000
    key, idle = box_key.new_key(), city.slots.idle()
    idle.mkdir()
    (idle / slots.KEY).write_bytes(key)
    (idle / slots.CERTIFICATE).write_bytes(issued(key, city.known.node_id, authority=hub.authority, at_ms=ended))
    (idle / slots.BUNDLE).write_bytes(hub.authority.bundle_pem())
    (idle / slots.STEP).write_text(Step.TRIED)
    with city.working() as (listener, uplink):
        uplink.wait_for_output("the broker did not take the new certificate")
        wait_until(lambda: listener.hellos, what="hello with the old one", deadline_s=DEADLINE_S)
        assert city.slots.in_use() == city.box.identity
