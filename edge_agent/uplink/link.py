"""The connection to the broker: paho behind a seam of values and events. The only module that knows MQTT.

MQTT 3.1.1, clean session, QoS 1, client id = node id. Acknowledgements alone are heard at QoS 0: each says all that the
one before said, a lost one is made good by a resend, and without the PUBACK and its TCP segment a box in peace costs
a seventh less. One thread: `wait` does all the network's work, and nothing
happens between two calls. Each connection has a client of its own, because paho would send what an old connection
left over before our `hello`.

Keepalive is longer than the 60 s of a box in peace: its batches keep the connection alive, and no ping is ever paid
for (each costs some 200 bytes with headers, of 1.5 MB a day). A dead link is found by data that the other side does
not confirm within 30 s (TCP_USER_TIMEOUT), a dead box by the broker after 1.5 keepalives.
"""

import logging
import os
import select
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from contract.clock import Clock
from contract.topics import down, up
from edge_agent.uplink.errors import LinkError

DOWN_QOS = {"ack": 0, "desired": 1, "command": 1}
KEEPALIVE_S = 90
CONNECT_WITHIN_S = 10.0
"""For TCP and again for TLS; `connect` blocks no longer."""
ACCEPTED_WITHIN_MS = 20_000
"""From CONNECT to the granted subscription."""
UNCONFIRMED_MS = 30_000
FAREWELL_WITHIN_MS = 1_000
READ_OUT_BYTES = 4096
READS_A_CALL = 200
"""Packets taken in one `wait`: a flood from the broker does not hold up alerts."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broker has let the box in and granted its subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The connection is gone."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message for this box."""

    leaf: str
    """ack, desired or command; empty for a topic that means nothing to this version."""
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """The broker has a message that was published."""

    ticket: int


Event = Accepted | Ended | Heard | HandedOver


