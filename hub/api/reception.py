"""Accepts connections within bounds, and hands them to the web server that they are for.

The event loop's own acceptor takes whoever comes and shakes hands with each for up to a minute. Here who comes is
looked at first (`hub.api.admission`), and has 15 s for the handshake.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from functools import partial
from ssl import SSLContext
from typing import cast

import uvicorn

from hub.api.admission import SLOW, Admission, Guest
from hub.api.patience import END_WITHIN_S, HEAD_WITHIN_S, PatientProtocol

AT_ONCE = 32
"""Connections accepted before those who are inside have their turn again."""
REST_S = 0.5
"""Without descriptors there is nothing to accept with: measured, the loop else turns at full speed."""
LOOK_EACH_TICKS = 10
"""Of 0.1 s."""
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)

_LOG = logging.getLogger(__name__)


class Reception:
    """Accepts on one listening socket; looks to a `uvicorn.Server` like the loop's own server."""

    def __init__(
        self, listener: socket.socket, *, admission: Admission, make: Callable[[], PatientProtocol],
        context: SSLContext | None,
    ) -> None:  # fmt: skip
        """Begin to accept on the running loop.

        Args:
            listener: listens already; the caller closes it.
            admission: who may come in.
            make: gives the protocol of a new connection.
            context: for TLS; None: plain.
        """
        self._listener = listener
        self._admission = admission
        self._make = make
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._receiving: dict[asyncio.Task[None], Guest] = {}
        self._is_closed = False
        listener.setblocking(False)
        self._open()

    def close(self) -> None:
        """Accept no more, and end those who are not inside yet."""
        self._is_closed = True
        self._loop.remove_reader(self._listener)
        for guest in self._receiving.values():
            guest.close()

    async def wait_closed(self) -> None:
        """Wait until those are gone."""
        await asyncio.gather(*self._receiving)

    def _open(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        """Accept some of those who wait outside."""
        for _ in range(AT_ONCE):
            try:
                connection, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError, InterruptedError):
                return
            except OSError as problem:
                _LOG.warning("accepting connections: %s. Trying again in %g s.", problem.strerror, REST_S)
                self._loop.remove_reader(self._listener)
                self._loop.call_later(REST_S, self._open)
                return
            self._look_at(connection, address[0])

    def _look_at(self, connection: socket.socket, address: str) -> None:
        connection.setblocking(False)
        guest = self._admission.admit(address, close=partial(_hang_up, connection))
        if guest is None:
            _hang_up(connection)
            connection.close()
            return
        task = self._loop.create_task(self._receive(connection, guest), name="receive")
        self._receiving[task] = guest
        task.add_done_callback(self._receiving.pop)

    async def _receive(self, connection: socket.socket, guest: Guest) -> None:
        """Bring a connection to where its protocol has it, over TLS after the handshake."""
        protocol = self._make()
        protocol.expect(guest, admission=self._admission, accepted_s=self._loop.time())
        bounds_s = {"ssl_handshake_timeout": HEAD_WITHIN_S, "ssl_shutdown_timeout": END_WITHIN_S}
        try:
            await self._loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=self._context, **(bounds_s if self._context else {})
            )
        except ConnectionAbortedError:  # how the loop says that the handshake took too long
            self._admission.count(SLOW)
        except OSError as problem:  # no TLS, another authority, no certificate, gone away
            _LOG.debug("%s: %s", guest.place, problem)
        finally:
            if cast("asyncio.Transport | None", protocol.transport) is None:  # it never came so far
                self._admission.leave(guest)


class BoundedServer(uvicorn.Server):
    """A web server that holds a bounded number of connections, and none that does nothing."""

    def __init__(self, config: uvicorn.Config, *, admission: Admission) -> None:
        """Take who may come in; `config.http` is `PatientProtocol` or a kind of it."""
        super().__init__(config)
        self._admission = admission

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve on listening sockets."""
        await super().startup(sockets=[])
        receptions = [
            Reception(one, admission=self._admission, make=self._protocol, context=self.config.ssl)
            for one in sockets or ()
        ]
        self.servers = cast("list[asyncio.Server]", receptions)  # of which it uses close and wait_closed

    async def on_tick(self, counter: int) -> bool:
        """Look after the server, ten times a second, and after its connections once."""
        if counter % LOOK_EACH_TICKS == 0:
            now_s = asyncio.get_running_loop().time()
            for one in list(self.server_state.connections):
                cast("PatientProtocol", one).look(now_s)
        return await super().on_tick(counter)

    def _protocol(self) -> PatientProtocol:
        made = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return cast("PatientProtocol", made)


def _hang_up(connection: socket.socket) -> None:
    """End a connection so that the kernel keeps nothing of it; the loop sees it and closes."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as problem:  # it was gone before
        _LOG.debug("hanging up: %s", problem.strerror)
