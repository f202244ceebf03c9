"""How many clients a second a broker lets in: each connects, says CONNECT, hears CONNACK, and goes.

A few threads do this one after the other for a stated time. They share the machine with the broker, so the figure is
of both; what the broker alone spends on a connect is said beside it. TLS shakes hands anew each time, as a box does.
"""

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks import broker, packets
from benchmarks.broker import Broker
from benchmarks.errors import LoadError

KEEPALIVE_S = 60
ANSWER_WITHIN_S = 10.0
_CONNACK_YES = b"\x20\x02\x00\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connects:
    """What one turn came to."""

    per_s: float
    broker_cpu_ms: float
    """Of one connect."""


def connects(running: Broker, contexts: Mapping[str, ssl.SSLContext | None], *, seconds: float) -> Connects:
    """Return how fast the broker lets clients in.

    Args:
        running: the broker.
        contexts: name of each client to its TLS, None: plainly; a thread each.
        seconds: how long, real.

    Raises:
        LoadError: somebody was refused.
    """
    is_over = threading.Event()
    cpu_s, started_s = broker.cpu_s(running.child), time.monotonic()
    with ThreadPoolExecutor(len(contexts)) as pool:
        turns = [pool.submit(_one_after_the_other, running.port, *client, is_over) for client in contexts.items()]
        is_over.wait(seconds)
        is_over.set()
        count = sum(turn.result() for turn in turns)
    took_s, used_s = time.monotonic() - started_s, broker.cpu_s(running.child) - cpu_s
    return Connects(per_s=count / took_s, broker_cpu_ms=1000 * used_s / count)


def _one_after_the_other(port: int, name: str, context: ssl.SSLContext | None, is_over: threading.Event) -> int:
    count = 0
    while not is_over.is_set():
        # Another id each time: nats-server holds back who comes again before it has missed them (measured).
        asking = packets.connect(f"{name}-{count}", keepalive_s=KEEPALIVE_S)
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_WITHIN_S) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with plain if context is None else context.wrap_socket(plain, server_hostname="127.0.0.1") as wire:
                wire.sendall(asking)
                answer = wire.recv(len(_CONNACK_YES))
                if answer != _CONNACK_YES:
                    raise LoadError(f"connects: the broker answered {answer.hex() or 'nothing'}. Try: look at its log")
                wire.sendall(packets.DISCONNECT)
        count += 1
    return count
