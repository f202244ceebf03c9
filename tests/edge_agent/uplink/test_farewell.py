"""How a connection ends on purpose: the other side hears the farewell, the goodbye, and then a quiet end."""

import socket
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from contract.clock import SystemClock
from edge_agent.uplink.link import FAREWELL_WITHIN_MS, Accepted, Link
from tests.support.processes import wait_until

CONNECT, PUBLISH_QOS_1, SUBSCRIBE, DISCONNECT = 0x10, 0x32, 0x82, 0xE0
CLOCK = SystemClock()


class PlainBroker:
    """Speaks just enough MQTT with one box; `is_deaf` lets it take a farewell and answer nothing."""

    def __init__(self, *, is_deaf: bool = False) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard: list[int] = []
        self.end = ""
        self._is_deaf = is_deaf
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def wait_end(self) -> None:
        self._thread.join(timeout=10)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as stream:
            try:
                while self._answer(connection, stream):
                    pass
                self.end = "quiet"
            except ConnectionResetError:
                self.end = "reset"

    def _answer(self, connection: socket.socket, stream: BinaryIO) -> bool:
        first = stream.read(1)
        if not first:
            return False
        body = stream.read(_length(stream))
        self.heard.append(first[0])
        if first[0] == CONNECT:
            connection.sendall(b"\x20\x02\x00\x00")
        elif first[0] == SUBSCRIBE:
            connection.sendall(b"\x90\x05" + body[:2] + b"\x00\x01\x01")
        elif first[0] == PUBLISH_QOS_1 and not self._is_deaf:
            topic_length = int.from_bytes(body[:2])
            connection.sendall(b"\x40\x02" + body[2 + topic_length : 4 + topic_length])
        elif first[0] == DISCONNECT:
            connection.shutdown(socket.SHUT_WR)
        return True


def _length(stream: BinaryIO) -> int:
    total, shift = 0, 0
    while True:
        (byte,) = stream.read(1)
        total |= (byte & 0x7F) << shift
        if byte < 0x80:
            return total
        shift += 7


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> Iterator[PlainBroker]:
    one = PlainBroker(is_deaf=getattr(request, "param", False))
    yield one
    one.wait_end()


def open_link(broker: PlainBroker) -> Link:
    link = Link(node_id="n-7f3k2m9q", host="127.0.0.1", port=broker.port, tls=None, clock=CLOCK)
    link.connect(will=b"{}")
    wait_until(lambda: any(isinstance(event, Accepted) for event in link.wait(0.05)), what="Accepted")
    return link


def test_the_end_is_quiet_because_the_answer_to_the_farewell_is_read_first(broker: PlainBroker) -> None:
    link = open_link(broker)
    link.close(farewell=b"{}")
    broker.wait_end()
    assert broker.heard == [CONNECT, SUBSCRIBE, PUBLISH_QOS_1, DISCONNECT]
    assert broker.end == "quiet"
    assert not link.is_up


@pytest.mark.parametrize("broker", [True], indirect=True)
def test_a_broker_that_does_not_answer_the_farewell_hears_the_goodbye_all_the_same(broker: PlainBroker) -> None:
    link = open_link(broker)
    begun_ms = CLOCK.real_ms()
    link.close(farewell=b"{}")
    assert CLOCK.real_ms() - begun_ms < 2 * FAREWELL_WITHIN_MS
    broker.wait_end()
    assert broker.heard[-1] == DISCONNECT
