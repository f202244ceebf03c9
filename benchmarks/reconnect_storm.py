"""500 boxes come back at once by TLS, as after a telephone mast was away, while other boxes have alerts to tell.

Each of the 500 runs the MQTT library of the real box, connects, says hello and brings a batch of 50 records; it is
served when the hub has acknowledged that. Meanwhile boxes that stayed connected send readings over Awas one after the
other; an alert is there when it stands in the hub's database, where wall and dispatcher find it.
"""

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from benchmarks import broker
from benchmarks.city import found_city, station_id
from benchmarks.errors import ProductError
from benchmarks.figure import Bar, Figure, figure, spread
from benchmarks.fleet import Fleet
from benchmarks.hub_home import ROOT, HubHome
from benchmarks.paho_boxes import LONGEST_S, SAID_WHEN_SERVED
from benchmarks.readings import live_batches, still_water
from benchmarks.secure_city import SecureCity
from benchmarks.simulated_box import Box
from contract.clock import SystemClock
from contract.flow import BATCHES_IN_FLIGHT
from tests.support.processes import Child, wait_until

SERVED_BAR = Bar(sign="<", limit=60)
ALERT_BAR = Bar(sign="<", limit=5)
BOXES = 500
PROCESSES = 2
ALERTS_MOST = 60
ALERT_EVERY_S = 0.25
AWAS_CM = 240.0
ENOUGH_READINGS = 3
"""What the level rule's persistence asks for before Awas."""
ALERT_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05
_ALERT = "SELECT count(*) FROM alerts WHERE station_id = ? AND severity = 3"


def figures(
    name: str, *, folder: Path, kind: broker.Kind, boxes: int = BOXES, alerts: int = ALERTS_MOST
) -> Iterator[Figure]:
    """Yield two figures for each kind of broker."""
    del kind  # it is about both
    returning = [f"n-back{number:04}" for number in range(boxes)]
    telling = [f"n-tell{number:04}" for number in range(alerts)]
    city = SecureCity(folder / "city", node_ids=[*returning, *telling])
    for one in broker.KINDS:
        served_s, alerts_s = _storm(city, one, folder=folder / one, returning=returning, telling=telling)
        yield figure(f"{name}-served-{one}", max(served_s), "s", bar=SERVED_BAR, detail=spread(served_s))
        yield figure(f"{name}-alert-{one}", max(alerts_s), "s", bar=ALERT_BAR, detail=spread(alerts_s))


def _storm(
    city: SecureCity, kind: broker.Kind, *, folder: Path, returning: Sequence[str], telling: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Return how long each box waited to be served, and how long each alert took, real s."""
    with ExitStack() as stack:
        running = stack.enter_context(city.running_broker(kind, folder=folder / "broker", is_tls=True))
        home = HubHome(folder / "hub", mqtt_port=running.port, extra=city.hub_toml())
        found_city(home, node_ids=telling)
        stack.enter_context(home.running("ingest"))
        fleet = Fleet([_telling_box(city, node_id) for node_id in telling], port=running.port)
        stack.callback(fleet.close)
        fleet.connect()
        share = -(-len(returning) // PROCESSES)
        groups = [
            stack.enter_context(_paho(city, returning[first : first + share], port=running.port, folder=folder))
            for first in range(0, len(returning), share)
        ]
        for group in groups:
            group.wait_for_output(SAID_WHEN_SERVED, deadline_s=LONGEST_S)
        for group in groups:
            group.send(signal.SIGUSR1)
        alerts_s = _alerts_until_all_are_served(home, fleet, groups)
        served_s = [seconds for group in groups for seconds in _served_s(group)]
    if len(served_s) != len(returning):
        raise ProductError(f"{kind}: {len(returning) - len(served_s)} boxes were not served within {LONGEST_S:g} s")
    return served_s, alerts_s


def _alerts_until_all_are_served(home: HubHome, fleet: Fleet, groups: Sequence[Child]) -> list[float]:
    """Raise an alert after the other until the storm is over; return how long each took."""
    took_s: list[float] = []
    for box in fleet.boxes:
        if took_s and _have_ended(groups):
            break
        took_s.append(_alert(home, fleet, box))
        time.sleep(ALERT_EVERY_S)
    wait_until(lambda: _have_ended(groups), what="all boxes to be served", deadline_s=LONGEST_S, poll_s=LOOK_EVERY_S)
    return took_s


def _alert(home: HubHome, fleet: Fleet, box: Box) -> float:
    """Let one box tell of an Awas; return how long it took until the alert was there, real s."""
    station, started_s = station_id(box.node_id), time.monotonic()
    fleet.send_one(box)
    wait_until(
        lambda: home.number(_ALERT, station) > 0,
        what=f"the alert of {box.node_id}",
        deadline_s=ALERT_WITHIN_S,
        poll_s=LOOK_EVERY_S,
    )
    return time.monotonic() - started_s


def _have_ended(groups: Sequence[Child]) -> bool:
    return all("\n[" in group.output() or not group.is_running for group in groups)


def _served_s(group: Child) -> list[float]:
    """Return what a process of boxes has said last, without those that were never served."""
    said = group.output().splitlines()[-1]
    return [seconds for seconds in msgspec.json.decode(said, type=list[float | None]) if seconds is not None]


def _telling_box(city: SecureCity, node_id: str) -> Box:
    box = Box(node_id, context=city.context(node_id))
    made = live_batches(
        node_id=node_id, spool_id=box.spool_id, batch_records=ENOUGH_READINGS, values=still_water(AWAS_CM),
        window=BATCHES_IN_FLIGHT, clock=SystemClock(),
    )  # fmt: skip
    box.batches = made
    return box


def _paho(city: SecureCity, node_ids: Sequence[str], *, port: int, folder: Path) -> Child:
    words: list[str | Path] = [sys.executable, "-m", "benchmarks.paho_boxes", "--port", str(port)]
    words += ["--boxes", city.boxes, "--root", city.root, *node_ids]
    return Child(words, log=folder / f"{node_ids[0]}.log", cwd=ROOT)
