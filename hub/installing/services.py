"""Starting what was installed, and seeing that it works."""

import hashlib
import http.client
import json
import threading
from collections.abc import Callable
from pathlib import Path

from contract.clock import SystemClock
from hub.config import HubConfig
from hub.installing import layout
from hub.installing.errors import StartError
from hub.installing.machine import Machine

WELL_WITHIN_S = 90.0
"""An old PC that reads all modules for the first time, and ingest's first word."""
_POLL_S = 0.5
_ANSWER_WITHIN_S = 5.0


def digest(machine: Machine, release: str, files: dict[Path, bytes]) -> str:
    """Return what tells this state of program, units, config and broker from another one.

    The access list is not part of it: it changes by itself, and `hub broker apply` has it read.
    """
    broker = [layout.MOSQUITTO / "mosquitto.conf"]
    broker += [layout.MOSQUITTO / "certs" / name for name in ("jagawai-authority.pem", "jagawai-server.pem")]
    found = hashlib.sha256(release.encode())
    for path, data in sorted(files.items()):
        found.update(str(path).encode() + b"\0" + data)
    for path in (layout.CONFIG, layout.FIREWALL, *broker):
        place = machine.at(path)
        found.update(str(path).encode() + b"\0" + (place.read_bytes() if place.is_file() else b""))
    return found.hexdigest()


def start(
    machine: Machine, config: HubConfig, *, state: str, has_firewall: bool, wait: Callable[[HubConfig], None]
) -> bool:
    """Have everything run as it is installed now; answer whether anything was started anew.

    Raises:
        StartError: it does not come up.
        InstallError: a command failed.
    """
    stamp = machine.at(layout.STARTED)
    is_running_so = stamp.is_file() and stamp.read_text(encoding="utf-8") == state
    units = (*((layout.FIREWALL_UNIT,) if has_firewall else ()), *layout.ENABLED)
    if not is_running_so:
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "try-restart", "systemd-journald.service")
    machine.run("systemctl", "enable", "--quiet", *units)
    if not has_firewall:
        machine.run("systemctl", "disable", "--quiet", "--now", layout.FIREWALL_UNIT)
    # mosquitto lets everybody in after a reload with a broken file, and does not start with one: looked at first.
    machine.run(*layout.hub("broker", "check", "--kind", "mosquitto", "--config", layout.CONFIG))
    oneshot = "jagawai-broker.service"
    running = [unit for unit in units if unit != oneshot]
    machine.run("systemctl", "start" if is_running_so else "restart", *running)
    if machine.is_dry:
        return not is_running_so
    wait(config)
    machine.put(layout.STARTED, state.encode())
    return not is_running_so


def wait_until_well(config: HubConfig, *, within_s: float = WELL_WITHIN_S) -> None:
    """Return when pages are served and ingest and dispatch work.

    Raises:
        StartError: not in time.
    """
    clock, pause = SystemClock(), threading.Event()
    end_ms = clock.real_ms() + round(1000 * within_s)
    while True:
        said = health(config)
        if said == "ok":
            return
        if clock.real_ms() > end_ms:
            raise StartError(
                f"Hub belum sehat sesudah {within_s:g} s / the hub is not well after {within_s:g} s: {said}. Lihat / "
                "see: journalctl -u 'jagawai-*' -u mosquitto -n 50"
            )
        pause.wait(_POLL_S)


def health(config: HubConfig) -> str:
    """Return what the hub says of itself, `ok` or why not."""
    connection = http.client.HTTPConnection(config.web.host, config.web.port, timeout=_ANSWER_WITHIN_S)
    try:
        connection.request("GET", "/healthz")
        answer = json.loads(connection.getresponse().read())
        return "ok" if answer["status"] == "ok" else json.dumps(answer["processes"])
    except (OSError, http.client.HTTPException, ValueError, KeyError) as problem:
        return f"{type(problem).__name__}: {problem}"
    finally:
        connection.close()
