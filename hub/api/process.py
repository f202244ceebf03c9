"""The web process: serves the application until told to stop, and is gone three seconds later."""

import asyncio
import ctypes
import logging
import socket
import threading
from pathlib import Path
from typing import cast

import uvicorn
from fastapi import FastAPI

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.api.application import create_app
from hub.api.stream import Broadcaster
from hub.errors import PortTakenError
from hub.wall.city import City

STOP_WITHIN_S = 3
STOP_POLL_S = 0.1
BACKLOG = 256

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
"""Parameters of mallopt(3), as glibc numbers them."""

_LOG = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """A server that ends its event streams first: they would hold the stop for as long as it may take."""

    def __init__(self, config: uvicorn.Config, *, app: FastAPI, stop: threading.Event) -> None:
        super().__init__(config)
        self._jagawai = app
        self._stop = stop

    async def on_tick(self, counter: int) -> bool:
        """Look after the server, ten times a second, and at the stop signal of the program."""
        self.should_exit = self.should_exit or self._stop.is_set()
        is_ending: bool = await super().on_tick(counter)
        if is_ending:
            cast("Broadcaster", self._jagawai.state.broadcaster).close()
        return is_ending


def run(
    *,
    host: str,
    port: int,
    db_path: Path,
    clock: Clock,
    city: City,
    policy: AlertPolicy,
    stop: threading.Event,
    secure_cookies: bool = False,
) -> int:
    """Serve until `stop` is set or the process is signalled; return the exit code.

    Args:
        host: address to listen on; loopback unless the city says otherwise.
        port: TCP port.
        db_path: the hub's database; its schema is in place.
        clock: the hub's.
        city: what pages call it.
        policy: of its alerts.
        stop: set from another thread, or from a signal handler.
        secure_cookies: whether browsers reach it by TLS only.

    Raises:
        PortTakenError: something else listens there.
    """
    _keep_small()
    app = create_app(db_path=db_path, clock=clock, city=city, policy=policy, secure_cookies=secure_cookies)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        backlog=BACKLOG,
    )
    server = _Server(config, app=app, stop=stop)
    with _listen(host, port) as listener, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        _LOG.info("pages on http://%s:%d/dinding", host, port)
        runner.run(server.serve(sockets=[listener]))
    return 0 if server.started else 1


def _keep_small() -> None:
    """Have the C library give back what it no longer needs (glibc; elsewhere nothing is done).

    Measured after 200 pages at once and a password: 106 MB of resident memory without this.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_MMAP_THRESHOLD, 1 << 18)


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG
        )
    except OSError as problem:
        raise PortTakenError(
            f"serving pages on {host}:{port}: {problem.strerror}. "
            "Try: end the program that listens there, or set JAGAWAI_WEB_PORT to another port."
        ) from problem
