"""The composition root: from a configuration to processes that run; the only place that names concrete classes.

Each function imports what its process needs when it is called: the gauge process must load nothing of the network,
the uplink nothing of the sensors.
"""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contract.clock import Clock, kernel_boot_id
from edge_agent.config import EdgeConfig, boot_name, open_clock
from edge_agent.errors import WiringError
from edge_agent.quota import GAUGE_SHARE, Quota
from edge_agent.stop import Stop

if TYPE_CHECKING:
    from edge_agent.gauges.post import SensorPost
    from edge_agent.gauges.siren import Siren
    from edge_agent.outbox.outbox import Outbox

GAUGE_OUTBOX = "outbox-gauge.db"
"""In the box's home."""

BUSY_TRIES = 12
BUSY_PAUSE_S = 0.2
"""Each try waits as long again inside SQLite: about 5 s in all."""

MEMORY_RUN_MS = 600_000
"""Real; a gauge that works from memory ends after so long, to be started again: each start tries the disk first."""

log = logging.getLogger(__name__)


def run_gauge(config: EdgeConfig, *, folder: Path, stop: Stop) -> int:
    """Run the gauge process until the stop; return the exit code: 1 asks to be started again.

    Args:
        config: of the box.
        folder: where relative paths of the drivers' tables begin.
        stop: ends it.

    Raises:
        WiringError: the outbox cannot be opened.
        RetiredError: the hub has retired this box.
    """
    from edge_agent.alarm.desk import AlarmDesk
    from edge_agent.alarm.judgement import Judge
    from edge_agent.gauges.process import GaugeProcess
    from edge_agent.health.box_clock import BoxClock
    from edge_agent.health.kernel_time import KernelTime
    from edge_agent.health.watchdog import Watchdog
    from edge_agent.outbox.inbox import InboxReader
    from edge_agent.retirement.marker import is_marked, refuse_retired

    refuse_retired(config.box.home)
    clock, kernel_boot = open_clock(config), boot_name(config)
    store = open_gauge_store(config, clock=clock, stop=stop)
    with store.outbox as outbox:
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
            quota=store.quota,
            storage_fault=store.fault,
            lost_records=store.lost,
            fallbacks={source: gauge.desired for source, gauge in config.gauge.items()},
        )
        process = GaugeProcess(
            posts=sensor_posts(config, clock=clock, folder=folder),
            desk=desk,
            inbox=InboxReader.open(config.box.home / "inbox.db"),
            clock=clock,
            kernel_boot=kernel_boot,
            watchdog=Watchdog(clock=clock),
            ends_real_ms=clock.real_ms() + MEMORY_RUN_MS if store.fault else None,
            is_to_leave=partial(is_marked, config.box.home),
        )
        process.run(stop)
    return 0 if stop.is_set() else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeStore:
    """Where the gauge process writes, how much, and why that is not the disk (empty: it is)."""

    outbox: "Outbox"
    quota: Quota
    fault: str = ""
    lost: int = 0
    """Records that an earlier process held in memory only."""


def open_gauge_store(config: EdgeConfig, *, clock: Clock, stop: Stop) -> GaugeStore:
    """Return the gauge process's outbox: on the disk, or in memory while the disk cannot be written.

    Raises:
        WiringError: another gauge process has it, or neither can be opened; the text says why.
    """
    from edge_agent.outbox.errors import OutboxError, OutboxInUseError
    from edge_agent.outbox.refuge import forget_refuge

    try:
        outbox = _open_on_disk(config, clock=clock, stop=stop)
    except OutboxInUseError as exc:
        raise WiringError(f"{exc}. Coba / Try: lihat [box] home / look at [box] home") from exc
    except (OutboxError, OSError) as exc:
        return _open_in_memory(config, clock=clock, why=str(exc))
    return GaugeStore(outbox=outbox, quota=gauge_quota(config), lost=forget_refuge(_refuge_path(config)))


def _open_on_disk(config: EdgeConfig, *, clock: Clock, stop: Stop) -> "Outbox":
    """Return the outbox on the disk, with what the gauge has learnt in memory since it was last open.

    Raises:
        OutboxError: it cannot be opened, or does not take that.
    """
    from edge_agent.alarm.memory import TOLD
    from edge_agent.outbox.errors import OutboxError
    from edge_agent.outbox.refuge import take_along

    outbox = open_when_free(config, name=GAUGE_OUTBOX, quota=gauge_quota(config), clock=clock, stop=stop)
    try:
        take_along(_refuge_path(config), outbox=outbox, besides=TOLD)
    except (OutboxError, OSError):
        outbox.close()
        raise
    return outbox


def open_when_free(config: EdgeConfig, *, name: str, quota: Quota, clock: Clock, stop: Stop) -> "Outbox":
    """Open an outbox; a file that is busy is tried again for some seconds: most such troubles are over by then.

    Args:
        config: of the box.
        name: of the file in the box's home.
        quota: the producer's part.
        clock: gives the time of the outbox's own records.
        stop: ends the waiting.

    Raises:
        OutboxError: it cannot be opened.
    """
    from edge_agent.outbox.errors import OutboxBusyError
    from edge_agent.outbox.outbox import Outbox

    tries_left = BUSY_TRIES
    while True:
        tries_left -= 1
        try:
            return Outbox.open(
                config.box.home / name,
                clock=clock,
                node_id=config.box.node,
                board=config.box.board,
                limit_mb=quota.limit_mb(None),
                is_scaled=config.clock is not None,
            )
        except OutboxBusyError:
            if tries_left == 0 or stop.wait(BUSY_PAUSE_S):
                raise


def _open_in_memory(config: EdgeConfig, *, clock: Clock, why: str) -> GaugeStore:
    """Return an outbox that needs no disk: a flood does not wait for a new card."""
    from edge_agent.outbox.errors import OutboxError
    from edge_agent.outbox.keeper import Keeper
    from edge_agent.outbox.refuge import REFUGE_MB, open_refuge

    keeper = Keeper(
        node=config.box.node,
        board=config.box.board,
        kernel_boot=kernel_boot_id(),
        is_scaled=config.clock is not None,
    )
    path = _refuge_path(config)
    try:
        outbox = open_refuge(path, left=config.box.home / GAUGE_OUTBOX, clock=clock, keeper=keeper)
    except (OutboxError, OSError) as exc:
        raise WiringError(
            f"{why}; {path.parent}: {exc}. Coba / Try: lihat [box] home dan runtime / look at [box] home and runtime"
        ) from exc
    log.critical("outbox: %s. RECORDS ARE HELD IN MEMORY ONLY, in %s; level and siren work", why, path.parent)
    whole_mb = 2 * round(REFUGE_MB)
    text = f"Kartu tidak dapat ditulis; catatan hanya di memori dan hilang saat listrik padam. Sebab: {why}"
    return GaugeStore(outbox=outbox, quota=Quota(most_mb=whole_mb, share=REFUGE_MB / whole_mb), fault=text)


def _refuge_path(config: EdgeConfig) -> Path:
    return config.box.runtime / config.box.node / GAUGE_OUTBOX


def gauge_quota(config: EdgeConfig) -> Quota:
    """Return the gauge process's part of the box's quota."""
    return Quota(most_mb=config.box.quota_mb, share=GAUGE_SHARE)


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
        RetiredError: the hub has retired this box.
    """
    if config.hub is None:
        raise WiringError(
            "[hub] tidak ada / is missing: uplink needs host and port. Coba / Try: add [hub] to the config"
        )
    from edge_agent.uplink import process

    return process.run(config, clock=open_clock(config), stop=stop)
