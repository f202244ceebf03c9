"""The units and drop-ins of a hub's machine, as files of this package, with fixed paths: each can be read as it is."""

from importlib import resources
from pathlib import Path

from hub.broker import units as broker_units
from hub.broker.of_config import kept_folder
from hub.config import HubConfig
from hub.installing import layout

_COMMAND = f"""\
#!/bin/sh
# Jagawai: the hub's command, with the city's own folder.
export JAGAWAI_HOME="${{JAGAWAI_HOME:-{layout.HOME}}}"
exec {layout.CURRENT}/bin/hub "$@"
"""


def installed(config: HubConfig) -> dict[Path, bytes]:
    """Return every file of root's but the broker's own and the firewall: path to content."""
    offered, user = kept_folder(config), config.broker.user
    rendered = broker_units.render(
        offered_folder=offered, installed=layout.MOSQUITTO, user=user, python=layout.PYTHON
    )  # fmt: skip
    found = {layout.UNITS / one.name: one.text.encode() for one in rendered}
    found |= {layout.UNITS / name: _file(name) for name in layout.UNIT_FILES}
    found[layout.BROKER_DROP_IN] = _file("mosquitto.conf")
    found[layout.JOURNAL_DROP_IN] = _file("journald.conf")
    return found


def paths() -> tuple[Path, ...]:
    """Return where they all stand."""
    names = (*layout.BROKER_UNITS, *layout.UNIT_FILES)
    return (*(layout.UNITS / name for name in names), layout.BROKER_DROP_IN, layout.JOURNAL_DROP_IN)


def command() -> bytes:
    """Return the program that people type."""
    return _COMMAND.encode()


def _file(name: str) -> bytes:
    return (resources.files("hub.installing") / "files" / name).read_bytes()
