"""The connection to real brokers, and to what only looks like one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from contract.clock import Clock, SystemClock
from edge_agent.uplink.errors import LinkError, TlsFilesError
from edge_agent.uplink.link import Accepted, Ended, Event, HandedOver, Heard, Link
from edge_agent.uplink.tls import client_context
from tests.support.brokers import NODE_IDS, Broker
from tests.support.certificates import Authority
from tests.support.clocks import FakeClock
from tests.support.plain_hub import PlainHub
from tests.support.processes import free_port, wait_until

NODE_ID = NODE_IDS[0]
WILL = b'{"v":1,"session":"9f3b"}'


@contextmanager
def open_link(broker: Broker, *, node_id: str = NODE_ID) -> Iterator[Link]:
    tls = None
    if broker.tls is not None:
        pair = broker.tls.client(NODE_ID)
        ca = broker.tls.authority.ca_certificate
        tls = client_context(ca=ca, certificate=pair.certificate, key=pair.key)
    link = Link(node_id=node_id, host=broker.host, port=broker.port, tls=tls, clock=SystemClock())
    link.connect(will=WILL)
    yield link
    link.close(farewell=WILL)


def link_to(port: int, *, clock: Clock | None = None) -> Link:
    return Link(node_id=NODE_ID, host="127.0.0.1", port=port, tls=None, clock=clock or SystemClock())


def first(link: Link, kind: type[Event]) -> Event:
    events: list[Event] = []

    def has_come() -> bool:
        events.extend(link.wait(0.05))
        return any(isinstance(event, kind) for event in events)

    wait_until(has_come, what=kind.__name__)
    return next(event for event in events if isinstance(event, kind))


def hub_at(broker: Broker) -> PlainHub:
    hub = PlainHub(broker)
    hub.start()
    return hub


def test_a_message_up_is_handed_over_and_one_down_is_heard(tls_broker: Broker) -> None:
    hub = hub_at(tls_broker)
    with open_link(tls_broker) as link:
        first(link, Accepted)
        ticket = link.publish("hello", b'{"spools":{},"session":"9f3b"}')
        assert first(link, HandedOver) == HandedOver(ticket=ticket or 0)
        wait_until(lambda: hub.hellos, what="hello")
        for leaf in ("ack", "desired", "command", "later"):
            hub.say(NODE_ID, leaf, leaf.encode())
        heard = [first(link, Heard)]
        assert heard[0] == Heard(leaf="ack", payload=b"ack")
    hub.stop()


def test_the_farewell_says_what_the_will_would(broker: Broker) -> None:
    hub = hub_at(broker)
    with open_link(broker) as link:
        first(link, Accepted)
    wait_until(lambda: hub.gone, what="gone")
    assert hub.gone == [{"v": 1, "session": "9f3b"}]
    assert not link.is_up
    hub.stop()


def test_a_second_connection_of_the_same_box_ends_the_first(broker: Broker) -> None:
    with open_link(broker) as old:
        first(old, Accepted)
        with open_link(broker) as new:
            first(new, Accepted)
            first(old, Ended)
            assert (old.is_up, new.is_up) == (False, True)


def test_a_broker_that_dies_ends_the_connection_and_publishing_says_so(broker: Broker) -> None:
    with open_link(broker) as link:
        first(link, Accepted)
        broker.kill()
        first(link, Ended)
        assert link.publish("hello", b"{}") is None
        assert link.wait(0) == []


def test_a_box_under_a_name_that_is_not_on_its_certificate_hears_nothing(tls_broker: Broker) -> None:
    hub = hub_at(tls_broker)
    with open_link(tls_broker, node_id=NODE_IDS[1]) as link:
        link.wait(0.5)
        link.publish("hello", b'{"spools":{}}')
        link.wait(0.5)
        assert not hub.hellos
    hub.stop()


def test_nobody_at_the_port_is_an_error_that_names_it() -> None:
    port = free_port()
    link = link_to(port)
    with pytest.raises(LinkError, match=f"127.0.0.1:{port}"):
        link.connect(will=WILL)
    assert not link.is_up


def test_a_name_that_does_not_resolve_is_an_error() -> None:
    link = Link(node_id=NODE_ID, host="no-such-host.invalid", port=1, tls=None, clock=SystemClock())
    with pytest.raises(LinkError, match="no-such-host"):
        link.connect(will=WILL)


def test_somebody_who_accepts_and_says_nothing_is_left_after_20_s() -> None:
    clock = FakeClock()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        link = link_to(mute.getsockname()[1], clock=clock)
        link.connect(will=WILL)
        assert link.wait(0) == []
        clock.advance(21)
        (ended,) = link.wait(0)
        assert isinstance(ended, Ended)
        assert not link.is_up


def packet(stream: BinaryIO) -> tuple[int, bytes]:
    """Return (first byte, rest) of the next MQTT packet, which must be a short one."""
    first_byte, length = stream.read(2)
    assert length < 128, "this reader knows short packets only"
    return first_byte, stream.read(length)


def test_the_session_is_clean_and_records_go_at_qos_1_until_the_broker_has_confirmed_them() -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        link = link_to(broker.getsockname()[1])
        link.connect(will=WILL)
        peer, _ = broker.accept()
        peer.settimeout(10)
        with peer, peer.makefile("rb") as stream:
            kind, connect = packet(stream)
            assert (kind, connect[:7]) == (0x10, b"\0\4MQTT\4")
            assert connect[7] == 0b0000_1110  # will at QoS 1, not retained; clean session
            peer.sendall(b"\x20\2\0\0")
            link.wait(1.0)  # hears that it is let in
            link.wait(1.0)  # says what it wants to hear
            kind, subscribe = packet(stream)
            assert kind == 0x82
            peer.sendall(b"\x90\5" + subscribe[:2] + b"\0\1\1")
            first(link, Accepted)

            ticket = link.publish("records", b"{}")
            assert ticket is not None
            assert link.wait(0.1) == []
            kind, publish = packet(stream)
            assert kind == 0x32  # QoS 1, not retained, for the first time
            topic_ends = 2 + int.from_bytes(publish[:2], "big")
            peer.sendall(b"\x40\2" + publish[topic_ends : topic_ends + 2])
            assert first(link, HandedOver) == HandedOver(ticket=ticket)


def test_somebody_who_speaks_no_mqtt_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as web:
        link = link_to(web.getsockname()[1])
        link.connect(will=WILL)
        peer, _ = web.accept()
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.close()
        first(link, Ended)
        assert not link.is_up


def test_certificate_and_key_that_do_not_belong_together_are_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    mine, other = authority.client(NODE_IDS[0]), authority.client(NODE_IDS[1])
    with pytest.raises(TlsFilesError, match="belongs together"):
        client_context(ca=authority.ca_certificate, certificate=mine.certificate, key=other.key)


def test_an_authority_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    pair = Authority(tmp_path / "good").client(NODE_ID)
    bad = tmp_path / "ca.pem"
    bad.write_text("water")
    with pytest.raises(TlsFilesError, match=r"hub\.tls\.ca"):
        client_context(ca=bad, certificate=pair.certificate, key=pair.key)
