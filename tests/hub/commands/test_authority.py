"""`hub authority`, as typed."""

import getpass
import io
import json
import shutil
import warnings
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.fleet.authority import disk, root_key, shelf
from hub.storage import audit
from hub.storage import connection as database
from tests.support.authorities import PASSPHRASE, make_authority


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hub" / "hub.toml"
    file.parent.mkdir()
    file.write_text('home = "home"\n', encoding="utf-8")
    return file


def typed(monkeypatch: pytest.MonkeyPatch, config: Path, *words: str, passphrase: str = PASSPHRASE) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(passphrase + "\n"))
    return main(["authority", *words, "--config", str(config)])


def init(monkeypatch: pytest.MonkeyPatch, config: Path, stick: Path) -> int:
    names = ("--name", "hub.kota.example", "--name", "192.168.10.2")
    return typed(monkeypatch, config, "init", "--root", str(stick), *names, "--passphrase-stdin")


def test_init_says_loudly_that_the_root_key_lies_here_until_it_is_gone(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    assert init(monkeypatch, config, stick) == 0
    told = capsys.readouterr().out
    assert "KUNCI AKAR MASIH ADA DI MESIN INI" in told
    assert "ROOT KEY STILL LIES ON THIS MACHINE" in told
    assert "Ini bukan stik / this is no stick" in told
    check, remove = told.index("hub authority show --root"), told.index("shred -u")
    assert check < remove
    assert "Server hub / hub server" in told
    (stick / root_key.FILE).unlink()
    assert typed(monkeypatch, config, "show") == 0
    told = capsys.readouterr().out
    assert "KUNCI AKAR" not in told
    assert "Tidak ada yang mendesak" in told
    assert "hub claim new SITE" in told


def test_rotate_needs_the_stick_and_show_lists_both_keys_for_scripts_too(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    init(monkeypatch, config, stick)
    rotating = ("rotate", "--root", str(stick), "--passphrase-stdin")
    assert typed(monkeypatch, config, *rotating, passphrase="frasa sandi yang lain") == 1
    assert "tidak terbuka" in capsys.readouterr().err
    assert typed(monkeypatch, config, *rotating) == 0
    capsys.readouterr()
    assert typed(monkeypatch, config, "show", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["certificates"]] == [
        "root", "issuing key 1", "issuing key 2", "trust bundle", "hub server", "hub client",
    ]  # fmt: skip
    assert found["root_keys_on_this_machine"] == [
        {"path": str(stick / root_key.FILE), "on_hub_disk": True, "seen": True}
    ]
    deeds = audit.all_rows(database.read_only(config.parent / "home" / "hub.db"))
    assert [(one.action, one.detail) for one in deeds][1:] == [
        ("authority.begun", '{"deed":"init"}'),
        ("authority.made", '{"issuing":1}'),
        ("authority.begun", '{"deed":"rotate"}'),
        ("authority.begun", '{"deed":"rotate"}'),
        ("authority.rotated", '{"issuing":2}'),
    ]
    assert found["fingerprint"] == shelf.open_authority(config.parent / "home").fingerprint


def test_the_hubs_own_certificates_are_renewed_by_server(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init(monkeypatch, config, tmp_path / "stick")
    assert typed(monkeypatch, config, "server", "--name", "hub.baru.example") == 0
    assert "hub.baru.example localhost 127.0.0.1" in capsys.readouterr().out


def test_a_second_init_is_refused_before_a_passphrase_is_asked(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init(monkeypatch, config, tmp_path / "stick")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("asked for a passphrase"))
    assert main(["authority", "init", "--root", str(tmp_path / "x"), "--name", "a", "--config", str(config)]) == 1
    assert "sudah punya otoritas" in capsys.readouterr().err


def test_the_passphrase_is_asked_twice_and_must_be_the_same(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([PASSPHRASE, "another sentence of words", PASSPHRASE, PASSPHRASE])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    words = ["authority", "init", "--root", str(tmp_path / "stick"), "--name", "a", "--config", str(config)]
    assert main(words) == 2
    assert "tidak sama" in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()
    assert main(words) == 0


class _KilledError(BaseException):
    pass


@pytest.mark.parametrize("deed", ["init", "rotate", "server"])
def test_a_deed_that_was_cut_short_stands_in_the_audit_log(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    at = ["--root", str(tmp_path / "stick"), "--passphrase-stdin"]
    words = {"init": [*at, "--name", "hub.kota.example"], "rotate": at, "server": []}
    if deed != "init":
        init(monkeypatch, config, tmp_path / "stick")
    real = disk.write_file

    def killed_after_writing(path: Path, data: bytes) -> None:
        real(path, data)
        raise _KilledError

    monkeypatch.setattr(disk, "write_file", killed_after_writing)
    with pytest.raises(_KilledError):
        typed(monkeypatch, config, deed, *words[deed])
    last = audit.all_rows(database.read_only(config.parent / "home" / "hub.db"))
    assert [(one.action, one.detail) for one in last][-1] == ("authority.begun", f'{{"deed":"{deed}"}}')


def test_show_proves_a_copy_of_the_root_key(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stick, copy = tmp_path / "stick", tmp_path / "copy"
    init(monkeypatch, config, stick)
    shutil.copytree(stick, copy)
    capsys.readouterr()
    showing = ("show", "--root", str(copy), "--passphrase-stdin")
    assert typed(monkeypatch, config, *showing) == 0
    assert f"this copy opens and is the root key of this hub: {copy / root_key.FILE}" in capsys.readouterr().out
    assert typed(monkeypatch, config, *showing, "--json") == 0
    assert json.loads(capsys.readouterr().out)["root_copy_opens"] == str(copy / root_key.FILE)
    assert typed(monkeypatch, config, *showing, passphrase="frasa sandi yang lain") == 1
    assert "tidak terbuka" in capsys.readouterr().err


def test_a_root_key_of_another_city_is_refused_before_a_passphrase_is_asked(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_authority(tmp_path / "other")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("asked for a passphrase"))
    words = ("init", "--root", str(tmp_path / "other/stick"), "--name", "a")
    assert typed(monkeypatch, config, *words) == 1
    told = capsys.readouterr().err
    assert "Kota Uji" in told
    assert "--take-root" in told
    assert typed(monkeypatch, config, *words, "--take-root", "--passphrase-stdin") == 0


def test_without_a_terminal_nobody_is_asked_and_nothing_is_echoed(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def echoing(_prompt: str) -> str:
        warnings.warn("can not control echo on the terminal", getpass.GetPassWarning, stacklevel=1)
        return PASSPHRASE

    monkeypatch.setattr("getpass.getpass", echoing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as a user's own settings may
        assert typed(monkeypatch, config, "init", "--root", str(tmp_path / "stick"), "--name", "a") == 2
    assert "ssh -t" in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()


@pytest.mark.parametrize("is_piped", [True, False], ids=["piped", "typed"])
def test_a_passphrase_in_no_known_letters_is_one_error(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_piped: bool
) -> None:
    def typing(_prompt: str) -> str:
        return b"enam kata di atas batu \xff".decode()

    monkeypatch.setattr("getpass.getpass", typing)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"enam kata di atas batu \xff\n"), encoding="utf-8"))
    words = ["--root", str(tmp_path / "stick"), "--name", "a", "--config", str(config)]
    assert main(["authority", "init", *words, *(["--passphrase-stdin"] if is_piped else [])]) == 2
    assert "UTF-8" in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()


def test_without_an_authority_show_says_how_to_make_one(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(monkeypatch, config, "show") == 1
    assert "hub authority init" in capsys.readouterr().err
