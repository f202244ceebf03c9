"""The web process of a test: the real server in a thread of its own, on loopback, and a client to it."""

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.datastructures import State

from contract.clock import Clock, SystemClock
from hub.alerting.policy import AlertPolicy
from hub.api.application import create_app
from hub.api.blob_calls import blob_calls
from hub.api.enrolments import Enrolments
from hub.api.house import Connections, House
from hub.api.process import run
from hub.api.stream import Broadcaster
from hub.blobs.keeper import Bounds
from hub.storage.connection import IN_MEMORY
from hub.wall import static_files
from hub.wall.city import City
from tests.support.processes import free_port, is_listening, wait_until

ANSWER_WITHIN_S = 10.0


class StandingClock:
    """A clock whose scaled time stands still until a test moves it, while real time goes on."""

    rate = 1e-6
    """Scaled seconds per real second: what a browser shows now and a moment later is the same."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return scaled wall time, UTC milliseconds."""
        return self._now_ms

    def up_ms(self) -> int:
        """Return the scaled boot clock, milliseconds."""
        return self._now_ms

    def real_ms(self) -> int:
        """Return the machine's real boot clock, milliseconds."""
        return SystemClock().real_ms()


@contextmanager
def serving(
    db_path: Path,
    *,
    clock: Clock,
    city: City | None = None,
    policy: AlertPolicy | None = None,
    port: int | None = None,
    is_open: bool = True,
    pictures: Bounds | None = None,
) -> Iterator[httpx.Client]:
    """Serve the hub's pages on a database until the block ends; yield a client that knows the address."""
    stop = threading.Event()
    chosen = port or free_port()
    server = threading.Thread(
        target=run,
        kwargs={
            "host": "127.0.0.1",
            "port": chosen,
            "db_path": db_path,
            "clock": clock,
            "city": city or City(),
            "policy": policy or AlertPolicy(),
            "stop": stop,
            "is_open": is_open,
            "pictures": pictures,
        },
        name="web",
        daemon=True,
    )
    server.start()
    try:
        wait_until(lambda: is_listening(chosen), what="the web process to listen")
        with httpx.Client(base_url=f"http://127.0.0.1:{chosen}", timeout=ANSWER_WITHIN_S) as client:
            yield client
    finally:
        stop.set()
        server.join(timeout=10.0)
        assert not server.is_alive(), "the web process did not end within 10 s"


class _Bridge(httpx.BaseTransport):
    """Carries requests into an application on another thread's event loop, and its whole answers back."""

    def __init__(self, app: Any, portal: BlockingPortal, place: str) -> None:
        self._transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(place, 50_000))
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask and wait for the answer."""
        return self._portal.call(self._ask, request.method, request.url, request.headers, request.read())

    async def _ask(self, method: str, url: httpx.URL, headers: httpx.Headers, content: bytes) -> httpx.Response:
        asked = httpx.Request(method, url, headers=headers, content=content)
        answer = await self._transport.handle_async_request(asked)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


@cache
def _routed(*, secure_cookies: bool) -> FastAPI:
    """Prepare the routes once for all tests: 80 of them take 0.2 s."""
    return create_app(
        db_path=IN_MEMORY, clock=SystemClock(), city=City(), policy=AlertPolicy(), secure_cookies=secure_cookies
    )


def _application(house: House) -> FastAPI:
    """Return an application of this house's own, with routes that it shares with others."""
    routed = _routed(secure_cookies=house.secure_cookies)
    app = copy.copy(routed)
    app.state = State()
    app.state.posted_rights = routed.state.posted_rights
    app.state.house = house
    app.state.broadcaster = Broadcaster()
    return app


def keeping_pictures(folder: Path) -> Callable[[FastAPI], FastAPI]:
    """Return what makes an application take pictures of boxes, as a hub with TLS does."""

    def keeping(app: FastAPI) -> FastAPI:
        app.state.blobs = blob_calls(app, Bounds(folder=folder))
        return app

    return keeping


@contextmanager
def answering(
    db_path: Path,
    *,
    clock: Clock,
    city: City | None = None,
    base_url: str = "http://127.0.0.1",
    is_open: bool = True,
    real_clock: Clock | None = None,
    place: str = "127.0.0.1",
    enrolments: Enrolments | None = None,
    through: Callable[[FastAPI], Any] = lambda app: app,
) -> Iterator[httpx.Client]:
    """Answer requests without a network; for everything but streams. Without `real_clock`, `clock` is it too.

    `through` may put something in front of the application, as a port does.
    """
    app = _application(
        House(
            connections=Connections(db_path),
            clock=clock,
            city=city or City(),
            policy=AlertPolicy(),
            version=static_files.digest(),
            secure_cookies=base_url.startswith("https://"),
            is_open=is_open,
            real=real_clock or clock,
        )
    )
    app.state.enrolments = enrolments
    with (
        start_blocking_portal() as portal,
        httpx.Client(transport=_Bridge(through(app), portal, place), base_url=base_url) as client,
    ):
        yield client
    app.state.house.connections.close()
