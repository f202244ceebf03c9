"""The composition root: from a configuration to processes that run; the only place that names concrete classes.

Each function imports what its process needs when it is called: the gauge process must load nothing of the network,
the uplink nothing of the sensors.
"""

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from contract.clock import Clock, kernel_boot_id
from edge_agent.config import LEAST_QUOTA_MB, EdgeConfig, open_clock
from edge_agent.errors import WiringError
from edge_agent.stop import Stop

if TYPE_CHECKING:
    from edge_agent.gauges.post import SensorPost
    from edge_agent.gauges.siren import Siren
    from edge_agent.outbox.outbox import Outbox

GAUGE_SHARE = 0.5
"""Of `quota_mb`; the camera's is 0.4 and the uplink's 0.1."""

log = logging.getLogger(__name__)


def run_gauge(config: EdgeConfig, *, folder: Path, stop: Stop) -> int:
    """Run the gauge process until the stop; return the exit code.

    Args:
        config: of the box.
        folder: where relative paths of the drivers' tables begin.
        stop: ends it.

    Raises:
        WiringError: the outbox cannot be opened.
    """
    from edge_agent.alarm.desk import AlarmDesk
    from edge_agent.alarm.judgement import Judge
    from edge_agent.gauges.process import GaugeProcess
    from edge_agent.health.box_clock import BoxClock
    from edge_agent.health.kernel_time import KernelTime
    from edge_agent.health.watchdog import Watchdog
    from edge_agent.outbox.inbox import InboxReader

    clock, kernel_boot = open_clock(config), kernel_boot_id()
    with open_gauge_outbox(config, clock=clock) as outbox:
        siren, siren_fault = open_siren(config)
        box_clock = BoxClock(clock=clock, source=KernelTime(), boot=outbox.boot, remembered=outbox.state("clock"))
        desk = AlarmDesk(
            node_id=config.box.node,
            outbox=outbox,
            clock=clock,
            box_clock=box_clock,
            kernel_boot=kernel_boot,
            judge=Judge(clock_rate=clock.rate),
            siren=siren,
            siren_fault=siren_fault,
            fallbacks={source: gauge.desired for source, gauge in config.gauge.items()},
        )
        process = GaugeProcess(
            posts=sensor_posts(config, clock=clock, folder=folder),
            desk=desk,
            inbox=InboxReader.open(config.box.home / "inbox.db"),
            clock=clock,
            kernel_boot=kernel_boot,
            watchdog=Watchdog(clock=clock),
        )
        process.run(stop)
    return 0


def open_gauge_outbox(config: EdgeConfig, *, clock: Clock) -> "Outbox":
    """Return the gauge process's outbox.

    Raises:
        WiringError: it cannot be opened; the text says why.
    """
    from edge_agent.outbox.errors import OutboxError
    from edge_agent.outbox.outbox import Outbox

    path = config.box.home / "outbox-gauge.db"
    try:
        return Outbox.open(
            path,
            clock=clock,
            node_id=config.box.node,
            board=config.box.board,
            limit_mb=quota_mb(config, path) * GAUGE_SHARE,
            is_scaled=config.clock is not None,
        )
    except (OutboxError, OSError) as exc:
        raise WiringError(f"{exc}. Coba / Try: lihat [box] home / look at [box] home") from exc


def quota_mb(config: EdgeConfig, path: Path) -> int:
    """Return the box's quota: what the hub wants, as far as the config allows; a new one holds from the next start."""
    from contract.desired import Desired
    from edge_agent.outbox.errors import OutboxError
    from edge_agent.outbox.reader import OutboxReader

    try:
        held = OutboxReader.open(path).state("desired")
        wanted = msgspec.json.decode(held or b"null", type=Desired | None)
    except (OutboxError, msgspec.DecodeError) as exc:
        log.debug("quota: %s", exc)
        return config.box.quota_mb
    return config.box.quota_mb if wanted is None else max(LEAST_QUOTA_MB, min(config.box.quota_mb, wanted.quota_mb))


def open_siren(config: EdgeConfig) -> "tuple[Siren | None, str]":
    """Return the siren and no fault, or no siren and why its output cannot be opened: the readings go on without."""
    if config.siren is None:
        return None, ""
    from edge_agent.gauges.drivers import open_siren_output
    from edge_agent.gauges.errors import GaugeError

    try:
        return open_siren_output(config.siren), ""
    except GaugeError as exc:
        log.warning("siren: %s", exc)
        return None, f"Sirene tidak dapat dibuka: {exc}"


def sensor_posts(config: EdgeConfig, *, clock: Clock, folder: Path) -> "list[SensorPost]":
    """Return a post for each gauge; its sensor is opened at the first look."""
    from edge_agent.gauges.drivers import open_sensor
    from edge_agent.gauges.post import SensorPost
    from edge_agent.gauges.ultrasonic import ECHO_MODELS

    posts = []
    for source, gauge in config.gauge.items():
        settings = gauge.sensor()
        opener = partial(open_sensor, settings, clock=clock, folder=folder)
        posts.append(SensorPost(source=source, open_sensor=opener, span=ECHO_MODELS[settings.model].span))
    return posts


def run_uplink(config: EdgeConfig, *, stop: Stop) -> int:
    """Run the uplink process until the stop; return the exit code.

    Raises:
        WiringError: the config names no hub.
    """
    if config.hub is None:
        raise WiringError(
            "[hub] tidak ada / is missing: uplink needs host and port. Coba / Try: add [hub] to the config"
        )
    from edge_agent.uplink import process

    return process.run(config, clock=open_clock(config), stop=stop)
