"""One port of the web process in the test's own event loop, with a small application, and strangers who connect to it.

`Port.tick()` is the look that the server takes once a second.
"""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn

from hub.api.admission import Admission
from hub.api.patience import BETWEEN_REQUESTS_S, PatientProtocol
from hub.api.reception import BoundedServer

PIECE = b"x" * 50_000


class Application:
    """Answers the length of a body; `/stream` says something whenever `more` is set; `/big` is 50 MB."""

    def __init__(self) -> None:
        self.more = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        way = {"/stream": self._stream, "/big": self._big, "/early": self._early}.get(scope["path"], self._length)
        await way(receive, send)

    async def _length(self, receive: Any, send: Any) -> None:
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            length += len(message["body"])
            if not message["more_body"]:
                break
        await _begin(send)
        await send({"type": "http.response.body", "body": b"%d bytes" % length})

    async def _early(self, _receive: Any, send: Any) -> None:
        await _begin(send)
        await send({"type": "http.response.body", "body": b"too much"})

    async def _stream(self, _receive: Any, send: Any) -> None:
        await _begin(send)
        while True:
            await send({"type": "http.response.body", "body": b"still here", "more_body": True})
            await self.more.wait()
            self.more.clear()

    async def _big(self, _receive: Any, send: Any) -> None:
        await _begin(send)
        for _ in range(1_000):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})


async def turns() -> None:
    """Let the loop turn: what was sent on loopback has arrived, and what follows from it has happened."""
    for _ in range(20):
        await asyncio.sleep(0)


async def _begin(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})


class Stranger:
    """A client that does what no browser does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    def takes_nothing_more(self) -> None:
        """Leave what the server sends where it is."""
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]  # every socket's transport has it

    async def hears(self, end: bytes) -> bytes:
        """Return what came, up to these bytes."""
        return await self._reader.readuntil(end)

    async def is_ended(self) -> bool:
        """Answer whether the server has hung up; what it had said before does not matter."""
        try:
            while await asyncio.wait_for(self._reader.read(65536), 0.02):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    async def asks(self, head: bytes = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n") -> bytes:
        """Return the answer to a request, or nothing if the server hung up."""
        try:
            self.say(head)
            return await self.hears(b" bytes")
        except (asyncio.IncompleteReadError, OSError):
            return b""

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


class Port:
    """A port that is served."""

    def __init__(self, *, most: int, context: ssl.SSLContext | None = None) -> None:
        self.turned_away: Counter[tuple[str, str]] = Counter()
        self.admission = Admission(name="uji", most=most, turned_away=self.turned_away)
        self.application = Application()
        config = uvicorn.Config(
            self.application,
            http=PatientProtocol,
            lifespan="off",
            ws="none",
            log_config=None,
            timeout_keep_alive=BETWEEN_REQUESTS_S,
            ssl_context_factory=(lambda *_: context) if context else None,
        )
        config.load()
        self.server = BoundedServer(config, admission=self.admission)
        self.server.lifespan = config.lifespan_class(config)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._strangers: list[Stranger] = []

    async def tick(self) -> None:
        """Let the server look at its connections, and what follows from it happen."""
        await turns()
        await self.server.on_tick(0)
        await turns()

    async def stranger(self, place: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> Stranger:
        """Connect from a place of loopback."""
        port = self.listener.getsockname()[1]
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=(place, 0), ssl=tls, server_hostname="localhost" if tls else None
        )
        stranger = Stranger(reader, writer)
        self._strangers.append(stranger)
        return stranger

    @property
    def connections(self) -> list[PatientProtocol]:
        """Those that came as far as a protocol."""
        return [cast("PatientProtocol", one) for one in self.server.server_state.connections]

    async def asks(self, place: str, *, tls: ssl.SSLContext | None = None) -> bytes:
        """Return the answer to who comes from a place and asks, or nothing if the server hung up."""
        try:
            return await (await self.stranger(place, tls=tls)).asks()
        except OSError:
            return b""

    def close(self) -> None:
        """Leave nothing behind."""
        for stranger in self._strangers:
            stranger.close()
        for one in self.connections:
            one.transport.abort()


@asynccontextmanager
async def bounded_port(*, most: int = 64, context: ssl.SSLContext | None = None) -> AsyncIterator[Port]:
    """Serve until the block ends."""
    port = Port(most=most, context=context)
    await port.server.startup(sockets=[port.listener])
    try:
        yield port
    finally:
        for reception in port.server.servers:
            reception.close()
        port.close()
        for reception in port.server.servers:
            await reception.wait_closed()
        port.listener.close()
        for task in port.server.server_state.tasks:
            task.cancel()
        await turns()
