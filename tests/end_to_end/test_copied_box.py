"""Two real boxes on a copied home, over TLS with certificates of the hub's authority: found, quarantined, released.

All is real but two things: ingest runs in a thread of the test, and the test stands for the unit that tells the broker.
"""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract.clock import ScaledClock, SystemClock
from contract.records import Siren, decode_record
from hub.__main__ import main
from hub.alerting import desk
from hub.fleet.standing import Standing, standing
from hub.storage import bindings, standings, stations, thresholds
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate
from hub.storage.stations import Station
from tests.support.audit import rows_in, view_of
from tests.support.brokers import KINDS, NODE_IDS
from tests.support.hub_worlds import version_of
from tests.support.ingests import running_ingest
from tests.support.kept_brokers import KeptBroker
from tests.support.pole import Pole, box_toml, rising, river_csv
from tests.support.processes import Child, wait_until
from tests.support.rendered_brokers import Talker, listening_box
from tests.support.town import BOX_PARTS, CLOCK_STARTS, EDGE_AGENT

BOX, OTHER = NODE_IDS
FOUND_WITHIN_S = 60.0
RATE = 60.0
POLE = Pole(
    node_id=BOX,
    station_id="wai-uji",
    river=rising(peace_minutes=25, from_cm=58.0, to_cm=160.0, cm_per_minute=20.0),
    has_own_thresholds=True,
)


@dataclass(slots=True, kw_only=True)
class Copied:
    """A hub, a broker, a box, and what was copied from it."""

    folder: Path
    broker: KeptBroker
    hub: Connection
    clock: ScaledClock
    other: Talker
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start the processes of the box in the folder of this name."""
        for part in BOX_PARTS:
            child = Child(
                [*EDGE_AGENT, part, "--config", str(self.folder / name / "box.toml")],
                log=self.folder / "logs" / f"{name}-{part}.log",
            )
            self.children[f"{name}/{part}"] = child

    def kill(self, name: str) -> None:
        """End them as a power cut does."""
        for part in BOX_PARTS:
            self.children.pop(f"{name}/{part}").kill()

    def stands(self) -> Standing:
        """Return how the box stands."""
        return standing(self.hub, BOX)

    def wait_for(self, condition: Callable[[], bool], *, what: str, deadline_s: float = FOUND_WITHIN_S) -> None:
        """Wait, and meanwhile do what the broker's owner does."""

        def is_so() -> bool:
            self.broker.be_told()
            return condition()

        wait_until(is_so, what=what, deadline_s=deadline_s, poll_s=0.05)

    def records(self, kind: str = "%") -> int:
        """Return how many records of the box the hub has."""
        (count,) = self.hub.execute(
            "SELECT count(*) FROM records JOIN spools USING (spool_no) WHERE node_id = ? AND kind LIKE ?", (BOX, kind)
        ).fetchone()
        return int(count)

    def say(self, figure: str) -> None:
        """Say what was measured; `-rP` shows it."""
        sys.stdout.write(f"{self.broker.kind}: {figure}\n")

    def has_sounded(self, name: str) -> bool:
        """Answer whether the box has sounded its siren."""
        outbox = self.folder / name / "outbox-gauge.db"
        if view_of(outbox) is None:
            return False
        records = (decode_record(body) for record_class, body in rows_in(outbox).values() if record_class == 0)
        return any(isinstance(record, Siren) and record.on for record in records)


@pytest.fixture(params=[pytest.param(kind, id=kind, marks=pytest.mark.broker) for kind in KINDS])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copied]:
    clock = ScaledClock.start(
        anchor_real_ms=SystemClock().now_ms(), anchor_data_ms=round(CLOCK_STARTS.timestamp() * 1000), rate=RATE
    )
    broker = KeptBroker(request.param, folder=tmp_path)
    with ExitStack() as stack:
        stack.callback(broker.kill)
        broker.start()
        path = broker.hub_home / "hub.db"
        _write_city(path)
        _write_box(tmp_path / "box", broker, clock)
        keeper = broker.keeper(clock)
        hub = stack.enter_context(
            running_ingest(broker, database_path=path, desk=desk, clock=clock, keeper=keeper)
        )  # fmt: skip
        other = stack.enter_context(listening_box(broker, OTHER))
        made = Copied(folder=tmp_path, broker=broker, hub=hub, clock=clock, other=other)
        stack.enter_context(_ending(made))
        yield made


@contextmanager
def _ending(made: Copied) -> Iterator[None]:
    try:
        yield
    except BaseException as problem:
        problem.add_note("\n".join(child.output()[-3000:] for child in made.children.values()))
        raise
    finally:
        for child in made.children.values():
            child.kill()


def _write_city(path: Path) -> None:
    connection = database.open(path)
    migrate(connection)
    with database.write(connection):
        stations.save(connection, Station(station_id=POLE.station_id, name="Wai Uji", offset_cm=300.0))
        thresholds.add(connection, version_of(POLE.station_id, 1))
        for node_id, source in ((BOX, "g1"), (OTHER, "g9")):
            bindings.bind(connection, node_id=node_id, source=source, station_id=POLE.station_id, now_ms=0)
    connection.close()


def _write_box(home: Path, broker: KeptBroker, clock: ScaledClock) -> None:
    """Write a box whose whole identity lies in its home, as on a card."""
    home.mkdir()
    pair = broker.identity(BOX)
    shutil.copy(pair.certificate, home / "box.crt")
    shutil.copy(pair.key, home / "box.key")
    shutil.copy(broker.tls.authority.ca_certificate, home / "root.pem")
    tls = '[hub.tls]\nca = "root.pem"\ncertificate = "box.crt"\nkey = "box.key"\n'
    (home / "box.toml").write_text(box_toml(POLE, clock=clock, mqtt_port=broker.port) + tls, encoding="utf-8")
    (home / "river.csv").write_text(river_csv(POLE.river, begins_ms=clock.now_ms()), encoding="utf-8")


@pytest.mark.nightly
def test_two_boxes_on_a_copied_home_are_quarantined_within_60_s_and_one_is_heard_again_when_released(
    copied: Copied,
) -> None:
    copied.start("box")
    wait_until(lambda: copied.records() > 3, what="the box to be heard", deadline_s=30)
    shutil.copytree(copied.folder / "box", copied.folder / "copy")

    began_s = time.monotonic()
    copied.start("copy")
    copied.wait_for(lambda: copied.stands() is Standing.QUARANTINED, what="the quarantine", deadline_s=FOUND_WITHIN_S)
    copied.say(f"two boxes found {time.monotonic() - began_s:.1f} s after the second started")
    (found,) = standings.not_live(copied.hub)
    assert "instance" in found.reason
    silent_at = copied.records()

    copied.kill("copy")
    copied.wait_for(lambda: copied.has_sounded("box"), what="the box's own siren")
    assert copied.records() == silent_at
    assert copied.other.ended.empty()

    config = copied.folder / "hub.toml"
    config.write_text(f'home = "{copied.broker.hub_home}"\n', encoding="utf-8")
    assert main(["node", "release", BOX, "--reason", "kartu salinan disita", "--config", str(config)]) == 0
    began_s = time.monotonic()
    copied.wait_for(lambda: copied.records("siren") > 0, what="what waited on the box")
    copied.say(f"what waited came {time.monotonic() - began_s:.1f} s after `hub node release`")
    assert copied.other.ended.empty()
    assert copied.stands() is Standing.LIVE
