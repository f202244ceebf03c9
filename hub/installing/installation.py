"""The steps of an installation, in order. Each looks first, and changes only what is not as it should be.

1. and 2. are those of `scripts/install-hub`: Debian packages, and the program in a folder of its own below
   `/opt/jagawai`.
3. user and folder of state.
4. backup key on the stick, hub.toml.
5. authority: root key on the stick, the rest in the folder of state.
6. broker: its files. Nothing reads them yet. On an upgrade the release before makes a backup first: this is where the
   database is brought to the form of the new one.
7. program and units: `current` leads to this release.
8. firewall.
9. start; where the new release does not come up, the one before is installed again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.config import HubConfig
from hub.fleet.authority import shelf
from hub.fleet.authority.errors import AuthorityMissingError
from hub.installing import broker_files, firewall, keys_and_config, layout, services, state_folder, units
from hub.installing.answers import Answers
from hub.installing.errors import InstallError, StartError
from hub.installing.machine import Machine

STEPS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall stand on the machine."""

    release: str
    """Name of its folder below /opt/jagawai."""
    answers: Answers
    has_firewall: bool = True
    has_passphrase_in: bool = False
    """The passphrase of a new root key comes on standard input."""
    takes_root: bool = False
    backup: tuple[Path, Path] | None = None
    """A backup of the hub that was, and the private half of its key; its data, authority and config are taken."""
    is_going_back: bool = False
    """This release was there before, and the newer one did not come up."""
    user: str = layout.USER
    wait: Callable[[HubConfig], None] = services.wait_until_well
    """Returns when the hub is well, or raises."""


def install(machine: Machine, wanted: Wanted) -> bool:
    """Do every step; answer whether the hub was started.

    Raises:
        InstallError: a step could not be done; the same command goes on there.
    """
    _step(3, "Pengguna dan folder / user and folder", changed=state_folder.make(machine, user=wanted.user))
    _step(4, "Kunci cadangan dan hub.toml / backup key and hub.toml", changed=_lay_out(machine, wanted))
    if machine.is_dry and not machine.at(layout.CONFIG).is_file():
        print("    lalu / then: [5/9] authority, [6/9] mosquitto, [7/9] units, [8/9] nftables, [9/9] start")
        return False
    config = keys_and_config.read(machine)
    _step(5, "Otoritas / authority", changed=_make_authority(machine, config, wanted))
    if machine.is_dry and not _has_authority(config):
        return False
    state_folder.give_back(machine, user=wanted.user)
    before = _current(machine)
    _back_up(machine, wanted, before=before)
    _step(6, "Broker", changed=broker_files.put(machine, config))
    state_folder.give_back(machine, user=wanted.user)
    _step(7, "Program dan unit / program and units", changed=_put_program(machine, config, wanted))
    if wanted.has_firewall:
        _step(8, "Tembok api / firewall", changed=_put_firewall(machine, config))
    return _start(machine, config, wanted, before=before)


def _step(number: int, name: str, *, changed: bool) -> None:
    print(f"[{number}/{STEPS}] {name}: {'selesai / done' if changed else 'sudah ada / there already'}", flush=True)


def _lay_out(machine: Machine, wanted: Wanted) -> bool:
    if wanted.backup is None or machine.at(layout.CONFIG).is_file():
        return keys_and_config.lay_out(machine, wanted.answers)
    file, key = (path.resolve() for path in wanted.backup)
    words = ("restore", file, "--identity", key, "--to", layout.HOME)
    machine.run(*layout.hub(*words, python=_own_python(wanted)))
    return True


def _has_authority(config: HubConfig) -> bool:
    try:
        shelf.open_authority(config.home_path())
    except AuthorityMissingError:
        return False
    return True


def _make_authority(machine: Machine, config: HubConfig, wanted: Wanted) -> bool:
    if _has_authority(config):
        return False
    words: list[str | Path] = ["authority", "init", "--config", layout.CONFIG, "--root", wanted.answers.stick()]
    for name in wanted.answers.hosts():
        words += ["--name", name]
    words += ["--passphrase-stdin"] if wanted.has_passphrase_in else []
    words += ["--take-root"] if wanted.takes_root else []
    machine.run(*layout.hub(*words, python=_own_python(wanted)))
    return True


