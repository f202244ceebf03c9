"""`hub user`, as typed: a hub outside the demo gets its people, and loses them."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from contract.clock import SystemClock
from hub.__main__ import main
from hub.storage import audit, people
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.webs import answering

PASSWORD = "sungai naik malam ini"
SHORT = "pendek"
Typed = Callable[..., int]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    file.write_text('home = "new/home"\n', encoding="utf-8")
    return file


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed where the terminal does not show it, one after the other."""
    lines: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda _prompt: lines.pop(0))
    return lines


@pytest.fixture
def user(config: Path, lines: list[str]) -> Typed:
    """`hub user …` of this hub."""

    def run(*words: str, typed: str = "") -> int:
        lines.extend([typed, typed] if typed else [])
        return main(["user", *words, "--config", str(config)])

    return run


@pytest.fixture
def db_path(config: Path) -> Path:
    return config.parent / "new" / "home" / "hub.db"


@pytest.fixture
def web(user: Typed, db_path: Path) -> Iterator[httpx.Client]:
    assert user("add", "rina", "--role", "operator", typed=PASSWORD) == 0
    with answering(db_path, clock=SystemClock()) as client:
        yield client


def sign_in(web: httpx.Client, password: str, *, name: str = "rina") -> int:
    return web.post("/masuk", data={"name": name, "password": password}).status_code


def is_known(web: httpx.Client) -> bool:
    return "Keluar rina" in web.get("/sungai").text


def test_who_was_added_may_sign_in_at_a_hub_that_was_never_a_demo(web: httpx.Client) -> None:
    assert sign_in(web, "salah salah salah") == 401
    assert sign_in(web, PASSWORD, name="admin") == 401
    assert sign_in(web, PASSWORD) == 303


def test_a_password_from_standard_input_replaces_the_old_one_and_ends_its_sessions(
    web: httpx.Client, user: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in(web, PASSWORD) == 303
    assert is_known(web)
    monkeypatch.setattr("sys.stdin", io.StringIO("yang baru sekali\n"))
    assert user("password", "rina", "--password-stdin") == 0
    assert not is_known(web)
    assert sign_in(web, PASSWORD) == 401
    assert sign_in(web, "yang baru sekali") == 303


def test_who_is_disabled_is_out_at_once_and_comes_back_with_the_same_password(web: httpx.Client, user: Typed) -> None:
    sign_in(web, PASSWORD)
    assert user("disable", "rina") == 0
    assert not is_known(web)
    assert sign_in(web, PASSWORD) == 401
    assert user("enable", "rina") == 0
    assert sign_in(web, PASSWORD) == 303


def test_another_role_counts_from_the_next_sign_in(
    web: httpx.Client, user: Typed, db_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(web, PASSWORD)
    assert user("role", "rina", "viewer") == 0
    assert not is_known(web)
    assert "there is no administrator" in capsys.readouterr().out
    user("list")
    listed = capsys.readouterr().out
    assert re.search(r"^rina\s+viewer$", listed, re.MULTILINE)
    assert "hub user role NAME admin" in listed
    connection = database.read_only(db_path)
    told = [(row.action, row.subject, row.detail) for row in audit.rows(connection, Wanted(action="user"))]
    connection.close()
    assert told == [
        ("user.saved", "rina", '{"is_new":true,"role":"operator"}'),
        ("user.role_set", "rina", '{"role":"viewer","was":"operator"}'),
    ]


def test_the_first_administrator_begins_by_a_link_and_then_there_is_none(
    user: Typed, db_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert user("first-admin") == 0
    first = capsys.readouterr().out
    assert user("first-admin") == 0
    second = capsys.readouterr().out
    found = [re.search(r"http://127.0.0.1:8080(/mulai/\S+)", printed) for printed in (first, second)]
    older, link = [one[1] for one in found if one]
    with answering(db_path, clock=SystemClock()) as web:
        assert web.get(older).status_code == 404, "a newer link replaces it"
        form = {"name": "rina", "password": PASSWORD, "again": PASSWORD}
        assert web.post(link, data=form, follow_redirects=False).status_code == 303
        assert is_known(web)
    assert user("first-admin") == 2
    assert "there is an administrator already" in capsys.readouterr().err
    connection = database.read_only(db_path)
    everything = "".join(f"{row.subject}{row.detail}" for row in audit.all_rows(connection))
    connection.close()
    assert link.rsplit("/", 1)[1] not in everything


def test_a_name_that_is_taken_is_not_given_again_and_nobodys_password_changes(
    user: Typed, db_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert user("add", "rina", "--role", "viewer", typed=PASSWORD) == 0
    assert user("add", "Rina", "--role", "admin", typed="lain sama sekali") == 2
    assert "hub user password" in capsys.readouterr().err
    connection = database.read_only(db_path)
    assert people.verify_password(connection, name="rina", password=PASSWORD)
    assert not people.is_admin_there(connection)
    connection.close()


@pytest.mark.parametrize("words", [("role", "siapa", "viewer"), ("disable", "siapa"), ("password", "siapa")])
def test_nobody_of_that_name_is_exit_code_2(
    user: Typed, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert user(*words) == 2
    assert "nobody has this name" in capsys.readouterr().err


@pytest.mark.parametrize(
    "case",
    [
        ([PASSWORD, PASSWORD + "!"], "rina", "the passwords differ"),
        ([SHORT, SHORT], "rina", "password of 10 to"),
        ([PASSWORD, PASSWORD], " ", "Nama / name"),
    ],
)
def test_what_cannot_be_taken_is_exit_code_2_and_adds_nobody(
    config: Path, lines: list[str], user: Typed, case: tuple[list[str], str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    typed, name, told = case
    lines += typed
    assert user("add", name, "--role", "viewer") == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert not [line for line in typed if line in printed.err + printed.out]
    assert not (config.parent / "new").exists()


def test_ctrl_c_at_the_question_ends_in_words(
    user: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("getpass.getpass", stopped)
    assert user("add", "rina", "--role", "admin") == 130
    assert "Dihentikan / stopped" in capsys.readouterr().err


def test_where_nobody_sits_no_password_is_asked_for_in_the_open(
    user: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    assert user("add", "rina", "--role", "admin") == 2
    assert "--password-stdin" in capsys.readouterr().err


def test_a_password_that_is_no_utf_8_is_refused_in_words(
    user: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s\udce1ndi yang panjang\n"))
    assert user("add", "rina", "--role", "admin", "--password-stdin") == 2
    assert "UTF-8" in capsys.readouterr().err


def test_words_of_a_command_that_are_no_utf_8_are_refused(user: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    assert user("disable", "s\udce1ti") == 2
    assert "bukan UTF-8 / no UTF-8" in capsys.readouterr().err


def test_an_unknown_role_is_answered_with_the_roles_as_they_are_typed(
    user: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        user("role", "rina", "dewa")
    said = capsys.readouterr().err
    assert "Role." not in said
    assert "'shift-lead'" in said
