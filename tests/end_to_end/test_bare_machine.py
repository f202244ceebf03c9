"""The release bundle on a bare Debian 12 PC without a network, under its own systemd, and a box on the street.

The tests of this file go on where the one before stopped: one machine, its whole life.
"""

import hashlib
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_agent import config as edge_config
from hub.installing import layout
from hub.installing.answers import BACKUP_KEY
from tests.house.source_tree import ROOT
from tests.support import bare_machines, bundles, pole
from tests.support.bare_machines import ADDRESS, BUNDLE, BareMachine
from tests.support.new_hubs import NewBox
from tests.support.processes import Child, wait_until

pytestmark = [pytest.mark.nightly, pytest.mark.broker]

PASSPHRASE = "empat kata yang panjang sekali"
OPTIONS = (
    *("--root", "/mnt/stick", "--name", ADDRESS, "--name", "hub.uji.example"),
    *("--city", "Kota Uji", "--zone", "WITA"),
)
EXPOSURE_MOST = {"ingest": 20, "dispatch": 20, "web": 20, "backup": 15, "check": 30, "firewall": 75, "broker": 55}
"""What `systemd-analyze security` may say of each service, in tenths."""
_CITY_FILE = "/mnt/city.toml"
_CITY = """\
[[sites]]
site = "tiang-uji"
name = "Tiang Uji"
"""
_KEPT = """
cd / && find etc/mosquitto etc/systemd/system etc/jagawai opt/jagawai usr/local var/lib/jagawai/authority \
    var/lib/jagawai/hub.toml mnt/stick -not -name '*.pyc' \\( -type f -o -type l \\) \
    -printf '%p %m %u %s %T@ %l\\n' | sort
systemctl show --property MainPID mosquitto 'jagawai-*.service' | sort
"""


class Town:
    """The machine, its bundles and what came out of the first installation."""

    def __init__(self, machine: BareMachine, *, folder: Path, bundle_bytes: int) -> None:
        self.machine = machine
        self.folder = folder
        self.bundle_bytes = bundle_bytes
        self.first_output = ""
        self.first_took_s = 0.0

    def install(self, *options: str, bundle: str = "first", is_checked: bool = True) -> str:
        """Run the installer of a bundle."""
        words = (f"{BUNDLE}/{bundle}/install-hub", *OPTIONS, "--passphrase-stdin", *options)
        return self.machine.run(*words, told=f"{PASSPHRASE}\n", is_checked=is_checked)

    def hub(self, *words: str) -> str:
        """Run a command of the hub as its user."""
        return self.machine.run("runuser", "-u", layout.USER, "--", "hub", *words)

    def unit(self, name: str) -> str:
        """Return whether a unit is active, in systemd's words."""
        return self.machine.run("systemctl", "is-active", name, is_checked=False).strip()

    def release(self) -> str:
        """Return the release that `current` leads to."""
        return self.machine.run("readlink", str(layout.CURRENT)).strip()


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    why_not = bare_machines.why_not()
    if why_not:
        pytest.skip(f"{why_not}. Try: scripts/debian_packages, as root")
    folder = Path(tempfile.mkdtemp(prefix="jagawai-machine-"))
    try:
        shelf = folder / "bundles"
        bundle, size = bundles.made(shelf / "first")
        bundles.newer(bundle, shelf / "newer")
        bundles.broken(bundle, shelf / "broken")
        lower = bare_machines.bare_debian(ROOT / ".cache")
        with bare_machines.booted(lower, folder, bundles=shelf) as machine:
            yield Town(machine, folder=folder, bundle_bytes=size)
    finally:
        shutil.rmtree(folder)


def test_a_bare_machine_has_nothing_of_what_is_needed_and_no_way_out(town: Town) -> None:
    for program in ("python3", "mosquitto", "nft"):
        assert not town.machine.run("sh", "-c", f"command -v {program}", is_checked=False)
    assert town.machine.run("cat", "/proc/net/route").count("\n") == 2, "the street alone"


def test_a_dry_run_changes_nothing(town: Town) -> None:
    said = town.install("--dry-run")
    assert "would be installed: mosquitto" in said
    left = town.machine.run("find", "/opt", "/etc", "/usr/local", "-name", "*jagawai*")
    assert not left, left


