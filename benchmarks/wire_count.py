"""Counts what a TCP connection of another process has cost on the wire so far, by asking the kernel (Linux).

For each connection the kernel keeps the payload bytes and the segments of both directions, pure acknowledgements
among them, and tells them to anybody over a diagnostics socket: no rights and no relay in between, which would change
when acknowledgements travel alone. A segment costs 20 bytes of IP and 20 of TCP, 12 more where time stamps are on.
Not seen: segments cut up by a smaller MTU; all messages of a box in peace are far below one.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_AND_DUMP = 0x0001 | 0x0300
_NETLINK_SOCK_DIAG = 4
_DONE, _ERROR = 3, 2
_ESTABLISHED = 1
_DIAG_INFO = 2
_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBxI48x")
_PORTS = struct.Struct("!HH")
_PORTS_AT = 4
_ATTRIBUTES_AT = 72
_ATTRIBUTE = struct.Struct("=HH")
_TCP_INFO = struct.Struct("=8B24I4Q2I")

_HEADERS_BYTES = 20 + 20
_TIMESTAMPS_BYTES = 12
_TIMESTAMPS_ON = 0x01


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a connection has carried so far, both directions together."""

    local_port: int
    payload_bytes: int
    segments: int
    ip_bytes: int


def cost_of(process: psutil.Process, *, port: int) -> Cost | None:
    """Return what the connection of `process` to `port` has cost since it was made, or None if there is none."""
    local_ports = {
        link.laddr.port
        for link in process.net_connections(kind="tcp4")
        if link.status == psutil.CONN_ESTABLISHED and link.raddr[1] == port
    }
    return next((cost for cost in _costs(to_port=port) if cost.local_port in local_ports), None)


def _costs(*, to_port: int) -> Iterator[Cost]:
    """Yield the cost of each IPv4 connection of this machine that was made to a port."""
    for message in _dump():
        local_port, remote_port = _PORTS.unpack_from(message, _PORTS_AT)
        if remote_port != to_port:
            continue
        for kind, value in _attributes(message):
            if kind == _DIAG_INFO and len(value) >= _TCP_INFO.size:
                yield _cost(local_port, value)


def _cost(local_port: int, tcp_info: bytes) -> Cost:
    values = _TCP_INFO.unpack_from(tcp_info)
    options, (acked, received, segments_out, segments_in) = values[5], values[-4:]
    header_bytes = _HEADERS_BYTES + (_TIMESTAMPS_BYTES if options & _TIMESTAMPS_ON else 0)
    # The kernel counts the SYN as one byte acknowledged.
    payload_bytes, segments = acked - 1 + received, segments_out + segments_in
    return Cost(
        local_port=local_port,
        payload_bytes=payload_bytes,
        segments=segments,
        ip_bytes=payload_bytes + segments * header_bytes,
    )


def _dump() -> Iterator[bytes]:
    """Yield the kernel's message for each established IPv4 connection, without its netlink header."""
    request = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 1 << (_DIAG_INFO - 1), 1 << _ESTABLISHED)
    header = _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _REQUEST_AND_DUMP, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(5.0)
        kernel.send(header + request)
        while True:
            received = kernel.recv(1 << 16)
            place = 0
            while place < len(received):
                size, kind, _, _, _ = _HEADER.unpack_from(received, place)
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise OSError("the kernel refused to tell about TCP connections (sock_diag)")
                yield received[place + _HEADER.size : place + size]
                place += _aligned(size)


def _attributes(message: bytes) -> Iterator[tuple[int, bytes]]:
    place = _ATTRIBUTES_AT
    while place + _ATTRIBUTE.size <= len(message):
        size, kind = _ATTRIBUTE.unpack_from(message, place)
        yield kind, message[place + _ATTRIBUTE.size : place + size]
        place += _aligned(size)


def _aligned(size: int) -> int:
    return (size + 3) & ~3
