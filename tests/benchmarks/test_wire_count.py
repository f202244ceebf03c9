"""The kernel's count of a connection is every byte and every segment of it."""

import socket

import psutil

from benchmarks.wire_count import cost_of


def test_a_connection_costs_its_payload_and_a_header_for_each_segment() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = listener.accept()
            with server:
                client.sendall(b"x" * 1000)
                assert server.recv(2000) == b"x" * 1000
                server.sendall(b"y" * 10)
                assert client.recv(2000) == b"y" * 10
                cost = cost_of(psutil.Process(), port=port)
    assert cost is not None
    assert cost.payload_bytes == 1010
    assert cost.segments >= 2
    assert cost.ip_bytes - cost.payload_bytes in (40 * cost.segments, 52 * cost.segments)


def test_a_process_without_a_connection_to_the_port_has_no_cost() -> None:
    assert cost_of(psutil.Process(), port=9) is None
