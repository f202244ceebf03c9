"""What a gauge box costs on a SIM card: IP bytes a day at default rates in peace, both directions, with all acks.

A day of 24 hours takes 24 minutes at 60x, the fastest at which each default message is still sent by itself, so a part
of it is measured and multiplied: the box runs on a clock of 60x, each real second is a minute of its day. What lives
on real time does not scale: one connect with its hello is added a day, and keepalive pings are added as a day at 1x
would have them. Pauses of a second and of a minute are the same to TCP: both are longer than its time-out.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import broker
from benchmarks.city import found_city
from benchmarks.errors import ProductError
from benchmarks.figure import Bar, Figure, figure, rounded
from benchmarks.hub_home import HubHome
from benchmarks.real_box import RealBox, process_of
from benchmarks.river import calm_csv
from benchmarks.wire_count import Cost, cost_of
from contract.clock import SystemClock
from edge_agent.uplink.link import KEEPALIVE_S
from tests.support import brokers as secure_brokers
from tests.support.processes import Child, wait_until

BARS = {"plain": Bar(sign="<", limit=1_500_000), "tls": Bar(sign="<", limit=1_800_000)}
NODE_ID = "n-bench-wire"
RATE = 60
MEASURED_S = 60.0
SETTLED_READINGS = 5
"""Before them the box connects, says hello and is told its thresholds."""
READINGS_A_DAY = 1440
DAY_S = 86_400
BATCH_EVERY_S = 60
PING_BYTES = 2 + 2 + 3 * 52
"""Ping, pong, and the bare acknowledgement of the pong, each with its headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One box and its hub, with a broker between them."""

    name: str
    home: HubHome
    box: RealBox

    def readings(self) -> int:
        """Return how many readings of the box the hub has."""
        return self.home.number("SELECT count(*) FROM records WHERE kind = 'reading'")

    def cost(self, running_box: Child) -> Cost:
        """Return what the box's connection has cost so far."""
        found = cost_of(process_of(running_box, "uplink"), port=self.home.mqtt_port)
        if found is None:
            raise ProductError(f"wire bytes: the box ({self.name}) is not connected")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Where a site stands at one moment."""

    cost: Cost
    readings: int


def figures(name: str, *, folder: Path, kind: broker.Kind, measured_s: float = MEASURED_S) -> Iterator[Figure]:
    """Yield bytes a day, plain and with TLS; both boxes run side by side."""
    with ExitStack() as stack:
        sites = [_plain_site(folder / "plain", kind=kind, stack=stack), _tls_site(folder / "tls", stack=stack)]
        boxes = [_started(site, stack) for site in sites]
        before = [Sample(cost=site.cost(box), readings=site.readings()) for site, box in zip(sites, boxes, strict=True)]
        time.sleep(measured_s)
        after = [Sample(cost=site.cost(box), readings=site.readings()) for site, box in zip(sites, boxes, strict=True)]
        kinds = [site.home.ask("SELECT kind, count(*) FROM records GROUP BY kind ORDER BY kind") for site in sites]
    for site, start, end, counts in zip(sites, before, after, kinds, strict=True):
        yield _figure(
            f"{name}-{site.name}", start, end, bar=BARS[site.name], records={str(kind): count for kind, count in counts}
        )


def _started(site: Site, stack: ExitStack) -> Child:
    """Start hub and box of a site and return the box when it has come to rest."""
    stack.enter_context(site.home.running("ingest"))
    box = stack.enter_context(site.box.running())
    wait_until(
        lambda: site.readings() >= SETTLED_READINGS,
        what=f"the hub to have the first readings ({site.name})",
        deadline_s=40.0,
        poll_s=0.1,
    )
    return box


def _figure(name: str, start: Sample, end: Sample, *, bar: Bar, records: dict[str, object]) -> Figure:
    if start.cost.local_port != end.cost.local_port:
        raise ProductError(f"{name}: the box connected again while it was measured. Try: run the bench alone")
    readings = end.readings - start.readings
    ip_bytes, payload_bytes, segments = (
        (last - first) / readings
        for first, last in (
            (start.cost.ip_bytes, end.cost.ip_bytes),
            (start.cost.payload_bytes, end.cost.payload_bytes),
            (start.cost.segments, end.cost.segments),
        )
    )
    pings = 0 if KEEPALIVE_S > BATCH_EVERY_S else DAY_S // KEEPALIVE_S
    return figure(
        name,
        ip_bytes * READINGS_A_DAY + start.cost.ip_bytes + pings * PING_BYTES,
        "bytes/day",
        bar=bar,
        detail={
            "readings_measured": readings,
            "ip_bytes_a_reading": rounded(ip_bytes),
            "payload_bytes_a_reading": rounded(payload_bytes),
            "segments_a_reading": rounded(segments),
            "connect_and_first_readings_bytes": start.cost.ip_bytes,
            "pings_a_day": pings,
            "records": records,
        },
    )


def _plain_site(folder: Path, *, kind: broker.Kind, stack: ExitStack) -> Site:
    running = stack.enter_context(broker.running_broker(kind, folder=folder / "broker"))
    return _site("plain", folder, broker_port=running.port, hub_tls="", box_tls="")


def _tls_site(folder: Path, *, stack: ExitStack) -> Site:
    """Return a site on mosquitto with mutual TLS, as a city has it."""
    running = stack.enter_context(
        secure_brokers.running_broker("mosquitto", folder=folder / "broker", node_ids=(NODE_ID,))
    )
    assert running.tls is not None
    ca = f'ca = "{running.tls.authority.ca_certificate}"'
    hub, box = (running.tls.client(name) for name in (secure_brokers.HUB_ID, NODE_ID))
    return _site(
        "tls",
        folder,
        broker_port=running.port,
        hub_tls=f'[mqtt.tls]\n{ca}\ncertificate = "{hub.certificate}"\nkey = "{hub.key}"\n',
        box_tls=f'[hub.tls]\n{ca}\ncertificate = "{box.certificate}"\nkey = "{box.key}"\n',
    )


def _site(name: str, folder: Path, *, broker_port: int, hub_tls: str, box_tls: str) -> Site:
    now_ms = SystemClock().now_ms()
    clock = f"[clock]\nrate = {RATE}\nanchor_real_ms = {now_ms}\nanchor_data_ms = {now_ms}\n"
    home = HubHome(folder / "hub", mqtt_port=broker_port, extra=clock + hub_tls)
    found_city(home, node_ids=[NODE_ID])
    box = RealBox(
        folder / "box",
        node_id=NODE_ID,
        broker_port=broker_port,
        river_csv=calm_csv(from_ms=now_ms),
        extra=clock + box_tls,
    )
    return Site(name=name, home=home, box=box)
