"""Real brokers that run on what the hub renders, with certificates of a real authority; and clients that try things.

Forged certificates are signed by the authority's own issuing key under names that it would never give out.
"""

import getpass
import queue
import signal
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from contract.clock import SystemClock, aware
from hub.broker import files, mosquitto, nats_server
from hub.broker.description import Description
from hub.fleet.authority import certificates, keys, shelf
from tests.support.authorities import IssuedByHub, make_authority
from tests.support.brokers import KINDS, NODE_IDS, Broker, Kind, Tls, _program
from tests.support.certificates import KeyPair
from tests.support.processes import free_port, wait_until

WAIT_S = 10.0
RENDER = {"mosquitto": mosquitto.render, "nats-server": nats_server.render}
CONFIG = {"mosquitto": mosquitto.CONFIG, "nats-server": nats_server.CONFIG}


def real_now() -> datetime:
    """Return this moment; a TLS library asks the machine's clock and takes no other."""
    return aware(SystemClock().now_ms()).astimezone(UTC).replace(microsecond=0)


class RenderedBroker(Broker):
    """A broker started with rendered files; knows `NODE_IDS` unless told otherwise."""

    tls: Tls

    def __init__(self, kind: Kind, *, folder: Path, known: tuple[str, ...] = NODE_IDS) -> None:
        self.kind = kind
        self.host = "127.0.0.1"
        self.port = free_port()
        self.hub_home = folder / "home"
        self.authority = make_authority(folder, now=real_now())
        self._issued = IssuedByHub(self.authority, folder, now=real_now())
        self.tls = Tls(authority=self._issued, node_ids=known)
        self._folder = folder
        self._store = folder / "store"
        self.render(known=known)
        self._command = [_program(kind), "-c", folder / CONFIG[kind]]
        self._child = None

    def render(self, *, known: tuple[str, ...] = NODE_IDS, denied: tuple[str, ...] = ()) -> None:
        """Write the broker's files anew."""
        files.write(self._folder, RENDER[self.kind](self.described(known=known, denied=denied)))

    def described(self, *, known: tuple[str, ...], denied: tuple[str, ...]) -> Description:
        """Return what the broker shall be."""
        return Description(
            listen=self.host,
            port=self.port,
            authority=self.authority.folder / shelf.BUNDLE,
            server=self.authority.folder / shelf.SERVER,
            folder=self._folder,
            known=tuple(sorted(known)),
            denied=tuple(sorted(denied)),
            runs_as=getpass.getuser(),
        )

    def reload(self) -> None:
        """Have the broker read its files again, as `systemctl reload` does."""
        assert self._child is not None
        self._child.send(signal.SIGHUP)

    def identity(self, name: str) -> KeyPair:
        """Return the hub's own certificate, or a new one that the authority issues to a box."""
        return self._issued.client(name)

    def forged(self, name: str) -> KeyPair:
        """Return a certificate with any common name at all, signed by the authority's issuing key."""
        key, signer = ec.generate_private_key(ec.SECP256R1()), self.authority.current
        leaf = certificates.client(
            key.public_key(),
            common_name=name,
            signed_by=signer.certificate,
            issuing_key=signer.key,
            now=real_now(),
        )
        path = self._folder / f"forged-{leaf.serial_number:x}.pem"
        path.write_bytes(keys.to_pem(key) + shelf.certificates_pem([leaf, signer.certificate]))
        return KeyPair(certificate=path, key=path)

    def context(self, pair: KeyPair | None) -> ssl.SSLContext:
        """Return what a client needs for TLS that believes the root alone, as a box does."""
        context = ssl.create_default_context(cafile=str(self._issued.ca_certificate))
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        return context


@contextmanager
def rendered_broker(kind: Kind, *, folder: Path, known: tuple[str, ...] = NODE_IDS) -> Iterator[RenderedBroker]:
    """Run one broker for the length of a `with` block."""
    broker = RenderedBroker(kind, folder=folder, known=known)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


