"""The web process: serves the application until told to stop, and is gone three seconds later."""

import asyncio
import ctypes
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.api import descriptors
from hub.api.admission import Admission
from hub.api.application import create_app
from hub.api.blob_calls import blob_calls
from hub.api.box_port import BoxPort, BoxProtocol, box_context
from hub.api.bundle import bundle_app
from hub.api.enrolments import Enrolments
from hub.api.house import House
from hub.api.listening import ByTls, ServerBeside, TlsServer, tls_context
from hub.api.patience import BETWEEN_REQUESTS_S, PatientProtocol
from hub.api.reception import BoundedServer
from hub.api.stream import Broadcaster
from hub.blobs.keeper import Bounds
from hub.errors import PortTakenError
from hub.wall.city import City

STOP_WITHIN_S = 3
STOP_POLL_S = 0.1
BACKLOG = 1_024
"""Who comes when it is full tries again a second later; so an honest one does not wait behind a burst of strangers."""

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
"""Parameters of mallopt(3), as glibc numbers them."""

_Admit = Callable[[str, int], Admission]
_Place = tuple[uvicorn.Server, str, int, str]
"""A server, where it listens, and the setting that says so."""
_LOG = logging.getLogger(__name__)


class _Server(BoundedServer):
    """A server that ends its event streams first: they would hold the stop for as long as it may take."""

    def __init__(
        self, config: uvicorn.Config, *, admission: Admission, app: FastAPI, stop: threading.Event
    ) -> None:  # fmt: skip
        super().__init__(config, admission=admission)
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
    is_open: bool = True,
    enrolments: Enrolments | None = None,
    by_tls: ByTls | None = None,
    pictures: Bounds | None = None,
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
        is_open: whether everybody may look.
        enrolments: what new boxes need; None: none are let in.
        by_tls: where the same is served by HTTPS; None: nowhere.
        pictures: where those of boxes are kept, and how many; None: none are.

    Raises:
        PortTakenError: something else listens there.
    """
    _keep_small()
    app = create_app(
        db_path=db_path, clock=clock, city=city, policy=policy, secure_cookies=secure_cookies, is_open=is_open
    )
    app.state.enrolments = enrolments
    app.state.blobs = None if pictures is None else blob_calls(app, pictures)
    admit = _admissions(app)
    server = _Server(_config(app, lifespan="on"), admission=admit("plain", descriptors.PLAIN_MOST), app=app, stop=stop)
    served: list[_Place] = [(server, host, port, "JAGAWAI_WEB_PORT")]
    if by_tls is not None:
        served += _beside(server, app=app, by_tls=by_tls, admit=admit)
    with ExitStack() as stack:
        listeners: list[tuple[uvicorn.Server, socket.socket]] = [
            (one, stack.enter_context(_listen(at, number, setting=setting))) for one, at, number, setting in served
        ]
        _LOG.info("pages on http://%s:%d/dinding", host, port)
        if by_tls is not None:
            _LOG.info("boxes and pages on https://%s:%d", by_tls.host, by_tls.port)
        runner = stack.enter_context(asyncio.Runner(loop_factory=server.config.get_loop_factory()))
        runner.run(_serve(listeners))
    return 0 if server.started else 1


async def _serve(listeners: list[tuple[uvicorn.Server, socket.socket]]) -> None:
    """Serve on all of them; one that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for server, listener in listeners:
            group.create_task(server.serve(sockets=[listener]))


def _admissions(app: FastAPI) -> _Admit:
    """Return what gives each port its share of this process's descriptors, by the port's name and what it may have."""
    limit = descriptors.raised_limit()
    house = cast("House", app.state.house)
    return lambda name, most: Admission(
        name=name, most=descriptors.share(most, limit=limit), turned_away=house.turned_away
    )


def _beside(main: uvicorn.Server, *, app: FastAPI, by_tls: ByTls, admit: _Admit) -> list[_Place]:
    """Return the servers of HTTPS, of boxes and of the bundle, each with where it listens and which setting says so."""
    pages = TlsServer(
        _config(app, lifespan="off", ssl_context_factory=lambda *_: tls_context(by_tls.certificate)),
        admission=admit("https", descriptors.HTTPS_MOST),
        main=main,
        certificate=by_tls.certificate,
    )
    boxes = TlsServer(
        _config(
            BoxPort(app),
            lifespan="off",
            http=BoxProtocol,
            ssl_context_factory=lambda *_: box_context(by_tls.certificate, root=by_tls.root),
        ),
        admission=admit("boxes", descriptors.BOXES_MOST),
        main=main,
        certificate=by_tls.certificate,
    )
    bundle = ServerBeside(
        _config(bundle_app(by_tls.bundle), lifespan="off"),
        admission=admit("bundle", descriptors.BUNDLE_MOST),
        main=main,
    )
    return [
        (pages, by_tls.host, by_tls.port, "web.tls.port"),
        (bundle, by_tls.host, by_tls.bundle_port, "web.tls.bundle_port"),
        (boxes, by_tls.host, by_tls.box_port, "web.tls.box_port"),
    ]


def _config(app: Any, *, http: type[PatientProtocol] = PatientProtocol, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=BETWEEN_REQUESTS_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        backlog=BACKLOG,
        **more,
    )


def _keep_small() -> None:
    """Have the C library give back what it no longer needs (glibc; elsewhere nothing is done).

    Measured after 200 pages at once and a password: 106 MB of resident memory without this.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_MMAP_THRESHOLD, 1 << 18)


def _listen(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a listening socket; `setting` is what would choose another port."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG
        )
    except OSError as problem:
        raise PortTakenError(
            f"serving pages on {host}:{port}: {problem.strerror}. "
            f"Try: end the program that listens there, or set {setting} to another port."
        ) from problem
