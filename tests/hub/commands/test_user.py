"""`hub user add`, as typed: a hub outside the demo gets its first person who may confirm an alert."""

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from contract.clock import SystemClock
from hub.__main__ import main
from hub.storage import connection as database
from hub.storage import people
from tests.support.webs import answering

PASSWORD = "sungai naik malam ini"
SHORT = "pendek"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    file.write_text('home = "new/home"\n', encoding="utf-8")
    return file


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed where the terminal does not show it, one after the other."""
    lines: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda _prompt: lines.pop(0))
    return lines


@pytest.fixture
def web(config: Path, tmp_path: Path, typed: list[str]) -> Iterator[httpx.Client]:
    typed += [PASSWORD, PASSWORD]
    assert main(["user", "add", "rina", "--config", str(config)]) == 0
    with answering(tmp_path / "new" / "home" / "hub.db", clock=SystemClock()) as client:
        yield client


def sign_in(web: httpx.Client, password: str, *, name: str = "rina") -> int:
    headers = {"Origin": "http://127.0.0.1"}
    return web.post("/masuk", data={"name": name, "password": password}, headers=headers).status_code


def test_who_was_added_may_sign_in_at_a_hub_that_was_never_a_demo(web: httpx.Client) -> None:
    assert sign_in(web, "salah salah salah") == 401
    assert sign_in(web, PASSWORD, name="admin") == 401
    assert sign_in(web, PASSWORD) == 303


def test_a_password_from_standard_input_replaces_the_old_one_and_ends_its_sessions(
    web: httpx.Client, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in(web, PASSWORD) == 303
    monkeypatch.setattr("sys.stdin", io.StringIO("yang baru sekali\n"))
    assert main(["user", "--config", str(config), "add", "rina", "--password-stdin"]) == 0
    connection = database.open(tmp_path / "new" / "home" / "hub.db")
    assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    assert people.verify_password(connection, name="rina", password="yang baru sekali")
    assert people.verify_password(connection, name="rina", password=PASSWORD) is None
    connection.close()


@pytest.mark.parametrize(
    "case",
    [
        ([PASSWORD, PASSWORD + "!"], "rina", "the passwords differ"),
        ([SHORT, SHORT], "rina", "password of 10 to"),
        ([PASSWORD, PASSWORD], " ", "Nama / name"),
    ],
)
def test_what_cannot_be_taken_is_exit_code_2_and_adds_nobody(
    config: Path, typed: list[str], case: tuple[list[str], str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    lines, name, told = case
    typed += lines
    assert main(["user", "add", name, "--config", str(config)]) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert not [line for line in lines if line in printed.err + printed.out]
    assert not (config.parent / "new").exists()
