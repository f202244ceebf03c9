"""Both real brokers on rendered files: who gets in at all, and that one who sends too much hurts nobody else."""

import socket
import ssl
import warnings
from pathlib import Path

import pytest

from contract.topics import down, up
from hub.broker import limits
from hub.fleet.authority.errors import RequestNameError
from hub.fleet.authority.issuing import issue_node_certificate
from tests.support.authorities import NOW, make_authority, request
from tests.support.brokers import NODE_IDS
from tests.support.certificates import Authority
from tests.support.rendered_brokers import (
    Heard,
    RenderedBroker,
    Talker,
    listening_box,
    listening_hub,
    rendered,
    talking,
)

__all__ = ["rendered"]
MINE, OTHER = NODE_IDS
CONNECT = bytes([0x10, 12 + len(MINE), 0, 4]) + b"MQTT\x04\x02\x00\x3c" + bytes([0, len(MINE)]) + MINE.encode()
ACCEPTED = b"\x20\x02\x00\x00"


def answer_to(broker: RenderedBroker, context: ssl.SSLContext | None) -> bytes:
    """Return what the broker answers to a CONNECT, nothing where it hangs up."""
    plain = socket.create_connection((broker.host, broker.port), timeout=10)
    with plain if context is None else context.wrap_socket(plain, server_hostname="localhost") as stream:
        try:
            stream.sendall(CONNECT)
            return stream.recv(4)
        except ConnectionError:
            return b""


def of_version(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    """Make a context speak this version alone, whatever this machine thinks of it."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_box_gets_in_by_tls_1_2_and_1_3(rendered: RenderedBroker, version: ssl.TLSVersion) -> None:
    context = of_version(rendered.context(rendered.identity(MINE)), version)
    assert answer_to(rendered, context) == ACCEPTED


def test_tls_1_1_is_refused(rendered: RenderedBroker) -> None:
    context = of_version(rendered.context(rendered.identity(MINE)), ssl.TLSVersion.TLSv1_1)
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        answer_to(rendered, context)


def test_this_machine_could_speak_tls_1_1() -> None:
    """Else the test above would show nothing."""
    context = of_version(ssl.create_default_context(), ssl.TLSVersion.TLSv1_1)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    hello = outgoing.read()
    assert hello[9:11] == b"\x03\x02"  # the newest version that the client offers


def test_plain_mqtt_is_refused(rendered: RenderedBroker) -> None:
    assert answer_to(rendered, None)[:1] != ACCEPTED[:1]


def test_a_client_without_a_certificate_is_refused(rendered: RenderedBroker) -> None:
    client = Talker(rendered, None, MINE)
    assert not client.connect()
    client.close()


def test_a_certificate_of_another_authority_is_refused(rendered: RenderedBroker, tmp_path: Path) -> None:
    client = Talker(rendered, Authority(tmp_path / "stranger").client(MINE), MINE)
    assert not client.connect()
    client.close()


def test_the_hubs_server_certificate_is_no_key_to_its_own_broker(rendered: RenderedBroker) -> None:
    client = Talker(rendered, rendered.tls.authority.server, MINE)
    assert not client.connect()
    client.close()


@pytest.mark.parametrize("name", ["+", "#", "/", "$SYS", "hub", f"{MINE}/x", MINE.upper(), f"{MINE}\n"])
def test_the_authority_issues_no_name_that_means_something_to_a_broker(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestNameError):
        issue_node_certificate(request(), name, authority=make_authority(tmp_path), now=NOW)


def test_the_largest_packet_gets_through_and_a_larger_one_ends_only_its_sender(rendered: RenderedBroker) -> None:
    head_and_id = len(up(MINE, "records")) + 16
    with listening_hub(rendered) as hub, listening_box(rendered, OTHER) as other, talking(rendered, MINE) as box:
        largest = Heard(up(MINE, "records"), b"x" * (limits.PACKET_BYTES - head_and_id))
        box.publish(largest.topic, largest.payload)
        assert hub.next() == largest
        box.throw(up(MINE, "records"), b"y" * (limits.PACKET_BYTES + 1))
        box.wait_for_end()
        hub.publish(down(OTHER, "ack"), b"still here")
        assert other.next() == Heard(down(OTHER, "ack"), b"still here")
        other.publish(up(OTHER, "hello"), b"and here")
        assert hub.next() == Heard(up(OTHER, "hello"), b"and here")
