"""nats-server with its MQTT 3.1.1 listener: the embedded broker, plain on loopback or with TLS and rights by name.

The broker's own queues are a convenience: the boxes' outboxes are the truth, so its store may be lost at any time.

Measured with 2.15.1:

- it exits at once without JetStream when MQTT is on, and a port without a host binds every interface;
- its own client listener cannot be left out; it refuses users that have no password, and stays on loopback;
- a user that is not listed is refused, so a new box needs the file read again (SIGHUP), which ends the sessions of
  those who are no longer in it and of nobody else; a broken file changes nothing;
- a box may take another's client id and push it off; nothing in the file forbids that. So a city takes mosquitto.
"""

from ipaddress import ip_address
from pathlib import Path

from contract.identity import HUB_NAME
from hub.broker import limits
from hub.broker.description import Description
from hub.broker.files import RenderedFile
from hub.broker.rights import HUB, Rights, of_box

KIND = "nats-server"
CONFIG = "nats.conf"
PID_FILE = "nats.pid"
MODE = 0o600
LOOPBACK = "127.0.0.1"

_PLAIN = """\
# Jagawai: rendered by the hub; changes here are lost.
server_name: "jagawai-hub"
listen: "{inside}:-1"
max_payload: {packet_bytes}
pid_file: "{folder}/{pid_file}"
jetstream {{
  store_dir: "{folder}/store", max_memory_store: {memory_mb}MB, max_file_store: {file_mb}MB
  limits {{ default_max_consumers: {consumers} }}
}}
mqtt {{
  listen: "{listen}", ack_wait: "10s", max_ack_pending: {in_flight}{tls}
}}
"""
_TLS = """
  tls {{
    cert_file: "{server}", key_file: "{server}", ca_file: "{authority}"
    min_version: "1.2", verify_and_map: true, timeout: 10
  }}"""


def render_plain(*, folder: Path, host: str, mqtt_port: int) -> str:
    """Return the configuration of a broker without TLS that lets anybody in; for loopback.

    Args:
        folder: where store and pid file live; absolute.
        host: address that both listeners are bound to.
        mqtt_port: of the MQTT listener; the NATS listener takes any free port.
    """
    return _config(folder=folder, inside=host, listen=f"{host}:{mqtt_port}", tls="")


def render(broker: Description) -> tuple[RenderedFile, ...]:
    """Return the one file of a broker with TLS."""
    host = f"[{broker.listen}]" if ip_address(broker.listen).version == 6 else broker.listen  # noqa: PLR2004 - IPv6
    tls = _TLS.format(server=broker.server, authority=broker.authority)
    config = _config(folder=broker.folder, inside=LOOPBACK, listen=f"{host}:{broker.port}", tls=tls)
    bounds = f"max_connections: {limits.CONNECTIONS_MOST}\nmax_subscriptions: {limits.SUBSCRIPTIONS_MOST}\n"
    users = [_user(HUB_NAME, HUB), *(_user(name, of_box(name)) for name in broker.allowed)]
    text = config + bounds + "authorization {\n  users: [\n" + "\n".join(users) + "\n  ]\n}\n"
    return (RenderedFile(name=CONFIG, text=text, mode=MODE),)


def _config(*, folder: Path, inside: str, listen: str, tls: str) -> str:
    return _PLAIN.format(
        folder=folder,
        pid_file=PID_FILE,
        inside=inside,
        listen=listen,
        tls=tls,
        packet_bytes=limits.PACKET_BYTES,
        memory_mb=limits.MEMORY_STORE_MB,
        file_mb=limits.FILE_STORE_MB,
        consumers=limits.CONSUMERS_MOST,
        in_flight=limits.IN_FLIGHT,
    )


def _user(name: str, rights: Rights) -> str:
    publish = ", ".join(f'"{subject}"' for topic in rights.publish for subject in subjects(topic))
    hear = ", ".join(f'"{subject}"' for topic in rights.hear for subject in subjects(topic))
    allowed = f"publish: {{ allow: [{publish}] }}, subscribe: {{ allow: [{hear}] }}"
    return f'    {{ user: "CN={name}", permissions: {{ {allowed} }} }}'


def subjects(topic_filter: str) -> tuple[str, ...]:
    """Return an MQTT topic filter as NATS subjects.

    `#` also matches the level above it, `>` does not, so that level is named beside it.
    """
    subject = topic_filter.replace("/", ".").replace("+", "*")
    if subject.endswith(".#"):
        return (subject.removesuffix(".#"), subject.removesuffix("#") + ">")
    return (subject,)
