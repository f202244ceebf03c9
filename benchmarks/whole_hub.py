"""The whole hub of a bench: `hub run` with its embedded broker, ready when its pages answer, and an API client."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil

from benchmarks.errors import ProductError
from benchmarks.hub_home import HubHome
from tests.support.processes import Child, free_port, is_listening, wait_until

READY_WITHIN_S = 40.0
PROGRAMS = ("run", "ingest", "dispatch", "web")
BROKER = "nats-server"


def new_home(folder: Path, *, extra: str = "") -> HubHome:
    """Return a home whose hub brings its own broker."""
    return HubHome(folder, mqtt_port=free_port(), is_broker_embedded=True, extra=extra)


@contextmanager
def running_hub(home: HubHome) -> Iterator[Child]:
    """Run `hub run` for the length of a `with` block, which begins when broker and pages answer."""
    with home.running("run") as child:

        def answers() -> bool:
            if not child.is_running:
                raise ProductError(f"hub run ended at its start:\n{child.output()[-2000:]}")
            return is_listening(home.mqtt_port) and is_listening(home.web_port)

        wait_until(answers, what="the hub's broker and pages", deadline_s=READY_WITHIN_S, poll_s=0.1)
        yield child


def resident_mb_by_program(hub: Child) -> dict[str, float]:
    """Return resident memory, MB of 10^6 bytes, of each program of a running hub and of its broker."""
    found: dict[str, float] = {}
    for process in (psutil.Process(hub.pid), *hub.family()):
        words = process.cmdline()
        name = BROKER if words[0].endswith(BROKER) else next((word for word in words if word in PROGRAMS), "other")
        found[name] = found.get(name, 0.0) + process.memory_info().rss / 1e6
    return found


class ApiClient:
    """One connection to the API that stays open, with a program's token."""

    def __init__(self, home: HubHome, *, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", home.web_port, timeout=30.0)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Any:
        """Return the JSON under `/api/v1/`."""
        status, body = self.ask("GET", path)
        if status != http.client.OK:
            raise ProductError(f"GET {path}: {status} {body!r:.500}")
        return body

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Return (status, JSON) of a request under `/api/v1/`."""
        encoded = None if body is None else msgspec.json.encode(body)
        self._connection.request(method, f"/api/v1/{path}", body=encoded, headers=self._headers)
        response = self._connection.getresponse()
        return response.status, msgspec.json.decode(response.read() or b"null")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
