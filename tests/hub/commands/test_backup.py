"""`hub backup` and `hub restore`, as typed."""

import os
import pwd
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.backup.contents import file_name
from hub.storage import connection as database
from hub.storage.migrations import migrate
from tests.support.strangers import STRANGER, folder_for_all


@pytest.fixture
def config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A hub with a key and a database; its config lies in its home, as that of a city does."""
    assert main(["backup", "key", "--out", str(tmp_path / "backup.key")]) == 0
    file = tmp_path / "home" / "hub.toml"
    file.parent.mkdir()
    file.write_text(capsys.readouterr().out.split("\n\n")[1], encoding="utf-8")
    connection = database.open(file.parent / "hub.db")
    migrate(connection)
    connection.close()
    return file


def typed(config: Path, *words: str) -> int:
    return main(["backup", *words, "--config", str(config)])


def newest(config: Path) -> Path:
    return max((config.parent / "backup").glob("*.age"))


def drilled(config: Path, tmp_path: Path, *, file: Path | None = None) -> int:
    backup, key = file or newest(config), tmp_path / "backup.key"
    return main(["restore", str(backup), "--identity", str(key), "--drill", "--config", str(config)])


def test_a_backup_is_made_listed_and_tried(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(config, "list") == 1
    assert "belum ada cadangan / no backup yet" in capsys.readouterr().out
    assert typed(config, "make") == 0
    assert typed(config, "list") == 0
    assert newest(config).name in capsys.readouterr().out
    assert drilled(config, tmp_path) == 0
    assert "the drill went well" in capsys.readouterr().out
    assert [path.name for path in (config.parent / "backup").iterdir()] == [newest(config).name]
    assert main(["audit", "show", "--action", "backup", "--config", str(config)]) == 0
    assert newest(config).name in capsys.readouterr().out


def test_a_restored_hub_says_how_it_is_started(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(config, "make") == 0
    words = ["restore", str(newest(config)), "--identity", str(tmp_path / "backup.key"), "--to", str(tmp_path / "new")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert f"hub run --config {tmp_path / 'new' / 'hub.toml'}" in said
    assert "switched off" in said
    assert "hub user list" in said
    assert main(words) == 1
    assert "not empty" in capsys.readouterr().err


def test_a_restored_hub_of_a_city_says_what_to_read_from_the_broker_before_it_is_started(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who was revoked since the backup stands in the broker's list alone, and the started hub writes over that."""
    words = ["restore", "--identity", str(tmp_path / "backup.key"), "--to"]
    assert typed(config, "make") == 0
    assert main([*words, str(tmp_path / "demo"), str(newest(config))]) == 0
    assert "grep ^user" not in capsys.readouterr().out
    with config.open("a", encoding="utf-8") as more:
        more.write("\n[broker]\nembedded = false\n")
    newest(config).unlink()  # a second one of the same second would be refused
    assert typed(config, "make") == 0
    assert main([*words, str(tmp_path / "city"), str(newest(config))]) == 0
    said = capsys.readouterr().out
    order = ["sudo grep ^user /etc/mosquitto/jagawai.acl", "hub node revoke", "Lanjut / next"]
    assert [word for _, word in sorted((said.index(word), word) for word in order)] == order


def test_a_home_that_is_elsewhere_is_told(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "hub.toml"
    outside.write_text('home = "home"\n' + config.read_text(encoding="utf-8"), encoding="utf-8")
    assert typed(outside, "make") == 0
    words = ["restore", str(newest(config)), "--identity", str(tmp_path / "backup.key"), "--to", str(tmp_path / "new")]
    assert main(words) == 0
    assert 'Tulis / write: home = "."' in capsys.readouterr().out


def test_what_is_named_elsewhere_is_said_not_to_be_in_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "elsewhere.key"
    secret.write_bytes(b"k" * 32)
    with config.open("a", encoding="utf-8") as file:
        file.write(f'\n[webhook]\nsecret_file = "{secret}"\n')
    assert typed(config, "make") == 0
    assert f"not included: {secret}" in capsys.readouterr().out


def test_an_old_backup_is_an_alarm(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "backup").mkdir()
    old = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    (config.parent / "backup" / file_name(f"{old:%Y%m%dT%H%M%SZ}")).write_bytes(b"")
    assert typed(config, "list") == 1
    told = capsys.readouterr().out
    assert "2026-01-02 12:04 WIT" in told
    assert "!!! Cadangan terbaru" in told


def test_without_a_key_in_the_config_it_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hub.toml").write_text("", encoding="utf-8")
    assert typed(tmp_path / "hub.toml", "make") == 2
    assert "hub backup key --out FILE" in capsys.readouterr().err


def test_a_hub_without_a_database_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in config.parent.glob("hub.db*"):
        path.unlink()
    assert typed(config, "make") == 1
    assert "Start the hub once" in capsys.readouterr().err
    assert list((config.parent / "backup").iterdir()) == []


REMAINS = (".restore-drill/authority/issuing-1.pem", ".restoring/hub.db")


@pytest.mark.parametrize("action", ["backup list", "backup key", "backup make", "restore --to", "restore --drill"])
def test_what_a_power_cut_left_open_is_swept_by_whatever_command_comes_next(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    for name in REMAINS:
        path = config.parent / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"an issuing key")
    at = ["--config", str(config)]
    restoring = ["restore", str(tmp_path / "none"), "--identity", str(tmp_path / "backup.key"), *at]
    words = {
        "backup key": ["backup", "key", "--out", str(tmp_path / "second.key"), *at],
        "restore --to": [*restoring, "--to", str(tmp_path / "new")],
        "restore --drill": [*restoring, "--drill"],
    }
    main(words.get(action, [*action.split(), *at]))
    assert [name for name in REMAINS if (config.parent / name).parent.exists()] == []
    assert "NOTE" not in capsys.readouterr().err


def test_a_drill_needs_to_know_where_the_hub_lives_and_a_mistyped_file_is_one_error(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drilled(tmp_path / "none.toml", tmp_path, file=tmp_path) == 2
    assert "Periksa nama berkas. / cannot be read" in capsys.readouterr().err
    assert drilled(config, tmp_path, file=tmp_path / "jagawai.tar.age") == 1
    assert "Coba / try: hub backup list" in capsys.readouterr().err
    (tmp_path / "backup.key").unlink()
    assert drilled(config, tmp_path, file=config) == 1
    assert f"{tmp_path / 'backup.key'}: tidak ada / is not there" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_root_is_told_whose_the_folder_is_that_it_filled(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(config, "make") == 0
    words = ["restore", str(newest(config)), "--identity", str(tmp_path / "backup.key"), "--to"]
    assert main([*words, str(tmp_path / "new")]) == 0
    assert f"Coba / try: chown -R USER: {tmp_path / 'new'}" in capsys.readouterr().out
    with folder_for_all() as folder:
        os.chown(folder, STRANGER, STRANGER)
        assert main([*words, str(folder)]) == 0
        told = capsys.readouterr().out
        assert "chown" not in told
        assert f"hub run --config {folder / 'hub.toml'}" in told
        assert f"next: sudo -u {pwd.getpwuid(STRANGER).pw_name} hub run" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_a_backup_that_root_makes_by_hand_does_not_stop_the_daily_one(config: Path) -> None:
    with folder_for_all() as folder:
        shutil.copytree(config.parent, folder, dirs_exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, STRANGER, STRANGER)
        assert typed(folder / config.name, "make") == 0
        made = [path for path in folder.rglob("*") if path.stat().st_uid != STRANGER]
    assert made == []