def test_a_damaged_bundle_is_refused_before_anything_is_changed(town: Town) -> None:
    spoilt = shutil.copytree(town.folder / "bundles" / "first", town.folder / "bundles" / "spoilt")
    with next((spoilt / "wheels").iterdir()).open("ab") as wheel:
        wheel.write(b"x")
    assert "damaged or cut short" in town.install(bundle="spoilt", is_checked=False)
    assert not town.machine.run("sh", "-c", "command -v python3", is_checked=False)
    shutil.rmtree(spoilt)


def test_one_command_makes_a_hub_whose_services_all_run(town: Town) -> None:
    began_s = time.monotonic()
    town.first_output = town.install()
    town.first_took_s = time.monotonic() - began_s
    sys.stdout.write(
        json.dumps({"install_s": round(town.first_took_s, 1), "bundle_mb": round(town.bundle_bytes / 1e6, 1)})
    )
    for unit in (*layout.PROCESSES, layout.FIREWALL_UNIT, *layout.TIMERS, "jagawai-broker.path", "mosquitto.service"):
        assert town.unit(unit) == "active", town.machine.run("journalctl", "-u", unit, "-n", "30", "--no-pager")
    assert town.machine.run("systemctl", "is-system-running").strip() == "running"
    assert town.machine.run("stat", "-c", "%a %U", "/var/lib/jagawai").split() == ["700", "jagawai"]
    owners = town.machine.run("find", "/var/lib/jagawai", "-not", "-user", "jagawai")
    assert not owners, owners


def test_the_same_command_again_changes_nothing(town: Town) -> None:
    before = town.machine.run("sh", "-c", _KEPT)
    said = town.install()
    assert town.machine.run("sh", "-c", _KEPT) == before
    assert not re.search(r"\[\d/9\].*selesai", said), said


def test_units_are_right_in_the_eyes_of_systemd_and_as_closed_as_they_can_be(town: Town) -> None:
    names = [f"jagawai-{name}.service" for name in EXPOSURE_MOST]
    others = ["jagawai-backup.timer", "jagawai-check.timer", "jagawai-broker.path", "mosquitto.service"]
    assert not town.machine.run("systemd-analyze", "verify", "--man=no", *names, *others)
    for name, most in EXPOSURE_MOST.items():
        town.machine.run("systemd-analyze", "security", f"--threshold={most}", "--no-pager", f"jagawai-{name}.service")


def test_from_the_street_only_the_ports_of_the_hub_and_ssh_are_reached(town: Town) -> None:
    listening = "/opt/jagawai/current/bin/python3 -m http.server 9999 >/dev/null 2>&1 & echo $!"
    pid = town.machine.run("sh", "-c", listening).strip()
    try:
        wait_until(lambda: "270F" in town.machine.run("cat", "/proc/net/tcp"), what="the stranger's port")
        assert _answers(town, 22) == "refused"
        assert [_answers(town, port) for port in (8443, 8444, 8445, 8883)] == ["open"] * 4
        assert [_answers(town, port) for port in (9999, 8080, 1883)] == ["silent"] * 3
    finally:
        town.machine.run("kill", pid)


def _answers(town: Town, port: int) -> str:
    program = (
        "import socket, sys\ns = socket.socket()\ns.settimeout(1.0)\n"
        f"try:\n    s.connect(({ADDRESS!r}, {port}))\n    print('open')\n"
        "except ConnectionRefusedError:\n    print('refused')\nexcept TimeoutError:\n    print('silent')\n"
    )
    child = Child(town.machine.on_street(sys.executable, "-c", program), log=town.folder / f"port-{port}.log")
    with child:
        child.wait()
        return child.output().strip()


def test_the_first_administrators_link_opens_by_https_with_the_hubs_own_root(town: Town) -> None:
    link = next(word for word in town.first_output.split() if "/mulai/" in word)
    root = town.folder / "root.pem"
    root.write_text(town.machine.run("cat", "/var/lib/jagawai/authority/root.pem"), encoding="utf-8")
    program = (
        "import ssl, sys, urllib.request\n"
        "trusting = ssl.create_default_context(cafile=sys.argv[2])\n"
        "said = urllib.request.urlopen(sys.argv[1], context=trusting, timeout=20)\n"
        "print(said.status, 'type=\"password\"' in said.read().decode())\n"
    )
    with Child(
        town.machine.on_street(sys.executable, "-c", program, link, root), log=town.folder / "link.log"
    ) as child:
        child.wait()
        assert child.output().strip() == "200 True"
    assert link.startswith(f"https://{ADDRESS}:8443/mulai/")


