"""`hub user token`, as typed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.clock import SystemClock
from hub.__main__ import main
from hub.storage import audit
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.webs import answering

Typed = Callable[..., int]
ACT = "/api/v1/alerts/none/acknowledge"


@pytest.fixture
def db_path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "hub.db"


@pytest.fixture
def token(tmp_path: Path) -> Typed:
    """`hub user token …` of a hub."""
    file = tmp_path / "hub.toml"
    file.write_text('home = "home"\n', encoding="utf-8")
    return lambda *words: main(["user", "token", *words, "--config", str(file)])


def test_a_token_does_what_its_scopes_say_until_it_is_revoked(
    token: Typed, db_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert token("add", "pusdalops", "--scopes", "look,acknowledge", "--days", "7") == 0
    found = re.search(r"Bearer (\S{43})$", capsys.readouterr().out, re.MULTILINE)
    assert found is not None
    headers, seen = {"Authorization": found[0]}, {"seen_version": 1}
    with answering(db_path, clock=SystemClock(), is_open=False) as web:
        assert web.get("/api/v1/stations", headers=headers).status_code == 200
        assert web.get("/api/v1/nodes", headers=headers).status_code == 403
        assert web.post(ACT, json=seen, headers=headers).status_code == 404
        shelf = {"seen_version": 1, "minutes": 15, "why": "uji"}
        assert web.post("/api/v1/alerts/none/shelve", json=shelf, headers=headers).status_code == 403
        assert token("revoke", "pusdalops") == 0
        assert web.get("/api/v1/stations", headers=headers).status_code == 401
    connection = database.read_only(db_path)
    rows = list(audit.rows(connection, Wanted(action="token")))
    connection.close()
    assert [(row.action, row.subject) for row in rows] == [("token.made", "pusdalops"), ("token.revoked", "pusdalops")]
    assert '"rights":"look,acknowledge"' in rows[0].detail
    assert found[1] not in rows[0].detail


def test_a_screen_gets_a_link_for_one_address(token: Typed, db_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert token("add", "dinding-1", "--wall", "--address", "192.0.2.7") == 0
    found = re.search(r"http://127.0.0.1:8080(/layar/\S{43})$", capsys.readouterr().out, re.MULTILINE)
    assert found is not None
    for place, status in (("192.0.2.7", 303), ("192.0.2.8", 404)):
        with answering(db_path, clock=SystemClock(), is_open=False, place=place) as web:
            assert web.get(found[1], follow_redirects=False).status_code == status
    assert token("list") == 0
    printed = capsys.readouterr().out
    assert re.search(r"^dinding-1\s+\d{4}-\d\d-\d\d  look  192\.0\.2\.7$", printed, re.MULTILINE)
    assert found[1].rsplit("/", 1)[1] not in printed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "a", "--scopes", "look,semua"), "'semua'"),
        (("add", "a", "--scopes", "open"), "'open'"),
        (("add", "a", "--scopes", "look", "--days", "500"), "--days"),
        (("add", "a", "--scopes", "look", "--address", "192.0.2.7"), "belong together"),
        (("add", "a", "--wall"), "belong together"),
        (("add", "a", "--wall", "--address", "dinding"), "IP address"),
        (("revoke", "a"), "no such token"),
    ],
)
def test_what_is_no_token_is_exit_code_2(
    token: Typed, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert token(*words) == 2
    assert told in capsys.readouterr().err


def test_a_token_takes_nobodys_name(token: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    assert token("add", "pusdalops", "--scopes", "look") == 0
    assert token("add", "Pusdalops", "--scopes", "acknowledge") == 2
    assert "is taken" in capsys.readouterr().err
