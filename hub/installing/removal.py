"""Takes units, broker files, firewall and command away. The hub's state stays, and so do Debian's packages."""

from hub.installing import broker_files, layout, units
from hub.installing.installation import is_ours_or_free
from hub.installing.machine import Machine


def remove(machine: Machine) -> None:
    """Take away what an installation has put, but the program's own folder and the state.

    Raises:
        InstallError: a command failed.
    """
    if machine.has_systemd():
        there = [unit for unit in (layout.FIREWALL_UNIT, *layout.ENABLED) if _is_there(machine, unit)]
        machine.run("systemctl", "disable", "--quiet", "--now", *there)
    else:
        print("    systemd tidak berjalan / does not run: tidak ada yang dihentikan / nothing was stopped")
    for path in (*units.paths(), layout.FIREWALL, *broker_files.own_paths()):
        machine.take_away(path)
    for path in (layout.FIREWALL, layout.BROKER_DROP_IN):
        machine.take_away_empty(path.parent)
    if is_ours_or_free(machine):
        machine.take_away(layout.COMMAND)
    before = machine.at(broker_files.BEFORE)
    if before.is_file():
        machine.put(layout.MOSQUITTO / "mosquitto.conf", before.read_bytes(), owner="root")
        machine.take_away(broker_files.BEFORE)
    if machine.has_systemd():
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "reset-failed", "jagawai-*")


def _is_there(machine: Machine, unit: str) -> bool:
    return unit == "mosquitto.service" or machine.at(layout.UNITS / unit).is_file()
