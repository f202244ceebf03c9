"""Installing a hub step by step, in a folder: twice, cut short anywhere, newer, sick, removed."""

import tomllib
from pathlib import Path

import pytest

from hub.config import load_config
from hub.installing import layout, removal
from hub.installing.answers import BACKUP_KEY
from hub.installing.errors import InstallError, StartError
from tests.support.installations import RELEASE, Installation

NEWER = "0.2.0-00000002"


@pytest.fixture
def city(tmp_path: Path) -> Installation:
    made = Installation(root=tmp_path)
    made.boot()
    return made


def _at(city: Installation, path: Path) -> Path:
    return city.root / path.relative_to("/")


def _starts(city: Installation) -> list[str]:
    return [line.split()[1] for line in city.commands if line.startswith("systemctl") and "jagawai-web" in line]


def test_a_second_installation_changes_nothing_and_restarts_nothing(city: Installation) -> None:
    assert city.install()
    assert _starts(city) == ["enable", "restart"]
    before, city.commands = city.state(), []
    assert city.install()
    assert city.state() == before
    assert _starts(city) == ["enable", "start"]
    assert not [line for line in city.commands if "authority" in line or "nft" in line]


def test_cut_short_at_any_command_the_same_command_makes_it_whole(tmp_path: Path) -> None:
    whole = Installation(root=tmp_path / "whole")
    whole.boot()
    whole.install()
    names = {str(Path(name).relative_to(whole.root)) for name in whole.state()}
    for number in range(len(whole.commands)):
        cut = Installation(root=tmp_path / f"cut-{number}", fails_at=number)
        cut.boot()
        with pytest.raises(InstallError):
            cut.install()
        cut.fails_at, cut.commands = None, []
        assert cut.install()
        assert {str(Path(name).relative_to(cut.root)) for name in cut.state()} == names
        assert _starts(cut) == ["enable", "restart"], whole.commands[number]


def test_where_systemd_does_not_run_everything_is_in_place_and_nothing_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = Installation(root=tmp_path)
    assert not city.install()
    assert "systemd tidak berjalan" in capsys.readouterr().out
    assert not [line for line in city.commands if line.startswith("systemctl")]
    assert all(_at(city, layout.UNITS / name).is_file() for name in (*layout.UNIT_FILES, *layout.BROKER_UNITS))


def test_the_hub_gets_a_config_of_a_city_and_its_broker_the_same(city: Installation) -> None:
    city.install()
    config = load_config(_at(city, layout.CONFIG))
    assert config.web.public_url == "https://hub.kota.example:8443"
    assert (config.broker.embedded, config.mqtt.port, config.city.zone_name) == (False, 8883, "WIT")
    key = (city.stick / BACKUP_KEY).read_text(encoding="utf-8")
    assert f"# public key: {config.backup.recipient}\n" in key
    broker = _at(city, layout.MOSQUITTO / "mosquitto.conf").read_text(encoding="utf-8")
    assert "acl_file" in broker
    assert (_at(city, layout.MOSQUITTO / "certs" / "jagawai-server.pem").stat().st_mode & 0o777) == 0o640


def test_a_key_that_a_cut_left_on_the_stick_is_taken(city: Installation) -> None:
    city.install()
    made = tomllib.loads(_at(city, layout.CONFIG).read_text(encoding="utf-8"))["backup"]["recipient"]
    _at(city, layout.CONFIG).unlink()
    city.install()
    assert tomllib.loads(_at(city, layout.CONFIG).read_text(encoding="utf-8"))["backup"]["recipient"] == made


def test_a_config_that_was_there_keeps_every_word_and_gets_the_backup_key(city: Installation) -> None:
    city.install()
    place = _at(city, layout.CONFIG)
    own = place.read_text(encoding="utf-8").split("[backup]")[0].replace("Kota Uji", "Kota Kami") + "# kata sendiri\n"
    place.write_text(own, encoding="utf-8")
    city.install()
    text = place.read_text(encoding="utf-8")
    assert text.startswith(own.rstrip())
    assert tomllib.loads(text)["backup"]["recipient"].startswith("age1")


def test_a_newer_release_takes_a_backup_first_and_then_the_place(city: Installation) -> None:
    city.install()
    city.commands = []
    city.install(release=NEWER)
    assert _at(city, layout.CURRENT).readlink() == Path(NEWER)
    backup = next(number for number, line in enumerate(city.commands) if "backup make" in line)
    assert backup < next(number for number, line in enumerate(city.commands) if line.startswith("systemctl"))
    assert _starts(city) == ["enable", "restart"]


def test_where_the_release_before_can_make_no_backup_the_newer_one_does(city: Installation) -> None:
    city.install()
    city.commands, city.fails_at = [], 0
    assert city.install(release=NEWER)
    old, new = (line for line in city.commands if "backup make" in line)
    assert str(layout.PYTHON) in old
    assert f"/{NEWER}/" in new


def test_no_newer_release_touches_the_database_before_the_backup_and_none_by_a_dry_run(city: Installation) -> None:
    city.install()
    database = _at(city, layout.HOME) / "hub.db"
    for path in database.parent.glob("hub.db*"):
        path.unlink()
    city.install(release=NEWER, is_dry=True)
    assert not database.exists()
    city.install(release=NEWER)
    assert city.databases_at_backup == [False]
    assert database.exists()


def test_a_release_that_does_not_come_up_gives_the_place_back(city: Installation) -> None:
    city.install()
    city.sick = frozenset({NEWER})
    with pytest.raises(StartError, match=f"{RELEASE} berjalan lagi"):
        city.install(release=NEWER)
    assert _at(city, layout.CURRENT).readlink() == Path(RELEASE)


def test_where_neither_comes_up_it_goes_back_only_once(city: Installation) -> None:
    city.install()
    city.sick = frozenset({NEWER, RELEASE})
    with pytest.raises(InstallError):
        city.install(release=NEWER)
    assert len([line for line in city.commands if "--going-back" in line]) == 1


def test_a_dry_run_changes_nothing_before_and_after(city: Installation) -> None:
    before = city.state()
    city.install(is_dry=True)
    assert (city.state(), city.commands) == (before, [])
    city.install()
    before, city.commands = city.state(), []
    city.install(release=NEWER, is_dry=True)
    assert city.state() == before
    assert not city.commands


def test_removal_leaves_the_state_and_what_mosquitto_had_before(city: Installation) -> None:
    mosquitto = _at(city, layout.MOSQUITTO / "mosquitto.conf")
    mosquitto.parent.mkdir(parents=True)
    mosquitto.write_text("listener 1883 localhost\n", encoding="utf-8")
    city.install()
    assert "8883" in mosquitto.read_text(encoding="utf-8")
    removal.remove(city.machine())
    assert mosquitto.read_text(encoding="utf-8") == "listener 1883 localhost\n"
    left = {path.parts[len(city.root.parts)] for path in city.root.rglob("*") if path.is_file()}
    assert left == {"etc", "opt", "stick", "var"}
    assert [path.name for path in _at(city, layout.OPT).iterdir() if path.is_file()] == ["started"], "with the program"
    assert not list((city.root / "etc").rglob("*jagawai*.*"))
    assert _at(city, layout.CONFIG).is_file()
