"""Real programs take what the authority issues, with the root alone trusted: Python's ssl, nats-server, mosquitto."""

import queue
import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from contract.clock import SystemClock, aware
from hub.fleet.authority import making, shelf
from tests.support.authorities import PASSPHRASE, IssuedByHub, make_authority
from tests.support.brokers import KINDS, NODE_IDS, Broker, Kind, Tls
from tests.support.certificates import KeyPair

_WAIT_S = 10.0


def real_now() -> datetime:
    """Return this moment; a TLS library asks the machine's clock and takes no other."""
    return aware(SystemClock().now_ms()).astimezone(UTC).replace(microsecond=0)


def context_of(pair: KeyPair, trusted: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(trusted))
    context.load_cert_chain(pair.certificate, pair.key)
    return context


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, *, name: str) -> object:
    """Shake hands over a socket pair; return what the server sees as the client's subject."""
    ours, theirs = socket.socketpair()
    seen: queue.Queue[object] = queue.Queue()

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True) as secured:
                peer = secured.getpeercert()
                seen.put(peer["subject"] if peer else None)
        except ssl.SSLError as problem:
            seen.put(problem)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=name):
            return seen.get(timeout=_WAIT_S)
    finally:
        ours.close()
        thread.join(_WAIT_S)


@pytest.mark.parametrize("name", ["hub.kota.example", "192.168.10.2", "localhost", "127.0.0.1"])
def test_hub_and_box_believe_each_other_by_the_root_alone(tmp_path: Path, name: str) -> None:
    now = real_now()
    issued = IssuedByHub(make_authority(tmp_path, now=now), tmp_path, now=now)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(issued.ca_certificate))
    server.load_cert_chain(issued.server.certificate)
    server.verify_mode = ssl.CERT_REQUIRED
    box = context_of(issued.client(NODE_IDS[0]), issued.ca_certificate)
    assert shaken(server, box, name=name) == (((("commonName", NODE_IDS[0])),),)
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(server, box, name="other.example")


def test_only_a_new_root_locks_out_who_stole_the_issuing_key(tmp_path: Path) -> None:
    now = real_now()
    thief = IssuedByHub(make_authority(tmp_path, now=now), tmp_path, now=now)
    forged = context_of(thief.client(NODE_IDS[0]), thief.ca_certificate)
    forged.check_hostname, forged.verify_mode = False, ssl.CERT_NONE  # a thief need not verify anybody

    def said_by(folder: Path) -> object:
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / shelf.ROOT))
        server.load_cert_chain(folder / shelf.SERVER)
        server.verify_mode = ssl.CERT_REQUIRED
        return shaken(server, forged, name="hub.kota.example")

    rotated = making.rotate(
        home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, now=now
    )  # fmt: skip
    assert said_by(rotated.folder) == (((("commonName", NODE_IDS[0])),),), "docs/backup.md: rotate is not enough"
    (tmp_path / "anew").mkdir()
    assert isinstance(said_by(make_authority(tmp_path / "anew", now=now).folder), ssl.SSLCertVerificationError)


def test_a_box_cannot_pass_for_the_hub(tmp_path: Path) -> None:
    now = real_now()
    issued = IssuedByHub(make_authority(tmp_path, now=now), tmp_path, now=now)
    pair = issued.client(NODE_IDS[0])
    false_hub = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    false_hub.load_cert_chain(pair.certificate, pair.key)
    box = context_of(issued.client(NODE_IDS[1]), issued.ca_certificate)
    box.check_hostname = False
    with pytest.raises(ssl.SSLCertVerificationError, match="unsuitable certificate purpose"):
        shaken(false_hub, box, name="hub.kota.example")


def connected(broker: Broker, pair: KeyPair, name: str, trusted: Path) -> mqtt.Client:
    answers: queue.Queue[bool] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.on_connect = lambda *args: answers.put(not args[3].is_failure)
    client.tls_set_context(context_of(pair, trusted))
    client.connect(broker.host, broker.port)
    client.loop_start()
    assert answers.get(timeout=_WAIT_S), f"{broker.kind} refused {name}"
    return client


@pytest.mark.broker
@pytest.mark.parametrize("kind", KINDS)
def test_brokers_take_boxes_of_both_issuing_keys_and_know_them_by_name(tmp_path: Path, kind: Kind) -> None:
    now = real_now()
    before = IssuedByHub(make_authority(tmp_path, now=now), tmp_path, now=now)
    old = before.client(NODE_IDS[0])
    rotated = making.rotate(home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, now=now)
    after = IssuedByHub(rotated, tmp_path, now=now)
    assert shelf.read_chain(old.certificate)[1] != rotated.current.certificate
    broker = Broker(kind, folder=tmp_path / "broker", tls=Tls(authority=after, node_ids=NODE_IDS))
    clients: list[mqtt.Client] = []
    try:
        broker.start()
        hub = connected(broker, after.client("hub"), "hub", after.ca_certificate)
        clients.append(hub)
        heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        ready: queue.Queue[int] = queue.Queue()
        hub.on_message = lambda _client, _data, message: heard.put((message.topic, bytes(message.payload)))
        hub.on_subscribe = lambda *args: ready.put(args[2])
        hub.subscribe("jw/1/up/+/hello", qos=1)
        ready.get(timeout=_WAIT_S)
        for node_id, pair in ((NODE_IDS[0], old), (NODE_IDS[1], after.client(NODE_IDS[1]))):
            box = connected(broker, pair, node_id, after.ca_certificate)
            clients.append(box)
            # Another's topic first: what is heard below must be the box's own.
            box.publish("jw/1/up/n-0000aaaa/hello", b"false", qos=1).wait_for_publish(_WAIT_S)
            box.publish(f"jw/1/up/{node_id}/hello", b"here", qos=1).wait_for_publish(_WAIT_S)
            assert heard.get(timeout=_WAIT_S) == (f"jw/1/up/{node_id}/hello", b"here")
    finally:
        for client in clients:
            client.disconnect()
            client.loop_stop()
        broker.kill()
