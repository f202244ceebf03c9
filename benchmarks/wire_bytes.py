"""What a gauge box costs on a SIM card: IP bytes a day at default rates in peace, both directions, with all acks.

A day of 24 hours takes 24 minutes at 60x, the fastest at which each default message is still sent by itself, so a part
of it is measured and multiplied: the box runs on a clock of 60x, each real second is a minute of its day. What lives
on real time does not scale: one connect with its hello is added once a day, and keepalive pings are added as the day
at 1x would have them.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import broker
from benchmarks.city import found_city
from benchmarks.counting_proxy import Cost, CountingProxy, running_proxy
from benchmarks.figure import Bar, Figure, figure, rounded
from benchmarks.hub_home import HubHome
from benchmarks.real_box import RealBox
from benchmarks.river import calm_csv
from contract.clock import SystemClock
from tests.support import brokers as secure_brokers
from tests.support.processes import wait_until

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
    """One box and its hub, joined through a proxy that counts."""

    name: str
    home: HubHome
    proxy: CountingProxy
    box: RealBox

    def readings(self) -> int:
        """Return how many readings of the box the hub has."""
        return self.home.number("SELECT count(*) FROM records WHERE kind = 'reading'")


def figures(name: str, *, folder: Path, kind: broker.Kind, measured_s: float = MEASURED_S) -> Iterator[Figure]:
    """Yield bytes a day, plain and with TLS; both boxes run side by side."""
    with ExitStack() as stack:
        sites = [
            _plain_site(folder / "plain", kind=kind, stack=stack),
            _tls_site(folder / "tls", stack=stack),
        ]
        for site in sites:
            stack.enter_context(site.home.running("ingest"))
            stack.enter_context(site.box.running())
        for site in sites:
            wait_until(
                lambda site=site: site.readings() >= SETTLED_READINGS,  # type: ignore[misc]
                what=f"the hub to have the first readings ({site.name})",
                deadline_s=40.0,
            )
        before = [(site.proxy.cost(), site.readings()) for site in sites]
        time.sleep(measured_s)
        after = [(site.proxy.cost(), site.readings()) for site in sites]
    keepalive_s = sites[0].proxy.keepalive_s
    for site, (start, first), (end, last) in zip(sites, before, after, strict=True):
        yield _figure(name, site, start=start, steady=end.since(start), readings=last - first, keepalive_s=keepalive_s)


def _figure(name: str, site: Site, *, start: Cost, steady: Cost, readings: int, keepalive_s: int) -> Figure:
    pings = 0 if keepalive_s > BATCH_EVERY_S else DAY_S // max(1, keepalive_s)
    a_day = steady.ip_bytes / readings * READINGS_A_DAY + start.ip_bytes + pings * PING_BYTES
    return figure(
        f"{name}-{site.name}",
        a_day,
        "bytes/day",
        bar=BARS[site.name],
        detail={
            "readings_measured": readings,
            "ip_bytes_a_reading": rounded(steady.ip_bytes / readings),
            "payload_bytes_a_reading": rounded(steady.payload_bytes / readings),
            "segments_a_reading": rounded(steady.segments / readings),
            "connect_bytes": start.ip_bytes,
            "keepalive_s": keepalive_s,
            "pings_a_day": pings,
            "reconnects": steady.connections,
            "packets_seen": dict(sorted(site.proxy.seen.items())),
        },
    )


def _plain_site(folder: Path, *, kind: broker.Kind, stack: ExitStack) -> Site:
    running = stack.enter_context(broker.running_broker(kind, folder=folder / "broker"))
    return _site("plain", folder, broker_port=running.port, hub_tls="", box_tls="", stack=stack)


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
        stack=stack,
    )


def _site(name: str, folder: Path, *, broker_port: int, hub_tls: str, box_tls: str, stack: ExitStack) -> Site:
    now_ms = SystemClock().now_ms()
    clock = f"[clock]\nrate = {RATE}\nanchor_real_ms = {now_ms}\nanchor_data_ms = {now_ms}\n"
    home = HubHome(folder / "hub", mqtt_port=broker_port, extra=clock + hub_tls)
    found_city(home, node_ids=[NODE_ID])
    proxy = stack.enter_context(running_proxy(broker_port=broker_port, reads_mqtt=name == "plain"))
    box = RealBox(
        folder / "box", node_id=NODE_ID, broker_port=proxy.port, river_csv=calm_csv(from_ms=now_ms),
        extra=clock + box_tls,
    )  # fmt: skip
    return Site(name=name, home=home, proxy=proxy, box=box)