class Link:
    """At most one connection to the broker."""

    def __init__(self, *, node_id: str, host: str, port: int, tls: ssl.SSLContext | None, clock: Clock) -> None:
        """Begin without a connection.

        Args:
            node_id: of this box.
            host: of the broker; with TLS its certificate must name it.
            port: of the broker.
            tls: what TLS needs; None: plain.
            clock: real time for the limits.
        """
        self._node_id = node_id
        self._host = host
        self._port = port
        self._tls = tls
        self._clock = clock
        self._leaves = {down(node_id, leaf): leaf for leaf in DOWN_QOS}
        self._client: mqtt.Client | None = None
        self._events: deque[Event] = deque()
        self._is_accepted = False
        self._accepted_until_ms = 0
        self._ended = ""
        """Why the connection is gone, if it is; told at the next `wait`."""

    @property
    def is_up(self) -> bool:
        """Whether there is a connection, accepted or not yet."""
        return self._client is not None

    def use_tls(self, tls: ssl.SSLContext) -> None:
        """Take another identity for the next connection."""
        self._tls = tls

    def connect(self, *, will: bytes) -> None:
        """Begin a connection; `Accepted` or `Ended` follows.

        Args:
            will: what the broker publishes on `gone` when the connection is lost.

        Raises:
            LinkError: the broker is not to be reached, or one of both sides does not trust the other.
        """
        self._events.clear()
        self._is_accepted, self._ended = False, ""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._node_id, clean_session=True, protocol=mqtt.MQTTv311
        )
        client.connect_timeout = CONNECT_WITHIN_S
        client.max_inflight_messages_set(0)  # how many are on their way is decided elsewhere
        client.will_set(up(self._node_id, "gone"), will, qos=1, retain=False)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        if self._tls is not None:
            client.tls_set_context(self._tls)
        try:
            client.connect(self._host, self._port, keepalive=KEEPALIVE_S)
        except (OSError, ValueError) as exc:  # ValueError: a certificate or host name that cannot be checked
            raise LinkError(
                f"broker {self._host}:{self._port}: {exc}. Is it running, and is the address right?"
            ) from exc
        self._client = client
        self._accepted_until_ms = self._clock.real_ms() + ACCEPTED_WITHIN_MS
        connection = client.socket()
        if isinstance(connection, socket.socket):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an alert does not wait for others
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNCONFIRMED_MS)

    def publish(self, leaf: str, payload: bytes) -> int | None:
        """Publish on the box's own `leaf` (records, hello, gone); return a ticket, None if the connection is gone."""
        if self._client is None:
            return None
        info = self._client.publish(up(self._node_id, leaf), payload, qos=1, retain=False)
        return info.mid if info.rc == mqtt.MQTT_ERR_SUCCESS else None

    def wait(self, timeout_s: float) -> list[Event]:
        """Do the network's work; return what happened, after `timeout_s` real seconds at the latest."""
        if self._client is not None:
            self._work(self._client, timeout_s)
        events = list(self._events)
        self._events.clear()
        return events

    def close(self, *, farewell: bytes) -> None:
        """End the connection on purpose: `farewell` goes out on `gone`, as the will would."""
        client = self._client
        if client is None:
            return
        until_ms = self._clock.real_ms() + FAREWELL_WITHIN_MS
        if self._is_accepted:
            self._hand_over(client, self.publish("gone", farewell), until_ms=until_ms)
        self._part(client, until_ms=until_ms)
        self._client = None

    def _hand_over(self, client: mqtt.Client, ticket: int | None, *, until_ms: int) -> None:
        """Wait until the broker has the farewell, or has not answered in time."""
        while ticket is not None and HandedOver(ticket=ticket) not in self._events and not self._ended:
            if self._clock.real_ms() >= until_ms:
                return
            readable, writable = self._poll(client, 0.05)
            if writable:
                client.loop_write()
            if readable:
                client.loop_read()

    def _part(self, client: mqtt.Client, *, until_ms: int) -> None:
        """Say goodbye and read on until the broker has hung up.

        A socket closed with something unread is reset by the kernel; a broker that sees the reset before the goodbye
        publishes the will behind the farewell. paho closes its socket with the goodbye, so a second handle is held.
        """
        connection = client.socket()
        held = socket.socket(fileno=os.dup(connection.fileno())) if isinstance(connection, socket.socket) else None
        client.disconnect()
        while client.want_write() and client.socket() is not None and self._clock.real_ms() < until_ms:
            self._poll(client, 0.05)
            client.loop_write()
        if held is not None:
            with held:
                self._read_out(held, until_ms=until_ms)

    def _read_out(self, held: socket.socket, *, until_ms: int) -> None:
        poll = select.poll()
        poll.register(held.fileno(), select.POLLIN)
        while (left_ms := until_ms - self._clock.real_ms()) > 0 and poll.poll(left_ms):
            try:
                if not held.recv(READ_OUT_BYTES):
                    return
            except OSError as exc:
                _log.debug("the broker ended the connection its own way: %s", exc)
                return

    def _work(self, client: mqtt.Client, timeout_s: float) -> None:
        readable, writable = self._poll(client, timeout_s)
        if writable:
            client.loop_write()
        reads = 0
        while readable and not self._ended and reads < READS_A_CALL:
            client.loop_read()
            reads += 1
            readable, _ = self._poll(client, 0.0)
        client.loop_misc()
        if not self._is_accepted and self._clock.real_ms() > self._accepted_until_ms:
            self._ended = self._ended or "the broker did not accept the box in time"
        if client.socket() is None:
            self._ended = self._ended or "closed"
        if self._ended:
            self._events.append(Ended(why=self._ended))
            self._client = None
            connection = client.socket()
            if isinstance(connection, socket.socket):
                connection.close()  # without DISCONNECT: the broker publishes the will

    def _poll(self, client: mqtt.Client, timeout_s: float) -> tuple[bool, bool]:
        """Return whether there is something to read, and whether something may be written that waits."""
        connection = client.socket()
        if connection is None:
            return False, False
        pending = getattr(connection, "pending", None)  # of TLS: read from the socket, not yet by us
        if pending is not None and pending():
            timeout_s = 0.0
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN | (select.POLLOUT if client.want_write() else 0))
        found = poll.poll(timeout_s * 1000)
        mask = found[0][1] if found else 0
        is_readable = bool(mask & ~select.POLLOUT) or bool(pending is not None and pending())
        return is_readable, bool(mask & select.POLLOUT)

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._ended = f"the broker refuses the box: {reason}. Is its certificate known there?"
        else:
            client.subscribe([(topic, DOWN_QOS[leaf]) for topic, leaf in self._leaves.items()])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, granted: list[ReasonCode], _properties: Any
    ) -> None:
        if any(reason.is_failure for reason in granted):
            self._ended = f"the broker does not let the box hear {', '.join(self._leaves)}"
            return
        self._is_accepted = True
        self._events.append(Accepted())

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._events.append(Heard(leaf=self._leaves.get(message.topic, ""), payload=bytes(message.payload)))

    def _on_publish(self, _client: mqtt.Client, _data: Any, mid: int, _reason: ReasonCode, _properties: Any) -> None:
        self._events.append(HandedOver(ticket=mid))

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        why = (
            "lost" if self._is_accepted else "ended before the broker accepted the box; is its certificate known there?"
        )
        self._ended = self._ended or f"{why} ({reason})"
