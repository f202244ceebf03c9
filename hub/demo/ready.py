"""Waits until the pages of the demo answer."""

import threading
import urllib.error
import urllib.request
from pathlib import Path

from contract.clock import Clock
from hub.config import LOOPBACK
from hub.demo.ports import Ports
from hub.errors import HubError
from hub.supervisor import Supervisor

READY_WITHIN_S = 90.0
"""On a busy laptop the hub has been seen to need half a minute."""


def wait_until_ready(
    ports: Ports, supervisor: Supervisor, *, clock: Clock, stop: threading.Event, logs: Path
) -> None:  # fmt: skip
    """Return when the pages answer, or somebody has said stop.

    Raises:
        HubError: they did not in time, or the hub's config cannot be used.
    """
    deadline_ms = clock.real_ms() + round(1000 * READY_WITHIN_S)
    while not stop.wait(0.1):
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{ports.web}/healthz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            if supervisor.look_after() or clock.real_ms() > deadline_ms:
                message = f"demo: the hub did not answer within {READY_WITHIN_S:g} s. Look into {logs}"
                raise HubError(message) from None
