"""An HTTP answer from whoever answers: bounded in bytes and in time from its first line on.

The library bounds a line and a head, and a pause; it follows interim answers (100 Continue) for ever, and lets a line
drip for days. Here every byte is counted and every wait ends, whatever it belongs to.
"""

import http.client
import io
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from contract.clock import Clock

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES_MAX = 64 * 1024
"""Of all heads and interim answers together."""
_BODY_PIECE = 4096


class UnboundedError(OSError):
    """An answer is longer than it may be, or takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an answer may take."""

    body_bytes: int
    quiet_s: float
    """So long whoever answers may be silent."""
    until_ms: int
    """When all of it must be there, by the machine's boot clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer."""

    status: int
    content_type: str
    body: bytes


def hear(connection: socket.socket, *, method: str, bounds: Bounds, clock: Clock) -> Heard:
    """Return what comes by a connection on which a question was put.

    Raises:
        UnboundedError: there is no end of it.
        OSError, HTTPException: it does not come, or is no HTTP.
    """
    source = _Source(_Counted(connection, bounds=bounds, clock=clock))
    response = http.client.HTTPResponse(cast("socket.socket", source), method=method)
    try:
        response.begin()
        body = response.read(bounds.body_bytes + 1)
        if len(body) > bounds.body_bytes:
            raise UnboundedError
        return Heard(status=response.status, content_type=response.headers.get_content_type(), body=body)
    finally:
        response.close()


class _Source:
    """As much of a socket as the library reads an answer by."""

    def __init__(self, counted: "_Counted") -> None:
        self._counted = counted

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - always to be read
        return io.BufferedReader(self._counted, _BODY_PIECE)


class _Counted(io.RawIOBase):
    """Reads a socket and counts."""

    def __init__(self, connection: socket.socket, *, bounds: Bounds, clock: Clock) -> None:
        self._connection = connection
        self._bounds = bounds
        self._clock = clock
        self._left = HEAD_BYTES_MAX + bounds.body_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        left_s = (self._bounds.until_ms - self._clock.real_ms()) / 1000
        if left_s <= 0 or self._left <= 0:
            raise UnboundedError
        self._connection.settimeout(min(self._bounds.quiet_s, left_s))
        count = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count