@pytest.fixture(params=[pytest.param(kind, id=kind, marks=pytest.mark.broker) for kind in KINDS], scope="module")
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RenderedBroker]:
    """A broker of each kind; the tests of one module share it."""
    with rendered_broker(request.param, folder=tmp_path_factory.mktemp("rendered")) as started:
        yield started


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it came."""

    topic: str
    payload: bytes


class Talker:
    """A plain MQTT client that connects once and never again; everything it waits for has a bound."""

    def __init__(
        self, broker: RenderedBroker, pair: KeyPair | None, client_id: str, *,
        version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
    ) -> None:  # fmt: skip
        self.heard: queue.Queue[Heard] = queue.Queue()
        self.ended: queue.Queue[str] = queue.Queue()
        self._answers: queue.Queue[bool] = queue.Queue()
        self._granted: queue.Queue[list[bool]] = queue.Queue()
        self._settled: queue.Queue[bool] = queue.Queue()
        self._broker = broker
        self._mqtt = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=version, reconnect_on_failure=False
        )  # fmt: skip
        self._mqtt.tls_set_context(broker.context(pair))
        self._mqtt.on_connect = lambda *args: self._answers.put(not args[3].is_failure)
        self._mqtt.on_message = lambda _c, _d, message: self.heard.put(Heard(message.topic, bytes(message.payload)))
        self._mqtt.on_subscribe = lambda *args: self._granted.put([not code.is_failure for code in args[3]])
        self._mqtt.on_publish = lambda *args: self._settled.put(not args[3].is_failure)
        self._mqtt.on_disconnect = lambda *args: self._end(str(args[3]))

    def connect(self) -> bool:
        """Connect; answer whether the broker let this client in."""
        try:
            self._mqtt.connect(self._broker.host, self._broker.port)
        except OSError:
            return False
        self._mqtt.loop_start()
        return self._answers.get(timeout=WAIT_S)

    def subscribe(self, *topics: str) -> list[bool]:
        """Subscribe; return for each filter whether the broker said yes. A broker that hangs up says no to all."""
        granted = []
        for topic in topics:
            self._mqtt.subscribe(topic, qos=1)
            granted += self._granted.get(timeout=WAIT_S)
        return granted

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> bool:
        """Publish and wait for the broker's receipt; with MQTT 5 answer whether it was one."""
        self._mqtt.publish(topic, payload, qos=1, retain=is_retained)
        return self._settled.get(timeout=WAIT_S)

    def throw(self, topic: str, payload: bytes) -> None:
        """Publish and wait for nothing."""
        self._mqtt.publish(topic, payload, qos=1)

    def next(self) -> Heard:
        """Return the next message that came."""
        return self.heard.get(timeout=WAIT_S)

    @property
    def is_connected(self) -> bool:
        """Whether the broker has not hung up."""
        return self._mqtt.is_connected()

    def wait_for_end(self) -> str:
        """Wait until the connection is gone; return why, as paho puts it."""
        return self.ended.get(timeout=WAIT_S)

    def close(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            self._mqtt.disconnect()
        self._mqtt.loop_stop()
        self._mqtt.reinitialise()  # paho leaves the pair of sockets that woke its thread to the garbage collector

    def _end(self, why: str) -> None:
        self.ended.put(why)
        self._answers.put(False)


@contextmanager
def talking(
    broker: RenderedBroker, name: str, *, client_id: str | None = None, topics: tuple[str, ...] = (),
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
) -> Iterator[Talker]:  # fmt: skip
    """Be connected as the hub or a box for the length of a `with` block, and hear these topics."""
    talker = Talker(broker, broker.identity(name), client_id or name, version=version)
    try:
        assert talker.connect(), f"{broker.kind} refused {name}:\n{broker.output()}"
        assert talker.subscribe(*topics) == [True] * len(topics)
        yield talker
    finally:
        talker.close()


@contextmanager
def listening_hub(broker: RenderedBroker) -> Iterator[Talker]:
    """Be connected as the hub and hear the three leaves of every box."""
    with talking(broker, "hub", topics=("jw/1/up/+/records", "jw/1/up/+/hello", "jw/1/up/+/gone")) as hub:
        yield hub


@contextmanager
def listening_box(broker: RenderedBroker, name: str) -> Iterator[Talker]:
    """Be connected as a box and hear its own branch."""
    with talking(broker, name, topics=(f"jw/1/dn/{name}/#",)) as box:
        yield box


def drained(talker: Talker, marker: Heard) -> Sequence[Heard]:
    """Return what came before a message that is known to come."""
    came: list[Heard] = []

    def is_there() -> bool:
        came.append(talker.next())
        return came[-1] == marker

    wait_until(is_there, what=f"{marker} at the listener")
    return came[:-1]
