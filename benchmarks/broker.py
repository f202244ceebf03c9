"""The broker of a bench: the product's embedded nats-server, or mosquitto as a city runs it.

Measured for benches that say nothing else: the embedded default. Both take a queue of any length here, so that a slow
peer is slow and not short of messages.
"""

import getpass
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import psutil

from benchmarks.errors import MissingError
from hub.broker import embedded
from tests.support.processes import Child, free_port, is_listening, wait_until

Kind = Literal["nats-server", "mosquitto"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT: Kind = "nats-server"

_MOSQUITTO = """\
user {user}
persistence true
persistence_location {folder}/
set_tcp_nodelay true
max_queued_messages 0
listener {port} 127.0.0.1
allow_anonymous true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A running broker on loopback."""

    kind: Kind
    port: int
    child: Child


@contextmanager
def running_broker(kind: Kind, *, folder: Path) -> Iterator[Broker]:
    """Run one broker with an empty store for the length of a `with` block.

    Raises:
        MissingError: mosquitto is not installed.
    """
    port = free_port()
    folder.mkdir(parents=True)
    if kind == "nats-server":
        command = embedded.prepare(folder=folder, host="127.0.0.1", mqtt_port=port)
    else:
        config = folder / "mosquitto.conf"
        config.write_text(_MOSQUITTO.format(user=getpass.getuser(), folder=folder, port=port), encoding="utf-8")
        command = [program("mosquitto"), "-c", str(config)]
    with Child(command, log=folder / "broker.log") as child:
        wait_until(lambda: is_listening(port), what=f"{kind} to listen")
        yield Broker(kind=kind, port=port, child=child)


def program(name: str) -> str:
    """Return the path of a program of the machine.

    Raises:
        MissingError: it is not installed.
    """
    # Debian puts servers where only root's PATH looks.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise MissingError(f"{name} is not installed. Try: scripts/debian_packages")
    return found


def cpu_s(child: Child) -> float:
    """Return the CPU seconds, user and system, that a child and all below it have used so far."""
    total = 0.0
    for process in (psutil.Process(child.pid), *child.family()):
        times = process.cpu_times()
        total += times.user + times.system
    return total
