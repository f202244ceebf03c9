"""The hub's link to the broker: paho in one thread, nothing in the background.

Rules:

1. Clean session, QoS 1, receipt to the broker (PUBACK) only when the hub is done with a message.
2. At most so many messages and bytes are taken from the socket in one go; more waits in the broker. Nothing else bounds
   what a broker sends: mosquitto 2.0.11 runs past its in-flight window (measured).
3. A receipt is sent only over the connection by which the message came.
4. What a broker has kept (retained) is passed over: it is old, a box may not have it kept, and no broker forbids that.
5. A lost link is tried again with full jitter, from half a second to half a minute; the caller's second hand goes on.
"""

import logging
import random
import select
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.client import ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract.clock import Clock
from contract.topics import UP_LEAVES, up_all
from hub.ingest.complaints import Complaints
from hub.ingest.decode import Arrived
from hub.ingest.errors import TlsFilesError

CLIENT_ID = "hub"
KEEPALIVE_S = 30
CONNECT_TIMEOUT_S = 2.0
TAKEN_AT_ONCE = 500
TAKEN_AT_ONCE_BYTES = 128 * 1024
"""About 500 readings: a transaction of about 20 ms."""
OUTGOING_MAX = 20_000
"""Acks for every spool of a full fleet, several times over. More are refused and come with the next hello."""
PAUSE_FIRST_S, PAUSE_LONGEST_S = 0.5, 30.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Authority, certificate and key of the hub, PEM."""

    ca: Path
    certificate: Path
    key: Path


class Link:
    """One MQTT client; every method is called from one thread."""

    def __init__(self, *, host: str, port: int, tls: TlsFiles | None, clock: Clock, chance: random.Random) -> None:
        """Take the broker's address; `serve` connects.

        Raises:
            TlsFilesError: authority, certificate or key cannot be loaded.
        """
        self._host, self._port, self._clock, self._chance = host, port, clock, chance
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=CLIENT_ID,
            clean_session=True,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._client.max_inflight_messages_set(OUTGOING_MAX)
        self._client.max_queued_messages_set(OUTGOING_MAX)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_socket_open = _send_at_once
        self._client.on_socket_register_write = _leave_writing_to_flush
        if tls is not None:
            self._client.tls_set_context(_tls_context(tls))
        self._arrived: list[Arrived] = []
        self._arrived_bytes = 0
        self._has_more = False
        self._listening_real_ms: int | None = None
        self._is_new = False
        self._try_again_real_ms = 0
        self._pause_s = PAUSE_FIRST_S
        self._complaints = Complaints(_LOG)

    @property
    def listening_real_ms(self) -> int | None:
        """Real clock since when boxes are heard without a break; None while they are not."""
        return self._listening_real_ms

    def serve(self, wait_s: float) -> list[Arrived]:
        """Do what the socket asks for, waiting for it at most `wait_s`, and return what has arrived.

        Connects first where there is no connection and it is time to try.
        """
        if self._client.socket() is None and not self._connect():
            select.select([], [], [], wait_s)
            return []
        self._wait(0.0 if self._has_more else wait_s)
        self._read()
        self._flush()
        self._heed(self._client.loop_misc())
        arrived, self._arrived, self._arrived_bytes = self._arrived, [], 0
        return arrived

    def is_newly_listening(self) -> bool:
        """Answer once after each new connection, when boxes are heard again."""
        is_new, self._is_new = self._is_new, False
        return is_new

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> bool:
        """Queue a message, QoS 1; answer whether it was taken."""
        if self._client.socket() is None:
            return False
        return self._client.publish(topic, payload, qos=1, retain=is_retained).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def settle(self, arrived: list[Arrived]) -> None:
        """Tell the broker that the hub is done with these, and send all that is queued."""
        if self._client.socket() is None:
            return
        for message in arrived:
            self._client.ack(message.mid, 1)
        self._flush()

    def close(self) -> None:
        """Say goodbye to the broker."""
        self._client.disconnect()
        self._flush()

    def _connect(self) -> bool:
        if self._clock.real_ms() < self._try_again_real_ms:
            return False
        try:
            self._client.connect(self._host, self._port, keepalive=KEEPALIVE_S)
        except (OSError, ValueError) as problem:
            self._lost(f"{type(problem).__name__}: {problem}")
            return False
        return True

    def _lost(self, why: str) -> None:
        """Plan the next try: a random part of a pause that doubles."""
        self._listening_real_ms = None
        self._arrived, self._arrived_bytes, self._has_more = [], 0, False
        pause_s = self._chance.uniform(0.0, self._pause_s)
        self._try_again_real_ms = self._clock.real_ms() + round(1000 * pause_s)
        self._pause_s = min(PAUSE_LONGEST_S, 2 * self._pause_s)
        self._complaints.trouble("link", f"broker {self._host}:{self._port} is away: {why}")

    def _wait(self, wait_s: float) -> None:
        opened = self._client.socket()
        if opened is None or (isinstance(opened, ssl.SSLSocket) and opened.pending()):
            return
        select.select([opened], [opened] if self._client.want_write() else [], [], wait_s)

    def _read(self) -> None:
        """Take what is there, up to the bound."""
        self._has_more = False
        while self._client.socket() is not None:
            count = len(self._arrived)
            if self._heed(self._client.loop_read()):
                return
            if count == len(self._arrived):
                return
            if len(self._arrived) >= TAKEN_AT_ONCE or self._arrived_bytes >= TAKEN_AT_ONCE_BYTES:
                self._has_more = True
                return

    def _flush(self) -> None:
        if self._client.socket() is not None and self._client.want_write():
            self._heed(self._client.loop_write())

    def _heed(self, code: MQTTErrorCode) -> bool:
        """Answer whether the connection is gone, and plan the next try if it is."""
        if code in {MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_AGAIN}:
            return False
        self._lost(mqtt.error_string(code))
        return True

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _props: Properties | None
    ) -> None:
        if code.is_failure:
            self._complaints.trouble("link", f"broker {self._host}:{self._port} refuses the hub: {code}")
            return
        client.subscribe([(up_all(leaf), 1) for leaf in UP_LEAVES])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _props: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            self._complaints.trouble("link", f"broker {self._host}:{self._port} lets the hub hear nothing: {codes}")
            return
        self._listening_real_ms = self._clock.real_ms()
        self._is_new = True
        self._pause_s = PAUSE_FIRST_S
        self._complaints.well("link", f"broker {self._host}:{self._port} is there, the hub hears the boxes")

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.retain:
            client.ack(message.mid, message.qos)
            self._complaints.trouble("retained", f"passed over what a box had the broker keep: {message.topic}")
            return
        self._arrived.append(Arrived(topic=message.topic, payload=bytes(message.payload), mid=message.mid))
        self._arrived_bytes += len(message.payload)


def _send_at_once(_client: mqtt.Client, _data: object, opened: object) -> None:
    """Keep the kernel from holding an ack back until the broker has confirmed the packet before: up to 40 ms."""
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _leave_writing_to_flush(_client: mqtt.Client, _data: object, _socket: object) -> None:
    """Do nothing, and by being there keep paho from sending each packet by itself as it is queued.

    So the acks of one commit leave together, in `Link._flush`, which asks `want_write` and needs no call for it.
    """


def _tls_context(files: TlsFiles) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(files.ca))
        context.load_cert_chain(files.certificate, files.key)
    except (OSError, ssl.SSLError) as problem:
        raise TlsFilesError(
            f"loading mqtt.tls ({files.ca}, {files.certificate}, {files.key}): {problem}. "
            "Give three PEM files that belong together."
        ) from problem
    return context
