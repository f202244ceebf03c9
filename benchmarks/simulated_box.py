"""One simulated box: its connection, its window, what it says and what it hears.

What it does as a real one: its own node id and spool, a clean session, hello, QoS 1 up, a window of batches that only
the hub's ack opens again.
What it leaves out: an outbox, sending again, and the credit: a bench asks how much the hub can take, not how politely
it is offered.
"""

import secrets
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from benchmarks import packets
from benchmarks.readings import Packet
from benchmarks.tls_socket import TlsSocket
from contract import topics
from contract.clock import ClockTrust
from contract.messages import Hello, SpoolMarks, encode_message

DOWN_QOS = {"ack": 0, "desired": 1, "command": 1}
"""As the uplink of a real box asks for them: an ack that is lost is only sent again."""


class _Ack(msgspec.Struct, gc=False):
    spool: str
    high: int
    ranges: tuple[tuple[int, int], ...] = ()


_ACK = msgspec.json.Decoder(_Ack)


class Box:
    """One simulated box and its connection."""

    __slots__ = ("_outgoing", "batches", "in_flight", "is_answered", "is_subscribed", "node_id", "received", "records",
                 "settled", "socket", "spool_id")  # fmt: skip

    def __init__(self, node_id: str, *, spool_id: str | None = None, context: ssl.SSLContext | None = None) -> None:
        self.node_id = node_id
        self.spool_id = spool_id or secrets.token_hex(16)
        self.batches: Iterator[Packet] = iter(())
        self.in_flight: deque[tuple[int, int]] = deque()
        self.settled = 0
        self.records = 0
        self.is_subscribed = False
        self.is_answered = False
        self.received = bytearray()
        self._outgoing = bytearray()
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket: socket.socket | TlsSocket = plain if context is None else TlsSocket(plain, context)

    def down_filters(self) -> dict[str, int]:
        """Return what the box listens to, topic to QoS."""
        return {topics.down(self.node_id, leaf): qos for leaf, qos in DOWN_QOS.items()}

    def hello(self) -> bytes:
        """Return the PUBLISH of a box that starts with an empty outbox."""
        head = packets.publish_head(topics.up(self.node_id, "hello"))
        return packets.publish(head, hello_of(self.node_id, self.spool_id), number=0)

    def send(self, data: bytes) -> bool:
        """Send what the socket takes and keep the rest; answer whether a rest waits."""
        if self._outgoing:
            self._outgoing += data
            return True
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        self._outgoing += data[sent:]
        return bool(self._outgoing)

    def send_rest(self) -> bool:
        """Send on what waits; answer whether a rest still waits."""
        with suppress(BlockingIOError):
            del self._outgoing[: self.socket.send(self._outgoing)]
        return bool(self._outgoing)

    def settle(self, payload: bytes) -> None:
        """Take the batches that the hub's ack covers off the window."""
        ack = _ACK.decode(payload)
        self.is_answered = True
        if ack.spool != self.spool_id:
            return
        spans = ((1, ack.high), *ack.ranges)
        waiting = self.in_flight
        for _ in range(len(waiting)):
            first, last = waiting.popleft()
            if any(start <= first and last <= end for start, end in spans):
                self.settled += last - first + 1
            else:
                waiting.append((first, last))

    def settle_oldest(self) -> None:
        """Take the oldest batch off the window: the broker has it."""
        if self.in_flight:
            first, last = self.in_flight.popleft()
            self.settled += last - first + 1


def hello_of(node_id: str, spool_id: str) -> bytes:
    """Return the hello of a box that starts with an empty outbox."""
    return encode_message(
        Hello(
            session=spool_id[:8],
            node=node_id,
            spools={"gauge": SpoolMarks(spool=spool_id, low=1, next=1)},
            boot=3,
            kernel_boot="0b6c2f4e-8d0a-4b7e-9a51-2f0f3f8e7c11",
            agent="0.1.0",
            clock=ClockTrust.NTP,
        )
    )
