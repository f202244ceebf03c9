"""`hub backup` and `hub restore`, as typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.backup.contents import file_name
from hub.storage import connection as database
from hub.storage.migrations import migrate


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


def test_a_backup_is_made_listed_and_tried(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(config, "list") == 1
    assert "belum ada cadangan / no backup yet" in capsys.readouterr().out
    assert typed(config, "make") == 0
    assert typed(config, "list") == 0
    assert newest(config).name in capsys.readouterr().out
    assert main(["restore", str(newest(config)), "--identity", str(tmp_path / "backup.key"), "--drill"]) == 0
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
    assert f"hub run --config {tmp_path / 'new' / 'hub.toml'}" in capsys.readouterr().out
    assert main(words) == 1
    assert "not empty" in capsys.readouterr().err


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