def test_a_box_on_the_street_is_let_in_heard_and_shut_out_again(town: Town) -> None:
    town.machine.run("sh", "-c", f"cat >{_CITY_FILE}", told=_CITY)
    town.machine.run("chmod", "0644", _CITY_FILE)
    town.hub("stations", "import", _CITY_FILE)
    with _box(town) as (node_id, agent):
        wait_until(lambda: _records_of(town, node_id) or not agent.is_running, what="a record", deadline_s=60.0)
        assert agent.is_running, agent.output()
        town.hub("node", "revoke", node_id, "--reason", "uji")
        wait_until(lambda: _has_read_denial_of(town, node_id), what="the denial", deadline_s=20.0, poll_s=0.2)
        wait_until(lambda: town.unit("jagawai-broker.service") == "inactive", what="the unit's end", deadline_s=20.0)


def _has_read_denial_of(town: Town, node_id: str) -> bool:
    """Answer whether mosquitto was told to read a list that denies a box: what `hub broker apply` wrote last."""
    text = town.machine.run("cat", "/etc/mosquitto/jagawai.acl")
    told = town.machine.run("cat", "/var/lib/jagawai-broker/applied", is_checked=False)
    return f"user {node_id}\ntopic deny #" in text and told.strip() == hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def _box(town: Town) -> Iterator[tuple[str, Child]]:
    """Let a box in from the street by its label's words, and run its agent there; yield its name."""
    box = NewBox(town.folder / "box")
    (box.config.parent / "river.csv").write_text(pole.river_csv(pole.steady(50.0), begins_ms=0), encoding="utf-8")
    said = town.hub("claim", "new", "tiang-uji", "--hub", f"{ADDRESS}:8443")
    code = re.search(r"^  ([0-9A-Z]{4,}-[0-9A-Z-]+)$", said, flags=re.MULTILINE)
    fingerprint = re.search(r"fingerprint ([0-9A-Z-]+)$", said, flags=re.MULTILINE)
    assert code, said
    assert fingerprint, said
    words: list[str | Path] = ["claim", "--config", box.config, "--code", code[1], "--hub", f"{ADDRESS}:8443"]
    program: list[str | Path] = [sys.executable, "-m", "provisioning", *words, "--fingerprint", fingerprint[1]]
    with Child(town.machine.on_street(*program), log=town.folder / "claim.log") as child:
        assert child.wait(deadline_s=60.0) == 0, child.output()
    node_id = edge_config.load(box.config).box.node
    running: list[str | Path] = [sys.executable, "-m", "edge_agent", "run", "--config", box.config]
    with Child(town.machine.on_street(*running), log=town.folder / "agent.log") as agent:
        yield node_id, agent


def _records_of(town: Town, node_id: str) -> int:
    return int(_asked(town, "SELECT count(*) FROM records JOIN spools USING (spool_no) WHERE node_id = ?", node_id))


def _asked(town: Town, question: str, *values: str) -> str:
    """Return the one value that the hub's database answers."""
    program = (
        "import sqlite3, sys\nhub = sqlite3.connect('file:/var/lib/jagawai/hub.db?mode=ro', uri=True)\n"
        "print(hub.execute(sys.argv[1], sys.argv[2:]).fetchone()[0])\n"
    )
    return town.machine.run("/opt/jagawai/current/bin/python3", "-I", "-c", program, question, *values)


def test_backup_and_check_run_as_their_timers_start_them(town: Town) -> None:
    for unit in ("jagawai-backup.service", "jagawai-check.service"):
        town.machine.run("systemctl", "start", unit)
    assert town.hub("backup", "list").count(".tar.age") == 1
    town.machine.run("sh", "-c", "echo >>/etc/mosquitto/jagawai.acl")
    town.machine.run("systemctl", "start", "jagawai-check.service", is_checked=False)
    assert town.unit("jagawai-check.service") == "failed"
    town.machine.run("systemctl", "start", "jagawai-broker.service", "jagawai-check.service")


