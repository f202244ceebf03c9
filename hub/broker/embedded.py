"""Starts the embedded broker of laptop, demo and tests: nats-server from its PyPI wheel, MQTT 3.1.1; plain or TLS.

It is never reachable from outside: both listeners are bound to the address given, loopback by default.
"""

import os
import shutil
import socket
import sysconfig
from pathlib import Path

from hub.broker import files, nats_server
from hub.broker.description import Description
from hub.errors import BrokerError, PortTakenError

PROGRAM = "nats-server"


def program_path() -> str:
    """Return the path of nats-server: beside this Python, or on PATH.

    Raises:
        BrokerError: it is not installed.
    """
    beside = Path(sysconfig.get_path("scripts")) / PROGRAM
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(PROGRAM)
    if found is None:
        message = (
            f"embedded broker: {PROGRAM} is not installed beside this Python ({beside}). "
            "Try: make setup, or set broker.embedded = false and name your own broker"
        )
        raise BrokerError(message)
    return found


def prepare(*, folder: Path, host: str, mqtt_port: int) -> list[str]:
    """Write the broker's configuration and return the command that starts it.

    Raises:
        BrokerError: nats-server is not installed.
        PortTakenError: something else listens on `mqtt_port`.
    """
    program = program_path()
    verify_port_is_free(host, mqtt_port, what="MQTT", variable="JAGAWAI_MQTT_PORT")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / nats_server.CONFIG
    text = nats_server.render_plain(folder=folder.resolve(), host=host, mqtt_port=mqtt_port)
    config.write_text(text, encoding="utf-8")
    return [program, "-c", str(config)]


def prepare_tls(wanted: Description) -> list[str]:
    """Write the configuration of a broker with TLS and rights by name, and return the command that starts it.

    Raises:
        BrokerError: nats-server is not installed, or the file cannot be written.
        PortTakenError: something else listens on its port.
    """
    program = program_path()
    verify_port_is_free(wanted.listen, wanted.port, what="MQTT", variable="JAGAWAI_MQTT_PORT")
    (path,) = files.write(wanted.folder, nats_server.render(wanted))
    return [program, "-c", str(path)]


def verify_port_is_free(host: str, port: int, *, what: str, variable: str) -> None:
    """Return if nothing listens on (host, port).

    Raises:
        PortTakenError: something does; the text says what to do.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            message = (
                f"{what} port {host}:{port} is taken by another program ({problem.strerror}). "
                f"Try: end that program, or choose another port with {variable}"
            )
            raise PortTakenError(message) from problem
