"""The units of a hub's machine, as systemd itself reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from hub.broker import of_config
from hub.broker.kinds import MOSQUITTO
from hub.broker.units import NAME
from hub.config import BrokerConfig, HubConfig
from hub.installing import layout, units

CONFIG = HubConfig(home=str(layout.HOME), broker=BrokerConfig(embedded=False))
WITHIN_S = 30.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root with all units, and the programs that they name."""
    folder = tmp_path_factory.mktemp("root")
    for path, data in units.installed(CONFIG).items():
        place = folder / path.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    for program in (layout.PYTHON, Path("/usr/sbin/nft"), Path("/usr/sbin/mosquitto")):
        place = folder / program.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("#!/bin/sh\n", encoding="ascii")
        place.chmod(0o755)
    own = Path("/lib/systemd/system")
    (folder / "lib/systemd").mkdir(parents=True)
    shutil.copytree(own, folder / "lib/systemd/system", symlinks=True, ignore=shutil.ignore_patterns("*@*", "user*"))
    (folder / "lib/systemd/system/mosquitto.service").write_text(
        "[Service]\nExecStart=/usr/sbin/mosquitto\n", encoding="ascii"
    )
    return folder


def _own_words(said: str) -> str:
    """Return what was said of our units; the machine's own are not looked at here."""
    return "\n".join(line for line in said.splitlines() if "jagawai" in line)


def test_systemd_finds_nothing_wrong_in_any_unit(root: Path) -> None:
    names = [*layout.UNIT_FILES, *layout.BROKER_UNITS]
    words = ["systemd-analyze", "verify", f"--root={root}", "--man=no", *names]
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert not _own_words(done.stderr + done.stdout)


def test_systemd_sees_what_is_wrong_in_a_unit(root: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "root"
    shutil.copytree(root, spoilt, symlinks=True)
    unit = spoilt / "etc/systemd/system/jagawai-web.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("ProtectSystem=strict", "ProtectSystem=yess"), "utf-8")
    words = ["systemd-analyze", "verify", f"--root={spoilt}", "--man=no", unit.name]
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert "protect system value" in _own_words(done.stderr)


def test_services_of_the_hubs_user_are_as_closed_as_systemd_can_measure(root: Path) -> None:
    names = [f"jagawai-{name}.service" for name in ("ingest", "dispatch", "web", "backup")]
    words = ["systemd-analyze", "security", f"--root={root}", "--offline=true", "--threshold=20", "--no-pager", *names]
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layout_says_what_the_broker_says() -> None:
    assert MOSQUITTO.own_folder == layout.MOSQUITTO
    assert set(layout.BROKER_UNITS) == {f"{NAME}.path", f"{NAME}.service"}
    rendered = units.installed(CONFIG)[layout.UNITS / "jagawai-broker.service"].decode()
    assert f"ExecStart={layout.PYTHON} -I -m hub broker apply --from {of_config.kept_folder(CONFIG)}" in rendered
    assert set(units.installed(CONFIG)) == set(units.paths())


def test_each_process_runs_by_the_command_of_its_own_name() -> None:
    for unit in layout.PROCESSES:
        text = units.installed(CONFIG)[layout.UNITS / unit].decode()
        name = unit.removeprefix("jagawai-").removesuffix(".service")
        assert f"\nExecStart={' '.join(map(str, layout.hub(name, '--config', layout.CONFIG)))}\n" in text
        assert f"\nUser={layout.USER}\n" in text
        assert "\nRestart=always\n" in text
