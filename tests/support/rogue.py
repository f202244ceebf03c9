"""A rogue as a program of its own: claims with codes that nobody gave out, and connects to the broker that nobody may.

Half of its attacks are wrong claims over HTTPS, from places of loopback all over, a new connection each; a quarter
connect to the broker with no certificate and a quarter with one of another authority that calls itself the hub. It
says in JSON what became of them, and how long they took.
"""

import argparse
import http.client
import json
import socket
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import packets
from provisioning.identity import claim_code

AT_ONCE = 8
WITHIN_S = 30.0
PLACES = 250
"""Each may send five wrong codes that are written down."""
BEGUN = "begun"
_HEADERS = {"Content-Type": "application/json"}
_CONNECTED = b"\x20\x02\x00\x00"


class Rogue:
    """What it attacks, and with what."""

    def __init__(self, *, https: int, broker: int, root: Path, strange: Path, csr: Path, node_id: str) -> None:
        self._https, self._broker = https, broker
        self._body = {"csr": csr.read_text(encoding="ascii")}
        self._connect = packets.connect(node_id, keepalive_s=60)
        self._bare = ssl.create_default_context(cafile=str(root))
        self._strange = ssl.create_default_context(cafile=str(root))
        self._strange.load_cert_chain(strange)

    def attack(self, number: int) -> str:
        """Do one of the attacks; return what became of it."""
        ways: tuple[Callable[[int], str], ...] = (self._claim, self._without, self._claim, self._with_strange)
        return ways[number % len(ways)](number)

    def _claim(self, number: int) -> str:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._https, timeout=WITHIN_S, context=self._bare,
            source_address=(f"127.0.3.{1 + number % PLACES}", 0),
        )  # fmt: skip
        try:
            body = json.dumps(self._body | {"claim": claim_code.new_code()})
            connection.request("POST", "/api/v1/enrol", body=body, headers=_HEADERS)
            return f"claim {connection.getresponse().status}"
        except OSError as problem:
            return f"claim {type(problem).__name__}"
        finally:
            connection.close()

    def _without(self, _number: int) -> str:
        return f"no certificate {self._comes_in(self._bare)}"

    def _with_strange(self, _number: int) -> str:
        return f"strange certificate {self._comes_in(self._strange)}"

    def _comes_in(self, context: ssl.SSLContext) -> str:
        try:
            with (
                socket.create_connection(("127.0.0.1", self._broker), timeout=WITHIN_S) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                secured.sendall(self._connect)
                return "let in" if secured.recv(4) == _CONNECTED else "refused"
        except TimeoutError:
            return "unanswered"
        except OSError:
            return "refused"


def main() -> int:
    """Attack so many times and say what became of it."""
    parser = argparse.ArgumentParser(prog="rogue")
    parser.add_argument("--times", type=int)
    parser.add_argument("--node-id")
    for name in ("https", "broker"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("root", "strange", "csr"):
        parser.add_argument(f"--{name}", type=Path)
    asked = vars(parser.parse_args())
    times = asked.pop("times")
    rogue = Rogue(**asked)
    print(BEGUN, flush=True)  # noqa: T201 - what it is started for
    began_s = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        became = Counter(pool.map(rogue.attack, range(times)))
    print(json.dumps({"seconds": time.monotonic() - began_s, "became": became}), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
