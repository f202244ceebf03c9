"""Writes what the demo's programs read: the hub's config, one config a box, keys and passwords."""

import json
import secrets
from pathlib import Path

from hub.demo.place import Place
from hub.demo.scenario import BoxToStart

_HUB = """\
# Written by the demo at each start; changes here are lost.
home = "."

[clock]
rate = {rate}
anchor_real_ms = {anchor_real_ms}
anchor_data_ms = {anchor_data_ms}

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

_BOX = """\
# Written by the demo at each start; changes here are lost.
[box]
node = "{node}"
home = "."
board = "laptop"

[clock]
rate = {rate}
anchor_real_ms = {anchor_real_ms}
anchor_data_ms = {anchor_data_ms}

[hub]
host = "127.0.0.1"
port = {mqtt_port}

"""


def write_hub_config(
    place: Place,
    *,
    rate: float,
    anchor_real_ms: int,
    anchor_data_ms: int,
    mqtt_port: int,
    web_port: int,
    map_pack: str,
) -> None:
    """Write the hub's config for this start."""
    place.home.mkdir(parents=True, exist_ok=True)
    place.hub_config.write_text(
        _HUB.format(
            rate=rate,
            anchor_real_ms=anchor_real_ms,
            anchor_data_ms=anchor_data_ms,
            mqtt_port=mqtt_port,
            web_port=web_port,
            mark=json.dumps(f"PERAGAAN {rate:g}x"),
            map_pack=json.dumps(map_pack),
        ),
        encoding="utf-8",
    )


def write_box_config(
    place: Place, box: BoxToStart, *, rate: float, anchor_real_ms: int, anchor_data_ms: int, mqtt_port: int
) -> Path:
    """Write one box's config for this start and return its path."""
    path = place.box_config(box.node_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = _BOX.format(
        node=box.node_id,
        rate=rate,
        anchor_real_ms=anchor_real_ms,
        anchor_data_ms=anchor_data_ms,
        mqtt_port=mqtt_port,
    )
    path.write_text(head + box.gauge_toml, encoding="utf-8")
    return path


def secret(place: Place, name: str, *, length_bytes: int = 18) -> str:
    """Return the secret `name`, made at the first start and readable by its owner alone."""
    place.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = place.secrets / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(length_bytes), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
