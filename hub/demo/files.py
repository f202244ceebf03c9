"""Writes what the demo's programs read: the hub's config, one config a box, keys and passwords."""

import json
import secrets
from pathlib import Path

from contract.clock import ScaledClock
from hub.config import LOOPBACK
from hub.demo.place import Place
from hub.demo.ports import Ports
from hub.demo.scenario import BoxToStart
from hub.fleet.authority import shelf

_HUB = """\
# Written by the demo at each start; changes here are lost.
home = "."

[clock]
{clock}

[mqtt]
port = {mqtt_port}

[web]
port = {web_port}

[city]
name = "Kota Ambon"
mark = {mark}
map_pack = {map_pack}

[webhook]
secret_file = "secrets/webhook.key"
"""

_HUB_TLS = """
[mqtt.tls]
ca = "{folder}/{bundle}"
certificate = "{folder}/{client}"
key = "{folder}/{client}"

[web.tls]
port = {https_port}
broker_port = {mqtt_port}
"""

_BOX = """\
# Written by the demo at each start; changes here are lost.
[box]
node = "{node}"
home = "."
board = "laptop"

[clock]
{clock}

[hub]
host = "{host}"
port = {mqtt_port}

"""


def write_hub_config(place: Place, *, clock: ScaledClock, ports: Ports, map_pack: str) -> None:
    """Write the hub's config for this start."""
    place.home.mkdir(parents=True, exist_ok=True)
    text = _HUB.format(
        clock=_clock_toml(clock),
        mqtt_port=ports.mqtt,
        web_port=ports.web,
        mark=json.dumps(f"PERAGAAN {clock.rate:g}x"),
        map_pack=json.dumps(map_pack),
    )
    if ports.https is not None:
        text += _HUB_TLS.format(
            folder=shelf.folder_of(place.home).name,
            bundle=shelf.BUNDLE,
            client=shelf.CLIENT,
            https_port=ports.https,
            mqtt_port=ports.mqtt,
        )
    place.hub_config.write_text(text, encoding="utf-8")


def write_box_config(place: Place, box: BoxToStart, *, clock: ScaledClock, ports: Ports) -> Path:
    """Write one box's config for this start and return its path."""
    path = place.box_config(box.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    identity = box.identity
    head = _BOX.format(
        node=box.node_id if identity is None else identity.node_id,
        clock=_clock_toml(clock),
        host=LOOPBACK,
        mqtt_port=ports.mqtt,
    )
    path.write_text(head + ("" if identity is None else identity.toml()) + box.tables_toml, encoding="utf-8")
    return path


def secret(folder: Path, name: str, *, length_bytes: int = 18) -> str:
    """Return the secret `name` in a folder, made at the first start and readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(length_bytes), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _clock_toml(clock: ScaledClock) -> str:
    return f"rate = {clock.rate}\nanchor_real_ms = {clock.anchor_real_ms}\nanchor_data_ms = {clock.anchor_data_ms}"
