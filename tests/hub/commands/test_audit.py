"""`hub audit`, as typed."""

import csv
import io
import json
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.audit.log import of_shell
from tests.support.audit_logs import AuditLog, computed_anew


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    (tmp_path / "hub.toml").write_text('home = "."\n', encoding="utf-8")
    made = AuditLog(tmp_path / "hub.db")
    made.grow(3)
    return made


def audit(log: AuditLog, *words: str) -> int:
    return main(["audit", *words, "--config", str(log.path.parent / "hub.toml")])


def witness_file(log: AuditLog, name: str = "box.jsonl") -> Path:
    seen = log.witness()
    file = log.path.with_name(name)
    file.write_text(json.dumps({field: getattr(seen, field) for field in seen.__struct_fields__}) + "\n")
    return file


def test_a_whole_log_is_exit_code_0_with_its_figures(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(log, "verify") == 0
    told = capsys.readouterr().out
    assert "whole: 4 rows in" in told
    assert "edge-agent witness" in told
    assert audit(log, "verify", "--witness", str(witness_file(log))) == 0
    assert "1 of 1 witnesses agree" in capsys.readouterr().out


def test_a_log_computed_anew_is_exit_code_1_and_names_the_box(
    log: AuditLog, capsys: pytest.CaptureFixture[str]
) -> None:
    file = witness_file(log)
    log.put(computed_anew([*log.rows()[:2], log.rows()[3], log.rows()[2]]))
    assert audit(log, "verify") == 0
    assert audit(log, "verify", "--witness", str(file)) == 1
    told = capsys.readouterr().out
    assert "DAMAGED: the log was written anew from one of rows 1 to 4" in told
    assert "box n-box001 was shown row 4" in told


def test_a_removed_row_is_exit_code_1_and_named(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    log.put([row for row in log.rows() if row.n != 3])
    assert audit(log, "verify") == 1
    assert "DAMAGED: row 3 was removed" in capsys.readouterr().out


def test_rows_are_shown_as_lines_json_and_csv(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    log.note(actor="Yan\x1b[2J")
    assert audit(log, "show", "--actor", "Yan\x1b[2J") == 0
    line = capsys.readouterr().out
    assert "Yan\\x1b[2J  alert.acknowledged  A-7K3Q9" in line
    assert audit(log, "show", "--json", "--action", "alert") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["n"] for row in rows] == [2, 3, 4, 5]
    assert rows[0]["detail"] == {}
    assert audit(log, "show", "--csv") == 0
    sheet = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["hash"] for row in sheet] == [row.hash for row in log.rows()]
    assert audit(log, "show", "--since", "2030-01-01") == 0
    assert not capsys.readouterr().out


def test_a_file_that_holds_no_witnesses_is_exit_code_2_with_every_line(
    log: AuditLog, capsys: pytest.CaptureFixture[str]
) -> None:
    file = witness_file(log)
    file.write_text(file.read_text() + "halo\n{}\n")
    assert audit(log, "verify", "--witness", str(file)) == 2
    told = capsys.readouterr().err
    assert f"{file}:2:" in told
    assert f"{file}:3:" in told
    assert audit(log, "verify", "--witness", str(file) + "x") == 2


def test_a_database_without_a_log_says_what_to_do(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    log.connection.execute("DROP TABLE audit")
    assert audit(log, "verify") == 1
    assert "start this hub once" in capsys.readouterr().err


def test_imports_and_users_are_rows_of_who_typed_them(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, city = log.path.parent / "hub.toml", log.path.parent / "city.toml"
    monkeypatch.setattr("sys.stdin", io.StringIO("sungai naik malam ini\n"))
    assert main(["user", "add", "rina", "--password-stdin", "--config", str(config)]) == 0
    city.write_text('[[stations]]\nstation = "wai-ruhu-1"\nname = "Wai Ruhu 1"\noffset_cm = 300.0\n')
    assert main(["stations", "import", str(city), "--config", str(config)]) == 0
    city.write_text('[[bindings]]\nnode = "n-box001"\nsource = "g1"\nstation = "nowhere"\n')
    assert main(["stations", "import", str(city), "--config", str(config)]) == 2
    capsys.readouterr()
    rows = log.rows()[4:]
    assert [(row.action, row.subject, row.detail) for row in rows] == [
        ("user.saved", "rina", '{"is_new":true}'),
        ("city.imported", "city.toml", '{"stations":1}'),
    ]
    assert {row.actor for row in rows} == {of_shell()}
    assert of_shell().startswith("shell:")
    assert log.verify().damage is None
