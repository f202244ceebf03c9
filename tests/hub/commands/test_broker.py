"""`hub broker`, as typed."""

import getpass
import shlex
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.broker import embedded
from hub.fleet import standing
from hub.fleet.authority import shelf
from hub.storage import bindings, nodes, stations
from hub.storage import connection as database
from hub.storage.migrations import migrate
from hub.storage.stations import Station
from tests.support.authorities import make_authority
from tests.support.processes import Child, free_port, is_listening, wait_until
from tests.support.rendered_brokers import real_now

BOX, CLONE = "n-7f3k2m9q", "n-2c9d4x8w"
Out = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A hub with an authority, one box, and one of which there are two."""
    make_authority(tmp_path, now=real_now())
    home = tmp_path / "home"
    connection = database.open(home / "hub.db")
    migrate(connection)
    with database.write(connection):
        stations.save(connection, Station(station_id="wai-ruhu-1", name="Wai Ruhu 1", offset_cm=300.0))
        bindings.bind(connection, node_id=BOX, source="g1", station_id="wai-ruhu-1", now_ms=0)
        nodes.add(connection, CLONE, now_ms=0)
        standing.quarantine(connection, CLONE, reason="two boots in turn", now_ms=0)
    connection.close()
    file = tmp_path / "hub.toml"
    # Whoever runs the tests stands for the broker's own user.
    text = f'home = "home"\n[broker]\nlisten = "0.0.0.0"\nuser = "{getpass.getuser()}"\n'
    file.write_text(text, encoding="utf-8")
    return file


def typed(config: Path, *words: str | Path) -> int:
    return main(["broker", *map(str, words), "--config", str(config)])


def install(config: Path, folder: Path) -> None:
    """Do what `render` says is next."""
    assert typed(config, "render", "--kind", "mosquitto", "--out", folder, "--installed", folder) == 0
    authority = shelf.folder_of(config.parent / "home")
    (folder / "certs").mkdir(exist_ok=True)
    for name, copied in ((shelf.BUNDLE, "jagawai-authority.pem"), (shelf.SERVER, "jagawai-server.pem")):
        path = folder / "certs" / copied
        path.write_bytes((authority / name).read_bytes())
        path.chmod(0o640)


def check(config: Path, folder: Path) -> int:
    return typed(config, "check", "--kind", "mosquitto", "--installed", folder)


def test_render_writes_for_mosquitto_and_says_what_is_next_in_two_languages(
    config: Path, tmp_path: Path, capsys: Out
) -> None:
    assert typed(config, "render", "--kind", "mosquitto", "--out", tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "Langkah berikut / next" in told
    assert f"ditolak / denied: {CLONE}. Sebabnya / why: hub node list" in told
    assert "systemctl enable --now jagawai-broker.path" in told
    offered = tmp_path / "home" / "broker" / "jagawai.acl"
    assert f"PathChanged={offered}" in (tmp_path / "out" / "jagawai-broker.path").read_text()
    assert f"--from {offered} " in (tmp_path / "out" / "jagawai-broker.service").read_text()
    assert f"sudo install -o root -g {getpass.getuser()} -m 0640 {tmp_path}/out/mosquitto.conf" in told
    assert f"-m 0640 {tmp_path}/home/authority/server.pem /etc/mosquitto/certs/jagawai-server.pem" in told
    assert "check --kind mosquitto --config HUB.toml && sudo systemctl restart mosquitto" in told
    assert "[mqtt.tls]" in told
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()}
    assert {name: mode for name, mode in modes.items() if mode != 0o640} == {
        "jagawai-broker.path": 0o644,
        "jagawai-broker.service": 0o644,
    }
    assert {"mosquitto.conf", "jagawai.acl"} < modes.keys()


def test_no_rendered_file_holds_a_key(config: Path, tmp_path: Path) -> None:
    for kind in ("mosquitto", "nats-server"):
        assert typed(config, "render", "--kind", kind, "--out", tmp_path / kind) == 0
        for path in (tmp_path / kind).iterdir():
            assert "PRIVATE KEY" not in path.read_text(encoding="utf-8")


def test_what_is_installed_as_told_is_the_same_and_starts(config: Path, tmp_path: Path, capsys: Out) -> None:
    folder = tmp_path / "installed"
    install(config, folder)
    assert check(config, folder) == 0
    assert "Sama / the same: mosquitto" in capsys.readouterr().out
    port = free_port()
    text = (folder / "mosquitto.conf").read_text(encoding="utf-8")
    # A test may not take the real port.
    text = text.replace("listener 8883 0.0.0.0", f"listener {port} 127.0.0.1")
    (folder / "mosquitto.conf").write_text(text)
    with Child(["/usr/sbin/mosquitto", "-c", folder / "mosquitto.conf"], log=tmp_path / "log") as broker:
        wait_until(lambda: is_listening(port) or not broker.is_running, what="mosquitto to listen")
        assert broker.is_running, broker.output()


def test_the_file_for_nats_server_is_for_the_hubs_user_alone_and_is_valid(
    config: Path, tmp_path: Path, capsys: Out
) -> None:
    out = tmp_path / "home" / "broker"
    assert typed(config, "render", "--kind", "nats-server", "--out", out) == 0
    assert f"nats-server -c {out}/nats.conf" in capsys.readouterr().out
    assert (out / "nats.conf").stat().st_mode & 0o777 == 0o600
    with Child([embedded.program_path(), "-t", "-c", out / "nats.conf"], log=tmp_path / "log") as broker:
        assert broker.wait() == 0, broker.output()
    assert typed(config, "check", "--kind", "nats-server") == 0


def test_check_names_the_line_that_somebody_changed_and_the_box_that_is_denied_since(
    config: Path, tmp_path: Path, capsys: Out
) -> None:
    folder = tmp_path / "installed"
    install(config, folder)
    conf = folder / "mosquitto.conf"
    conf.write_text(conf.read_text().replace("allow_anonymous false", "allow_anonymous true"))
    with database.write(connection := database.open(tmp_path / "home" / "hub.db")):
        standing.quarantine(connection, BOX, reason="two boots in turn", now_ms=0)
    connection.close()
    capsys.readouterr()
    assert check(config, folder) == 1
    told = capsys.readouterr().out
    assert f"{conf}: berbeda / differs" in told
    assert "-allow_anonymous true" in told
    assert "+allow_anonymous false" in told
    assert f"+user {BOX}" in told


def test_check_finds_a_certificate_that_is_not_the_hubs_and_shows_nothing_of_it(
    config: Path, tmp_path: Path, capsys: Out
) -> None:
    folder = tmp_path / "installed"
    install(config, folder)
    server = folder / "certs" / "jagawai-server.pem"
    server.write_bytes((tmp_path / "home" / "authority" / "client.pem").read_bytes())
    capsys.readouterr()
    assert check(config, folder) == 1
    told = capsys.readouterr().out
    assert f"{server}: bukan salinan" in told
    assert "BEGIN" not in told


@pytest.mark.parametrize(
    ("name", "mode"), [("jagawai.acl", 0o666), ("certs/jagawai-server.pem", 0o644), ("mosquitto.conf", 0o660)]
)
def test_check_finds_a_file_that_others_may_use(
    config: Path, tmp_path: Path, capsys: Out, name: str, mode: int
) -> None:
    folder = tmp_path / "installed"
    install(config, folder)
    (folder / name).chmod(mode)
    capsys.readouterr()
    assert check(config, folder) == 1
    assert f"{folder / name}: terlalu terbuka" in capsys.readouterr().out


@pytest.mark.parametrize("user", ["nobody", "no-such-user"])
def test_check_finds_files_that_the_brokers_own_user_cannot_read(
    config: Path, tmp_path: Path, capsys: Out, user: str
) -> None:
    folder = tmp_path / "installed"
    config.write_text(config.read_text().replace(getpass.getuser(), user), encoding="utf-8")
    install(config, folder)
    capsys.readouterr()
    assert check(config, folder) == 1
    told = capsys.readouterr().out
    assert told.count(f"tidak terbaca oleh {user}") == 4
    assert "JANGAN muat ulang" in told


def test_check_says_what_is_missing_and_writes_nothing(config: Path, tmp_path: Path, capsys: Out) -> None:
    folder = tmp_path / "nowhere"
    assert check(config, folder) == 1
    assert capsys.readouterr().out.count("belum terpasang / is not installed") == 4
    assert not folder.exists()


def test_without_an_authority_nothing_is_rendered(tmp_path: Path, capsys: Out) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('home = "."\n', encoding="utf-8")
    assert typed(file, "render", "--kind", "mosquitto", "--out", tmp_path / "out") == 1
    assert "hub authority init" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_address_that_is_none_and_a_folder_that_cannot_be_are_told(
    config: Path, tmp_path: Path, capsys: Out
) -> None:
    (tmp_path / "file").write_text("")
    assert typed(config, "render", "--kind", "mosquitto", "--out", tmp_path / "file" / "x") == 2
    assert "Pilih folder lain" in capsys.readouterr().err
    config.write_text('home = "home"\n[broker]\nlisten = "semua"\n', encoding="utf-8")
    assert typed(config, "render", "--kind", "mosquitto", "--out", tmp_path / "out") == 2
    assert "0.0.0.0" in capsys.readouterr().err


def test_a_hub_whose_folder_systemd_would_read_as_two_is_refused(config: Path, tmp_path: Path, capsys: Out) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace('home = "home"', 'home = "hub kota"'), "utf-8")
    (tmp_path / "home").rename(tmp_path / "hub kota")
    assert typed(config, "render", "--kind", "mosquitto", "--out", tmp_path / "out") == 2
    assert "folder lain" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_next_steps_can_be_pasted_whatever_the_folder_is_called(config: Path, tmp_path: Path, capsys: Out) -> None:
    assert typed(config, "render", "--kind", "mosquitto", "--out", tmp_path / "broker baru") == 0
    install = next(line for line in capsys.readouterr().out.splitlines() if "mosquitto.conf" in line and "sudo" in line)
    assert str(tmp_path / "broker baru" / "mosquitto.conf") in shlex.split(install)
