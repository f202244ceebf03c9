"""Both real brokers on rendered files, certificates of the real authority: who may say and hear what."""

import socket

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from contract.topics import DOWN_LEAVES, UP_LEAVES, down, up
from hub.broker.rights import of_name
from tests.support.brokers import NODE_IDS
from tests.support.rendered_brokers import (
    Heard,
    RenderedBroker,
    Talker,
    drained,
    listening_box,
    listening_hub,
    rendered,
    talking,
)

__all__ = ["rendered"]
MINE, OTHER = NODE_IDS
STRANGE_NAMES = ("+", "#", "/", "$SYS", ">", "*", "HUB", "hub ", "hub,O=x", f"{MINE}/x", MINE.upper(), "n-1", "n" * 33)
"""None of them is a node id, so the authority never issues them; here its key was misused."""
ALL_UP = tuple(up(name, leaf) for name in (MINE, OTHER, "hub") for leaf in UP_LEAVES)
ALL_DOWN = tuple(down(name, leaf) for name in (MINE, OTHER) for leaf in DOWN_LEAVES)
AWAY = (
    "jw/1/up", f"jw/1/up/{MINE}", f"jw/1/up/{MINE}/other", f"jw/1/up/{MINE}/records/x", f"jw/1/dn/{MINE}",
    f"jw/1/dn/{MINE}/other", f"jw/2/up/{MINE}/records", "jw/1", "x", "$SYS/broker/version", "/",
)  # fmt: skip


def test_the_hub_hears_of_a_box_what_the_model_allows_and_no_word_more(rendered: RenderedBroker) -> None:
    with listening_hub(rendered) as hub, talking(rendered, MINE) as box:
        for topic in (*ALL_UP, *ALL_DOWN, *AWAY):
            box.publish(topic, b"tried")
        box.publish(up(MINE, "gone"), b"end")
        heard = {one.topic for one in drained(hub, Heard(up(MINE, "gone"), b"end"))}
    rights = of_name(MINE, denied=())
    assert heard == {topic for topic in (*ALL_UP, *ALL_DOWN, *AWAY) if rights.may_publish(topic)}
    assert heard == {up(MINE, leaf) for leaf in UP_LEAVES}


def test_a_box_hears_its_own_branch_whatever_it_subscribes_to(rendered: RenderedBroker) -> None:
    with listening_hub(rendered) as hub, talking(rendered, MINE) as box, talking(rendered, OTHER) as other:
        box.subscribe("#", "+/+/+/+/+", "jw/1/up/#", f"jw/1/dn/{OTHER}/#", f"jw/1/dn/{OTHER}/ack", "$SYS/#")
        assert box.subscribe(f"jw/1/dn/{MINE}/#") == [True]
        other.publish(up(OTHER, "hello"), b"to the hub")
        other.publish(down(MINE, "command"), b"forged")
        assert hub.next() == Heard(up(OTHER, "hello"), b"to the hub")
        for leaf in DOWN_LEAVES:
            hub.publish(down(OTHER, leaf), b"not for you")
            hub.publish(down(MINE, leaf), b"yours")
        hub.publish(down(MINE, "ack"), b"end")
        heard = drained(box, Heard(down(MINE, "ack"), b"end"))
    assert {(one.topic, one.payload) for one in heard} == {(down(MINE, leaf), b"yours") for leaf in DOWN_LEAVES}


def test_the_hub_publishes_down_and_nothing_else(rendered: RenderedBroker) -> None:
    with listening_hub(rendered) as hub, listening_box(rendered, MINE) as box:
        for topic in (*ALL_UP, f"jw/1/dn/{MINE}/other", f"jw/1/dn/{MINE}", "jw/1/dn", "x", "$SYS/x"):
            hub.publish(topic, b"tried")
        for topic in ALL_DOWN:
            hub.publish(topic, b"allowed")
        hub.publish(down(MINE, "ack"), b"end")
        heard = drained(box, Heard(down(MINE, "ack"), b"end"))
        assert hub.heard.empty()
    assert {(one.topic, one.payload) for one in heard} == {(down(MINE, leaf), b"allowed") for leaf in DOWN_LEAVES}


@pytest.mark.parametrize("rendered", ["mosquitto"], indirect=True)
def test_mosquitto_answers_each_publish_as_the_model_does(rendered: RenderedBroker) -> None:
    """MQTT 5 says which publish was refused, so here also topics are tried that nobody may hear."""
    for name in (MINE, "hub"):
        rights = of_name(name, denied=())
        with talking(rendered, name, version=MQTTProtocolVersion.MQTTv5) as client:
            for topic in (*ALL_UP, *ALL_DOWN, *AWAY):
                assert client.publish(topic, b"tried") == rights.may_publish(topic), topic


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_forged_name_that_is_no_node_id_reaches_nobody_and_hears_nothing(rendered: RenderedBroker, name: str) -> None:
    """Mosquitto lets such a name speak on topics of its own name, which the hub takes from no such name."""
    with listening_hub(rendered) as hub, listening_box(rendered, MINE) as victim:
        forger = Talker(rendered, rendered.forged(name), MINE)
        try:
            if forger.connect():
                assert rendered.kind == "mosquitto"
                forger.subscribe("#", "jw/1/up/#", "jw/1/dn/#", "$SYS/#")
                for topic in (*ALL_UP, *ALL_DOWN, *AWAY):
                    forger.publish(topic, b"forged")
                hub.publish(down(MINE, "ack"), b"yours")
            else:
                hub.publish(down(MINE, "ack"), b"yours")
            assert victim.next() == Heard(down(MINE, "ack"), b"yours")
            victim.publish(up(MINE, "hello"), b"end")
            assert hub.next() == Heard(up(MINE, "hello"), b"end")
            assert forger.heard.empty()
        finally:
            forger.close()


def test_a_box_that_takes_the_client_id_of_another_pushes_it_off_only_at_the_embedded_broker(
    rendered: RenderedBroker,
) -> None:
    """What mosquitto closes and nats-server cannot: why a city takes mosquitto."""
    with (
        listening_box(rendered, MINE) as victim,
        listening_hub(rendered) as hub,
        talking(rendered, OTHER, client_id=MINE) as thief,
    ):
        if rendered.kind == "nats-server":
            victim.wait_for_end()
            thief.subscribe(down(MINE, "#"))
        else:
            assert victim.is_connected
            hub.publish(down(MINE, "ack"), b"yours")
            assert victim.next() == Heard(down(MINE, "ack"), b"yours")
        hub.publish(down(MINE, "ack"), b"still not the thief's")
        hub.publish(down(OTHER, "ack"), b"end")
        thief.publish(up(MINE, "hello"), b"as the other")
        thief.publish(up(OTHER, "hello"), b"as itself")
        assert hub.next() == Heard(up(OTHER, "hello"), b"as itself")
        assert thief.heard.empty()


@pytest.mark.parametrize("rendered", ["nats-server"], indirect=True)
def test_nobody_gets_in_by_the_nats_listener_that_cannot_be_left_out(rendered: RenderedBroker) -> None:
    port = int(rendered.output().partition("Listening for client connections on 127.0.0.1:")[2].split()[0])
    for name in ("CN=hub", f"CN={MINE}", ""):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            user = f'"user":"{name}","pass":"",' if name else ""
            plain.sendall(f'CONNECT {{{user}"verbose":true}}\r\nSUB > 1\r\n'.encode())
            answer = b""
            while part := plain.recv(4096):
                answer += part
        assert b"Authorization Violation" in answer, name
