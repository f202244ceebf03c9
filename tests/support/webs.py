"""The web process of a test: the real server in a thread of its own, on loopback, and a client to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.api.process import run
from hub.wall.city import City
from tests.support.processes import free_port, is_listening, wait_until

ANSWER_WITHIN_S = 10.0


@contextmanager
def serving(
    db_path: Path,
    *,
    clock: Clock,
    city: City | None = None,
    policy: AlertPolicy | None = None,
    port: int | None = None,
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


@contextmanager
def answering(
    db_path: Path, *, clock: Clock, city: City | None = None, policy: AlertPolicy | None = None
) -> Iterator[httpx.Client]:
    """Answer requests without a network; for everything but streams."""
    from starlette.testclient import TestClient

    from hub.api.application import create_app

    app = create_app(db_path=db_path, clock=clock, city=city or City(), policy=policy or AlertPolicy())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
