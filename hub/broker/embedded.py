"""The embedded broker of laptop, demo and tests: nats-server from its PyPI wheel, MQTT 3.1.1 listener on loopback.

The broker's own queues are a convenience: the boxes' outboxes are the truth, so its store may be lost at any time.
It is never reachable from outside: both listeners are bound to the address given, loopback by default.

Facts from measurements: nats-server exits at once without JetStream when MQTT is on; a port without a host binds all
interfaces, so the full address is written; nothing may grow without a bound, so the stores are limited.
"""

import os
import shutil
import socket
import sysconfig
from pathlib import Path

from hub.errors import BrokerError, PortTakenError

PROGRAM = "nats-server"
MAX_MEMORY_STORE_MB = 64
MAX_FILE_STORE_MB = 256
MAX_CONSUMERS = 20_000
"""Two for each box, which hears `desired` and `command` at QoS 1; the default of 1,000 refuses the 500th (measured)."""
MAX_PAYLOAD_BYTES = 262_144
"""Above the largest batch (48 KiB) by far, below what would hurt."""

_CONFIG = """\
# Rendered by the hub at each start; changes here are lost.
server_name: "jagawai-hub"
listen: "{host}:-1"
max_payload: {max_payload}
pid_file: "{folder}/nats.pid"
jetstream {{
  store_dir: "{folder}/store", max_memory_store: {memory_mb}MB, max_file_store: {file_mb}MB
  limits {{ default_max_consumers: {consumers} }}
}}
mqtt {{ listen: "{host}:{port}", ack_wait: "10s", max_ack_pending: 1000 }}
"""


def render_config(*, folder: Path, host: str, mqtt_port: int) -> str:
    """Return the configuration of a plain embedded broker.

    Args:
        folder: where store and pid file live; absolute.
        host: address that both listeners are bound to.
        mqtt_port: of the MQTT listener; the NATS listener takes any free port.
    """
    return _CONFIG.format(
        folder=folder,
        host=host,
        port=mqtt_port,
        max_payload=MAX_PAYLOAD_BYTES,
        memory_mb=MAX_MEMORY_STORE_MB,
        file_mb=MAX_FILE_STORE_MB,
        consumers=MAX_CONSUMERS,
    )


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
    config = folder / "nats.conf"
    config.write_text(render_config(folder=folder.resolve(), host=host, mqtt_port=mqtt_port), encoding="utf-8")
    return [program, "-c", str(config)]


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
