"""Boxes on the MQTT library of the real ones, by TLS, a thread each: `python -m benchmarks.paho_boxes …`.

Each does what a box does when it comes back: connect, subscribe to its own branch, hello, and when the hub has answered
one batch of its backlog; it is served when the hub has acknowledged that. Prints `served` when all are, and waits for
SIGUSR1. Then every connection is cut at once, as by a telephone mast that comes back, and all come again; when all are
served it prints how long each took, as one line of JSON.
"""

import argparse
import secrets
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from benchmarks import packets
from benchmarks.readings import batches
from benchmarks.secure_city import context_of, identity_of
from benchmarks.simulated_box import DOWN_QOS, hello_of
from contract import topics
from contract.clock import SystemClock

SAID_WHEN_SERVED = "served"
LONGEST_S = 90.0
HELLO_AGAIN_S = 30.0
"""As a real box."""
KEEPALIVE_S = 60
RECORDS = 50
CONNECT_WITHIN_S = 30.0
STACK_BYTES = 256 * 1024


class Ack(msgspec.Struct):
    """What is read of an acknowledgement."""

    spool: str
    high: int


class PahoBox:
    """One box."""

    def __init__(self, node_id: str, *, boxes: Path, root: Path, port: int, ends_at_ms: int) -> None:
        self.node_id = node_id
        self._ends_at_ms = ends_at_ms
        self._port = port
        self._spool_id = ""
        self._payload = b""
        self._said_hello_s = 0.0
        self.began_s = 0.0
        self.served_s: float | None = None
        client = self._mqtt = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=node_id, clean_session=True)
        client.tls_set_context(context_of(root, identity_of(boxes, node_id)))
        client.reconnect_delay_set(min_delay=1, max_delay=2)
        client.connect_timeout = CONNECT_WITHIN_S
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    def start(self) -> None:
        """Begin a first backlog and connect, in a thread of its own."""
        self._begin_backlog()
        self._mqtt.connect_async("127.0.0.1", self._port, keepalive=KEEPALIVE_S)
        self._mqtt.loop_start()

    def cut(self) -> None:
        """Let the connection end without a word, with a new backlog to bring when it is back."""
        self._begin_backlog()
        wire = self._mqtt.socket()
        if isinstance(wire, socket.socket):
            wire.shutdown(socket.SHUT_RDWR)

    def look_after(self) -> None:
        """Say hello again if nobody has answered."""
        if self.served_s is None and self._said_hello_s and time.monotonic() - self._said_hello_s > HELLO_AGAIN_S:
            self._say_hello()

    def end(self) -> None:
        """Disconnect and end the thread."""
        self._mqtt.disconnect()
        self._mqtt.loop_stop()

    def _begin_backlog(self) -> None:
        self._spool_id = secrets.token_hex(16)
        (packet,) = batches(
            node_id=self.node_id, spool_id=self._spool_id, count=RECORDS, batch_records=RECORDS,
            ends_at_ms=self._ends_at_ms, window=1,
        )  # fmt: skip
        ((_, flags, body),) = packets.split(bytearray(packet.data))
        self._payload = packets.published(flags, body)[2]
        self._said_hello_s = 0.0
        self.served_s = None
        self.began_s = time.monotonic()

    def _say_hello(self) -> None:
        self._said_hello_s = time.monotonic()
        self._mqtt.publish(topics.up(self.node_id, "hello"), hello_of(self.node_id, self._spool_id), qos=1)

    def _on_connect(
        self, client: mqtt.Client, _data: object, _how: mqtt.ConnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:  # fmt: skip
        if not reason.is_failure:
            client.subscribe([(topics.down(self.node_id, leaf), qos) for leaf, qos in DOWN_QOS.items()])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, _reasons: list[ReasonCode], _more: Properties | None
    ) -> None:  # fmt: skip
        self._say_hello()

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if not message.topic.endswith("/ack") or self.served_s is not None:
            return
        ack = msgspec.json.decode(message.payload, type=Ack)
        if ack.spool != self._spool_id:
            return
        if ack.high >= RECORDS:
            self.served_s = time.monotonic() - self.began_s
        else:
            client.publish(topics.up(self.node_id, "records"), self._payload, qos=1)


def main() -> int:
    """Connect, wait for the signal, come again, and say how long it took."""
    args = _parser().parse_args()
    signal.signal(signal.SIGUSR1, lambda *_: cut.set())
    cut, clock = threading.Event(), SystemClock()
    threading.stack_size(STACK_BYTES)
    boxes = [
        PahoBox(node_id, boxes=args.boxes, root=args.root, port=args.port, ends_at_ms=clock.now_ms())
        for node_id in args.node_ids
    ]
    for box in boxes:
        box.start()
    _wait_until_served(boxes)
    print(SAID_WHEN_SERVED, flush=True)
    cut.wait(LONGEST_S)
    for box in boxes:
        box.cut()
    _wait_until_served(boxes)
    print(msgspec.json.encode([box.served_s for box in boxes]).decode(), flush=True)
    for box in boxes:
        box.end()
    return 0


def _wait_until_served(boxes: list[PahoBox]) -> None:
    """Return when all are served, or none of them can be any more."""
    end_s = time.monotonic() + LONGEST_S
    while any(box.served_s is None for box in boxes) and time.monotonic() < end_s:
        time.sleep(0.1)
        for box in boxes:
            box.look_after()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paho_boxes", description="Boxes that come again.")
    parser.add_argument("--port", type=int, required=True, help="of the broker, on loopback")
    parser.add_argument("--boxes", type=Path, required=True, help="folder of their identities")
    parser.add_argument("--root", type=Path, required=True, help="certificate that they believe")
    parser.add_argument("node_ids", nargs="+", help="their names")
    return parser


if __name__ == "__main__":
    sys.exit(main())
