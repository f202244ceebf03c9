"""A box as seen from the wire: a plain MQTT client that says things and keeps what it hears."""

import json
import queue
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.brokers import Broker

WAIT_S = 20.0


class PlainBox:
    """One client, subscribed to everything meant for it."""

    def __init__(self, broker: Broker, node_id: str) -> None:
        self.node_id = node_id
        self.heard: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=node_id)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *args: self._subscribed.put(args[2])
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(0.05, 0.2)  # type: ignore[arg-type] # paho takes parts of a second
        self._client.on_socket_open = _send_at_once
        if broker.tls is not None:
            pair = broker.tls.client(node_id)
            context = ssl.create_default_context(cafile=str(broker.tls.authority.ca_certificate))
            context.load_cert_chain(pair.certificate, pair.key)
            self._client.tls_set_context(context)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        self.wait_until_subscribed()

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(f"jw/1/dn/{self.node_id}/#", qos=1)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard.put((message.topic.rsplit("/", 1)[1], bytes(message.payload), bool(message.retain)))

    def wait_until_subscribed(self) -> None:
        """Return after the next time the broker has taken the subscription."""
        self._subscribed.get(timeout=WAIT_S)

    def say(self, leaf: str, payload: bytes) -> None:
        """Publish, QoS 1, and return when the broker has it."""
        self._client.publish(f"jw/1/up/{self.node_id}/{leaf}", payload, qos=1).wait_for_publish(WAIT_S)

    def hear(self, leaf: str, *, deadline_s: float = WAIT_S) -> dict[str, Any]:
        """Return the next message of a leaf, passing over others."""
        while True:
            heard_leaf, payload, _ = self.heard.get(timeout=deadline_s)
            if heard_leaf == leaf:
                return dict(json.loads(payload))

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()
        # Nothing may refer back to this box: paho closes its sockets when the client is let go, and only then.
        self._client.on_connect = self._client.on_message = None


def _send_at_once(_client: mqtt.Client, _data: object, opened: object) -> None:
    assert isinstance(opened, socket.socket)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@contextmanager
def plain_box(broker: Broker, node_id: str) -> Iterator[PlainBox]:
    """Have a box for the length of a `with` block."""
    box = PlainBox(broker, node_id)
    try:
        yield box
    finally:
        box.close()
