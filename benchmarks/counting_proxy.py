"""Counts what a TCP connection costs on the wire: a relay between box and broker that asks the kernel for segments.

The kernel knows for each connection the payload bytes and the segments of both directions, pure acknowledgements
among them (`TCP_INFO`, Linux). A segment costs 20 bytes of IP and 20 of TCP, 12 more where time stamps are on. No
rights are needed, and TLS is counted as what it is on the wire. Fragmentation by a smaller MTU is not seen: all
messages of a box in peace are far below one.
"""

import selectors
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks import packets

_HEADERS_BYTES = 20 + 20
_TIMESTAMPS_BYTES = 12
_TIMESTAMPS_ON = 0x01
_HANDSHAKE_BYTES = 60 + 60 + 52
"""SYN and SYN-ACK with their options, ACK; the kernel counts them only in part."""
_TCP_INFO = struct.Struct("=8B24I4Q2I")
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What connections have carried so far, both directions together."""

    connections: int
    payload_bytes: int
    segments: int
    ip_bytes: int

    def since(self, earlier: "Cost") -> "Cost":
        """Return what was added since `earlier`."""
        return Cost(
            connections=self.connections - earlier.connections,
            payload_bytes=self.payload_bytes - earlier.payload_bytes,
            segments=self.segments - earlier.segments,
            ip_bytes=self.ip_bytes - earlier.ip_bytes,
        )


class _Pair:
    """One box's connection and the one that carries it on to the broker."""

    def __init__(self, box_side: socket.socket, broker_side: socket.socket, *, reads_mqtt: bool) -> None:
        self.box_side = box_side
        self.broker_side = broker_side
        self.is_open = True
        self._ended: Cost | None = None
        self._reads_mqtt = reads_mqtt
        self._pieces = {box_side: bytearray(), broker_side: bytearray()}

    def cost(self) -> Cost:
        """Return what the box's connection has cost so far."""
        if self._ended is not None:
            return self._ended
        values = _TCP_INFO.unpack_from(self.box_side.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size))
        options, (acked, received, segments_out, segments_in) = values[5], values[-4:]
        header_bytes = _HEADERS_BYTES + (_TIMESTAMPS_BYTES if options & _TIMESTAMPS_ON else 0)
        payload_bytes, segments = acked + received, segments_out + segments_in
        return Cost(
            connections=1,
            payload_bytes=payload_bytes,
            segments=segments,
            ip_bytes=payload_bytes + segments * header_bytes + _HANDSHAKE_BYTES,
        )

    def relay(self, side: socket.socket) -> Iterator[tuple[int, int, bytes]]:
        """Carry on what one side has sent and yield the MQTT packets in it; close both when it has closed."""
        data = side.recv(_CHUNK_BYTES)
        if not data:
            self.close()
            return
        (self.broker_side if side is self.box_side else self.box_side).sendall(data)
        if self._reads_mqtt:
            self._pieces[side] += data
            yield from packets.split(self._pieces[side])

    def close(self) -> None:
        """End both sides and keep the count."""
        self._ended = self.cost()
        self.is_open = False
        self.box_side.close()
        self.broker_side.close()


class CountingProxy:
    """Listens on a port of its own and relays each connection to the broker."""

    def __init__(self, *, broker_port: int, reads_mqtt: bool) -> None:
        self.seen: Counter[str] = Counter()
        """MQTT packets by type, publishes by the last level of their topic; empty under TLS."""
        self.keepalive_s = 0
        """What the last CONNECT asked for; 0 under TLS."""
        self._broker_port = broker_port
        self._reads_mqtt = reads_mqtt
        self._pairs: list[_Pair] = []
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector.register(self._listener, selectors.EVENT_READ)
        self.port: int = self._listener.getsockname()[1]

    def cost(self) -> Cost:
        """Return what all connections have cost so far."""
        costs = [pair.cost() for pair in list(self._pairs)]
        return Cost(
            connections=len(costs),
            payload_bytes=sum(cost.payload_bytes for cost in costs),
            segments=sum(cost.segments for cost in costs),
            ip_bytes=sum(cost.ip_bytes for cost in costs),
        )

    def relay_until(self, stop: threading.Event) -> None:
        """Relay until `stop` is set, then close everything."""
        while not stop.is_set():
            for key, _ in self._selector.select(0.1):
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._relay(key)
        for pair in self._pairs:
            if pair.is_open:
                pair.close()
        self._listener.close()
        self._selector.close()

    def _accept(self) -> None:
        box_side, _ = self._listener.accept()
        broker_side = socket.create_connection(("127.0.0.1", self._broker_port))
        pair = _Pair(box_side, broker_side, reads_mqtt=self._reads_mqtt)
        self._pairs.append(pair)
        for side in (box_side, broker_side):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(side, selectors.EVENT_READ, pair)

    def _relay(self, key: selectors.SelectorKey) -> None:
        pair: _Pair = key.data
        assert isinstance(key.fileobj, socket.socket)
        sides = (pair.box_side, pair.broker_side)
        if pair.is_open:
            for kind, flags, body in pair.relay(key.fileobj):
                self.seen[_name(kind, flags, body)] += 1
                if kind == packets.CONNECT:
                    self.keepalive_s = packets.keepalive_s(body)
        if not pair.is_open:
            for side in sides:
                if side in self._selector.get_map():
                    self._selector.unregister(side)


@contextmanager
def running_proxy(*, broker_port: int, reads_mqtt: bool) -> Iterator[CountingProxy]:
    """Relay to a broker in a thread of its own for the length of a `with` block."""
    proxy, stop = CountingProxy(broker_port=broker_port, reads_mqtt=reads_mqtt), threading.Event()
    thread = threading.Thread(target=proxy.relay_until, args=(stop,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        stop.set()
        thread.join(timeout=10.0)


_NAMES = {
    1: "connect",
    2: "connack",
    4: "puback",
    8: "subscribe",
    9: "suback",
    12: "ping",
    13: "pong",
    14: "disconnect",
}


def _name(kind: int, flags: int, body: bytes) -> str:
    """Return how a packet is named in the figures."""
    if kind == packets.PUBLISH:
        topic, _, _ = packets.published(flags, body)
        return topic.decode().rsplit("/", 1)[-1]
    return _NAMES.get(kind, f"type {kind}")