def _own_python(wanted: Wanted) -> Path:
    return layout.OPT / wanted.release / "bin" / "python3"


def _current(machine: Machine) -> str:
    """Return the release that runs until now; empty: none."""
    place = machine.at(layout.CURRENT)
    return place.readlink().name if place.is_symlink() else ""


def _back_up(machine: Machine, wanted: Wanted, *, before: str) -> None:
    """Have the release before make a backup, which it can read again itself.

    After a cut between the database's new form and `current` it cannot open the database any more; the new one can.
    """
    if before in {"", wanted.release} or wanted.is_going_back:
        return
    as_hub = ("runuser", "-u", wanted.user, "--")
    words = ("backup", "make", "--config", layout.CONFIG)
    if machine.is_dry or not machine.asks(*as_hub, *layout.hub(*words)):
        machine.run(*as_hub, *layout.hub(*words, python=_own_python(wanted)))


def _put_program(machine: Machine, config: HubConfig, wanted: Wanted) -> bool:
    changed = machine.link(layout.CURRENT, Path(wanted.release))
    for path, data in units.installed(config).items():
        changed = machine.put(path, data) or changed
    return _put_command(machine) or changed


def _put_command(machine: Machine) -> bool:
    if not is_ours_or_free(machine):
        print(f"    PERHATIAN / NOTE: {layout.COMMAND} bukan milik Jagawai, tetap / is another's, and stays.")
        return False
    return machine.put(layout.COMMAND, units.command(), mode=0o755)


def is_ours_or_free(machine: Machine) -> bool:
    """Answer whether the command's place is free or holds ours; Debian knows another program of that name."""
    place = machine.at(layout.COMMAND)
    return not place.exists() or (place.is_file() and b"# Jagawai" in place.read_bytes())


def _put_firewall(machine: Machine, config: HubConfig) -> bool:
    text = firewall.table(config, ssh_ports=firewall.ssh_ports())
    waiting = layout.FIREWALL.with_suffix(".new")
    place = machine.at(layout.FIREWALL)
    if place.is_file() and place.read_text(encoding="utf-8") == text:
        return False
    machine.put(waiting, text.encode())
    machine.run("nft", "--check", "--file", machine.at(waiting))
    changed = machine.put(layout.FIREWALL, text.encode())
    machine.take_away(waiting)
    return changed


def _start(machine: Machine, config: HubConfig, wanted: Wanted, *, before: str) -> bool:
    if not machine.has_systemd():
        print(
            f"[9/{STEPS}] Mulai / start: TIDAK / NOT: systemd tidak berjalan di sini / does not run here. Unit sudah "
            "terpasang / the units are in place: systemctl enable --now …"
        )
        return False
    state = services.digest(machine, wanted.release, units.installed(config))
    try:
        changed = services.start(
            machine, config, state=state, has_firewall=wanted.has_firewall, wait=wanted.wait
        )  # fmt: skip
    except InstallError as problem:
        _go_back(machine, wanted, before=before, problem=problem)
        raise
    _step(9, "Mulai / start", changed=changed)
    return True


def _go_back(machine: Machine, wanted: Wanted, *, before: str, problem: InstallError) -> None:
    """Have the release before install itself again.

    Raises:
        StartError: it was done, and which release runs.
    """
    if wanted.is_going_back or before in {"", wanted.release}:
        return
    print(f"!!! {problem}\n!!! Kembali ke / going back to {before}", flush=True)
    words = ["install", "--release", before, "--going-back"] + ([] if wanted.has_firewall else ["--no-firewall"])
    machine.run(*layout.hub(*words, python=layout.OPT / before / "bin" / "python3"))
    raise StartError(
        f"{wanted.release} tidak berjalan; {before} berjalan lagi / does not come up; {before} runs again. Cadangan "
        "dari sebelumnya / the backup from before: hub backup list"
    ) from problem