def test_a_service_that_is_killed_comes_back(town: Town) -> None:
    for unit in (*layout.PROCESSES, "mosquitto.service"):
        was = town.machine.run("systemctl", "show", "--property", "MainPID", unit)
        town.machine.run("systemctl", "kill", "--signal", "KILL", "--kill-who", "main", unit)
        wait_until(
            lambda unit=unit, was=was: town.unit(unit) == "active"  # type: ignore[misc]
            and town.machine.run("systemctl", "show", "--property", "MainPID", unit) != was,
            what=unit, deadline_s=20.0, poll_s=0.2,
        )  # fmt: skip


def test_without_the_bundle_it_puts_right_what_root_has_left_behind(town: Town) -> None:
    before = town.machine.run("cat", "/etc/mosquitto/certs/jagawai-server.pem")
    town.machine.run("hub", "authority", "server", "--name", ADDRESS)
    assert town.machine.run("find", "/var/lib/jagawai", "-not", "-user", "jagawai")
    town.machine.run("/opt/jagawai/current/install-hub")
    assert not town.machine.run("find", "/var/lib/jagawai", "-not", "-user", "jagawai")
    assert town.machine.run("cat", "/etc/mosquitto/certs/jagawai-server.pem") != before
    assert town.machine.run("systemctl", "is-system-running").strip() == "running"


def test_a_newer_bundle_takes_over_and_keeps_all(town: Town) -> None:
    kept = town.machine.run("sh", "-c", _KEPT)
    assert "nothing was changed" in town.install("--dry-run", bundle="newer")
    assert town.machine.run("sh", "-c", _KEPT) == kept
    first, authority = town.release(), town.machine.run("cat", "/var/lib/jagawai/authority/bundle.pem")
    assert "[9/9]" in town.install(bundle="newer")
    assert town.release() != first
    assert town.unit("jagawai-web.service") == "active"
    assert town.machine.run("cat", "/var/lib/jagawai/authority/bundle.pem") == authority


def test_a_release_that_does_not_come_up_gives_way_to_the_one_before(town: Town) -> None:
    before = town.release()
    said = town.install(bundle="broken", is_checked=False)
    assert f"{before} runs again" in said, said
    assert town.release() == before
    assert town.unit("jagawai-web.service") == "active"


def test_removed_it_leaves_the_state_and_installed_again_it_goes_on_with_it(town: Town) -> None:
    epoch = _epoch(town)
    town.machine.run("/opt/jagawai/current/install-hub", "--remove")
    assert town.machine.run("systemctl", "is-system-running").strip() == "running"
    left = town.machine.run("find", "/opt", "/etc", "/usr/local", "-name", "*jagawai*")
    assert not left, left
    assert "table" not in town.machine.run("nft", "list", "ruleset")
    assert town.unit("mosquitto.service") == "inactive"
    town.install()
    assert _epoch(town) == epoch
    assert town.unit("jagawai-web.service") == "active"


def test_another_machine_goes_on_from_a_backup(town: Town) -> None:
    epoch, authority = _epoch(town), town.machine.run("cat", "/var/lib/jagawai/authority/root.pem")
    records = _asked(town, "SELECT count(*) FROM records")
    town.hub("backup", "make")
    town.machine.run("sh", "-c", "cp $(ls /var/lib/jagawai/backup/*.age | tail -n 1) /mnt/newest.tar.age")
    town.machine.run("/opt/jagawai/current/install-hub", "--remove")
    town.machine.run("rm", "-r", "/var/lib/jagawai")
    installer, key = f"{BUNDLE}/first/install-hub", f"/mnt/stick/{BACKUP_KEY}"
    town.machine.run(installer, "--from-backup", "/mnt/newest.tar.age", "--identity", key)
    assert town.machine.run("cat", "/var/lib/jagawai/authority/root.pem") == authority
    assert int(records) > 0
    assert _asked(town, "SELECT count(*) FROM records") == records
    assert _epoch(town) != epoch
    assert town.machine.run("systemctl", "is-system-running").strip() == "running"


def _epoch(town: Town) -> str:
    return _asked(town, "SELECT value FROM meta WHERE key = 'db_epoch'")
