"""A simulated box by TLS sends and hears what one without it does."""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.secure_city import SecureCity
from benchmarks.tls_socket import TlsSocket
from hub.fleet.authority import shelf
from tests.support.processes import wait_until

LARGE = b"x" * 100_000
"""Several records of TLS."""
SMALL = 1000
"""Less than a record: TLS holds the rest, where a selector does not see it."""


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[TlsSocket]:
    """A connection to a server that sends back everything, and asks for a certificate of the city."""
    city = SecureCity(tmp_path, node_ids=["n-bench0001"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(city.root))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(shelf.server_file(city.home))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        wire, _ = listener.accept()
        with context.wrap_socket(wire, server_side=True) as tls:
            while data := tls.recv(65_536):
                tls.sendall(data)

    thread = threading.Thread(target=serve)
    thread.start()
    client = TlsSocket(socket.socket(), city.context("n-bench0001"))
    client.connect(("127.0.0.1", listener.getsockname()[1]))
    client.setblocking(False)
    yield client
    client.close()
    thread.join()
    listener.close()


def test_nothing_there_is_told_as_a_plain_socket_tells_it_and_a_large_message_comes_whole(echo: TlsSocket) -> None:
    with pytest.raises(BlockingIOError):
        echo.recv(65_536)
    rest = bytearray(LARGE)
    heard = bytearray()

    def turn() -> bool:
        if rest:
            with suppress(BlockingIOError):
                del rest[: echo.send(rest)]
        if select.select([echo], [], [], 0.01)[0]:
            with suppress(BlockingIOError):
                heard.extend(echo.recv(SMALL))
        return len(heard) == len(LARGE)

    wait_until(turn, what="the echo")
    assert bytes(heard) == LARGE
