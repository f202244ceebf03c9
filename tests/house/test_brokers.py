"""The brokers of the tests behave as the tests that use them believe: they carry, keep out, die and come back."""

import queue
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.brokers import HUB_ID, NODE_IDS, Broker
from tests.support.processes import is_listening, wait_until

_MINE, _OTHER = NODE_IDS
_WAIT_S = 5.0


class _Client:
    """A plain MQTT client that puts what it hears into a queue."""

    def __init__(self, broker: Broker, name: str) -> None:
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        self._connected: queue.Queue[bool] = queue.Queue()
        self._mqtt = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
        self._mqtt.on_connect = lambda *args: self._connected.put(not args[3].is_failure)
        self._mqtt.on_subscribe = lambda *args: self._subscribed.put(args[2])
        self._mqtt.on_message = lambda _client, _data, message: self.heard.put((message.topic, bytes(message.payload)))
        if broker.tls is not None:
            pair = broker.tls.client(name)
            context = ssl.create_default_context(cafile=str(broker.tls.authority.ca_certificate))
            context.load_cert_chain(pair.certificate, pair.key)
            self._mqtt.tls_set_context(context)
        self._mqtt.connect(broker.host, broker.port)
        self._mqtt.loop_start()
        assert self._connected.get(timeout=_WAIT_S), f"{broker.kind} refused {name}"

    def hear(self, topic: str) -> None:
        self._mqtt.subscribe(topic, qos=1)
        self._subscribed.get(timeout=_WAIT_S)

    def say(self, topic: str, payload: bytes) -> None:
        self._mqtt.publish(topic, payload, qos=1).wait_for_publish(timeout=_WAIT_S)

    def close(self) -> None:
        self._mqtt.disconnect()
        self._mqtt.loop_stop()


@contextmanager
def _client(broker: Broker, name: str) -> Iterator[_Client]:
    client = _Client(broker, name)
    try:
        yield client
    finally:
        client.close()


def test_a_message_passes_from_a_box_to_the_hub(broker: Broker) -> None:
    with _client(broker, HUB_ID) as hub, _client(broker, _MINE) as box:
        hub.hear("jw/1/up/+/records")
        box.say(f"jw/1/up/{_MINE}/records", b"water")
        assert hub.heard.get(timeout=_WAIT_S) == (f"jw/1/up/{_MINE}/records", b"water")


def test_a_killed_broker_comes_back_empty_on_the_same_port(broker: Broker) -> None:
    before = broker.pid
    broker.kill()
    assert not is_listening(broker.port)
    broker.restart(store="empty")
    assert broker.pid != before
    with _client(broker, HUB_ID) as hub:
        hub.hear("jw/1/up/+/hello")
        hub.say(f"jw/1/up/{_MINE}/hello", b"again")
        assert hub.heard.get(timeout=_WAIT_S)[1] == b"again"


def test_a_broker_that_is_told_to_end_keeps_what_is_retained(broker: Broker) -> None:
    with _client(broker, HUB_ID) as hub:
        hub._mqtt.publish(f"jw/1/dn/{_MINE}/desired", b"seven", qos=1, retain=True).wait_for_publish(_WAIT_S)
    broker.restart(store="kept", how="terminate")
    with _client(broker, _MINE) as box:

        def kept() -> tuple[str, bytes] | None:
            # nats-server accepts clients before it has read what it kept: who asks too early asks again.
            box.hear(f"jw/1/dn/{_MINE}/#")
            try:
                return box.heard.get(timeout=0.5)
            except queue.Empty:
                return None

        assert wait_until(kept, what="what is retained") == (f"jw/1/dn/{_MINE}/desired", b"seven")


def test_rights_follow_from_the_common_name(tls_broker: Broker) -> None:
    with _client(tls_broker, HUB_ID) as hub, _client(tls_broker, _MINE) as box:
        hub.hear("jw/1/up/+/+")
        box.hear(f"jw/1/dn/{_MINE}/#")
        # Both brokers acknowledge a forbidden message and drop it: only what is heard counts.
        box.say(f"jw/1/up/{_OTHER}/records", b"as another")
        box.say(f"jw/1/up/{_MINE}/other", b"another leaf")
        box.say(f"jw/1/up/{_MINE}/records", b"as myself")
        assert hub.heard.get(timeout=_WAIT_S) == (f"jw/1/up/{_MINE}/records", b"as myself")
        hub.say(f"jw/1/dn/{_OTHER}/ack", b"for another")
        hub.say(f"jw/1/dn/{_MINE}/ack", b"for me")
        assert box.heard.get(timeout=_WAIT_S) == (f"jw/1/dn/{_MINE}/ack", b"for me")
