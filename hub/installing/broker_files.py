"""mosquitto's files, put in place by root as docs/broker.md says: what `hub broker render` writes, and two copies."""

from contextlib import closing
from pathlib import Path

from hub.broker.boxes import Boxes, of_database
from hub.broker.kinds import MOSQUITTO
from hub.broker.mosquitto import CONFIG, RIGHTS
from hub.broker.of_config import described
from hub.commands.config_argument import opened
from hub.config import HubConfig
from hub.installing import layout
from hub.installing.machine import Machine
from hub.storage import connection as database

MODE = 0o640
BEFORE = layout.MOSQUITTO / f"{CONFIG}.before-jagawai"
"""What stood there before the hub came; `--remove` puts it back."""
_OURS = b"# Jagawai"


def put(machine: Machine, config: HubConfig) -> bool:
    """Have mosquitto's files as the hub would write them now; answer whether one was not."""
    boxes = _boxes(machine, config)
    home, folder, group = config.home_path(), layout.MOSQUITTO, config.broker.user
    rendered = MOSQUITTO.render(described(config, MOSQUITTO, boxes, folder=folder))
    _keep_what_was(machine)
    changed = [
        machine.put(folder / one.name, one.text.encode(), mode=one.mode, owner="root", group=group) for one in rendered
    ]
    for copy in (MOSQUITTO.authority(home=home, folder=folder), MOSQUITTO.server(home=home, folder=folder)):
        data = copy.source.read_bytes()
        changed.append(machine.put(copy.installed, data, mode=MODE, owner="root", group=group))
    return any(changed)


def _boxes(machine: Machine, config: HubConfig) -> Boxes:
    """Return the boxes of this hub; the database is brought up to date, but not by a dry run."""
    if not machine.is_dry:
        with opened(config) as connection:
            return of_database(connection)
    if not config.database_path().exists():
        return Boxes(known=(), denied=())
    with closing(database.read_only(config.database_path())) as connection:
        return of_database(connection)


def own_paths() -> tuple[Path, ...]:
    """Return where the files stand that no other mosquitto has."""
    certificates = layout.MOSQUITTO / "certs"
    return (layout.MOSQUITTO / RIGHTS, certificates / "jagawai-authority.pem", certificates / "jagawai-server.pem")


def _keep_what_was(machine: Machine) -> None:
    place = machine.at(layout.MOSQUITTO / CONFIG)
    if place.is_file() and not place.read_bytes().startswith(_OURS):
        machine.put(BEFORE, place.read_bytes(), mode=0o644, owner="root")
