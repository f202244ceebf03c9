"""What a configuration names outside itself: series, views, models, TLS files, pins, folders.

Looked at by `--check-config` only.

A box starts without them, says so by a fault and tries again; the technician who still stands at the pole should
know before that.
"""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from contract.clock import Clock
from edge_agent import camera_surroundings
from edge_agent.config import EdgeConfig, GaugeConfig, TlsConfig
from edge_agent.gauges.drivers import open_sensor, open_siren_output
from edge_agent.gauges.errors import GaugeError
from edge_agent.gauges.settings import SirenSettings
from edge_agent.uplink.tls import files_in_use


def problems(config: EdgeConfig, *, folder: Path, clock: Clock) -> list[str]:
    """Return what is missing or wrong around a config, each problem beginning with its key.

    Args:
        config: a good one.
        folder: where relative paths of the drivers' tables begin.
        clock: the box's.
    """
    found = [problem for source, gauge in config.gauge.items() for problem in _of_gauge(source, gauge, folder, clock)]
    found += camera_surroundings.of_cameras(config.camera, folder)
    if config.gauge:
        found += _of_runtime(config.box.runtime)
    if config.hub is not None and config.hub.tls is not None:
        found += _of_tls(config.hub.tls)
    if config.siren is not None:
        found += _of_siren(config.siren)
    return found


def warnings(config: EdgeConfig) -> list[str]:
    """Return what the box runs with, and its operator hardly means so, each beginning with its key."""
    return list(camera_surroundings.warnings(config.camera))


def _of_gauge(source: str, gauge: GaugeConfig, folder: Path, clock: Clock) -> Iterator[str]:
    if gauge.driver == "ultrasonic":  # its pins belong to the process that runs, and are not touched here
        return
    try:
        open_sensor(gauge.sensor(), clock=clock, folder=folder).close()
    except GaugeError as exc:
        yield f"gauge.{source}.{gauge.driver}: {exc}"


def _of_runtime(runtime: Path) -> Iterator[str]:
    """Look whether the folder can be written, or made if it is not there; nothing is made here."""
    nearest = next(path for path in (runtime, *runtime.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        yield (
            f"box.runtime: {runtime} cannot be written by this user ({nearest}), and the box would not guard without "
            "its disk. Give the service RuntimeDirectory=jagawai, or name another folder in memory"
        )


def _of_tls(tls: TlsConfig) -> Iterator[str]:
    used = files_in_use(tls)
    for key, path in (("ca", used.ca), ("certificate", used.certificate), ("key", used.key)):
        if not path.is_file():
            yield f"hub.tls.{key}: {path} is not there. Check the path, or enrol the box first"
        elif not os.access(path, os.R_OK):
            yield f"hub.tls.{key}: {path} cannot be read by this user. Check its owner and mode"


def _of_siren(siren: SirenSettings) -> Iterator[str]:
    """Look whether it would stutter, and whether its pin has a name that a board knows.

    On mock pins: the real one may be in use by the gauge.
    """
    if settings_problem := siren.stutter():
        yield f"siren.{settings_problem}"
    if find_spec("gpiozero") is None:
        return
    try:
        open_siren_output(SirenSettings(pin=siren.pin, driver="mock")).close()
    except GaugeError as exc:
        yield f"siren.pin: {exc}"
