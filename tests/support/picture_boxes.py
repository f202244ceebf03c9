"""A box that brings pictures over real mutual TLS, as far as a test lets it."""

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_agent.renewal import slots
from hub.app import run_web
from hub.config import load_config
from tests.support.new_hubs import NewBox, NewHub
from tests.support.pictures import name_of
from tests.support.processes import is_listening, wait_until

PATH = "/api/v1/blobs"
WITHIN_S = 10.0


@contextmanager
def web_within(hub: NewHub) -> Iterator[NewHub]:
    """Run the web process of a hub, all its ports and all its TLS, in a thread of this one until the block ends."""
    stop = threading.Event()
    config = load_config(hub.config)
    web = threading.Thread(target=run_web, args=(config,), kwargs={"stop": stop}, name="web", daemon=True)
    web.start()
    try:
        ports = (hub.plain_port, hub.port, hub.bundle_port, hub.box_port)
        wait_until(lambda: all(is_listening(port) for port in ports), what="the hub to listen")
        yield hub
    finally:
        stop.set()
        web.join(timeout=WITHIN_S)
        assert not web.is_alive(), f"the web process did not end within {WITHIN_S} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the hub said."""

    status: int
    headers: dict[str, str]
    """Names in small letters."""
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Return the word of a refusal."""
        return str(self.body["error"]["code"])


def context_of(hub: NewHub, box: NewBox | None) -> ssl.SSLContext:
    """Return TLS that trusts the hub and shows a box's certificate, if there is a box."""
    context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())
    if box is not None:
        context.load_cert_chain(box.identity / slots.CERTIFICATE, box.identity / slots.KEY)
    return context


def ask(
    hub: NewHub, box: NewBox | None, method: str, path: str, *, body: Any = None, port: int | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:  # fmt: skip
    """Ask the port of boxes, or another one."""
    context = context_of(hub, box)
    connection = http.client.HTTPSConnection("127.0.0.1", port or hub.box_port, timeout=WITHIN_S, context=context)
    with closing(connection):
        connection.request(method, path, body=body, headers=headers or {})
        heard = connection.getresponse()
        told = heard.read()
        is_json = heard.headers.get_content_type() == "application/json"
        return Answer(
            status=heard.status,
            headers={name.lower(): value for name, value in heard.getheaders()},
            body=json.loads(told) if is_json else {},
        )


def bring(
    hub: NewHub, box: NewBox | None, content: bytes, content_range: str | None = None, *, name: str | None = None,
    port: int | None = None,
) -> Answer:  # fmt: skip
    """Send these bytes, which are all of a picture unless a range says otherwise."""
    headers = {} if content_range is None else {"Content-Range": content_range}
    return ask(hub, box, "PUT", f"{PATH}/{name or name_of(content)}", body=content, port=port, headers=headers)


def begin(hub: NewHub, box: NewBox, content: bytes, *, first: int = 0, come: int) -> ssl.SSLSocket:
    """Begin to send a picture from a byte on; return the connection after so many bytes."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", hub.box_port, timeout=WITHIN_S, context=context_of(hub, box)
    )  # fmt: skip
    connection.putrequest("PUT", f"{PATH}/{name_of(content)}")
    connection.putheader("Content-Length", str(len(content) - first))
    connection.putheader("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
    connection.endheaders()
    connection.send(content[first : first + come])
    sock = connection.sock
    assert isinstance(sock, ssl.SSLSocket)
    return sock


def begun(hub: NewHub, content: bytes) -> int:
    """Return how many bytes of a picture have come."""
    found: list[Path] = list((hub.home / "blobs" / "arriving").glob(f"*/{name_of(content)}"))
    return found[0].stat().st_size if found else 0
