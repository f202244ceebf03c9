"""`hub audit`, as typed."""

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from hub.__main__ import main
from hub.audit import showing
from hub.audit.log import of_shell
from hub.storage import connection as database
from hub.storage import life_mark, meta
from tests.support.audit_logs import NOW_MS, AuditLog, computed_anew


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    (tmp_path / "hub.toml").write_text('home = "."\n', encoding="utf-8")
    made = AuditLog(tmp_path / "hub.db")
    made.grow(3)
    return made


def audit(log: AuditLog, *words: str) -> int:
    return main(["audit", *words, "--config", str(log.path.parent / "hub.toml")])


def witness_file(log: AuditLog, **changes: object) -> Path:
    file = log.path.with_name(f"{len(list(log.path.parent.iterdir()))}.jsonl")
    file.write_text(json.dumps(msgspec.structs.asdict(log.witness()) | changes) + "\n")
    return file


def test_a_whole_log_is_exit_code_0_with_its_figures(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(log, "verify") == 0
    told = capsys.readouterr().out
    assert "Utuh: 4 baris dalam" in told
    assert "Whole: 4 rows in" in told
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


def test_a_box_that_says_what_is_not_so_is_told_with_how_many_agree_and_ends_nothing(
    log: AuditLog, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = [witness_file(log, node=node) for node in ("n-box002", "n-box003")]
    liar = witness_file(log, node="n-box009", hash="f" * 64)
    words = [word for file in (liar, *honest) for word in ("--witness", str(file))]
    assert audit(log, "verify", *words) == 1
    told = capsys.readouterr().out
    assert "DAMAGED: row 4 is contradicted; box n-box009 was shown row 4 as ffff" in told
    assert "1 witness of 1 box disagree, 2 boxes agree with row 4 or a later one" in told
    assert "RUSAK: baris 4 dibantah; kotak n-box009 diberi baris 4" in told
    assert "Chain: 4 rows in" in told


def test_an_honest_restore_is_exit_code_0_with_a_note(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    file = witness_file(log)
    log.restore_to(2)
    log.grow(3)
    assert audit(log, "verify", "--witness", str(file)) == 0
    told = capsys.readouterr().out
    assert "NOTE: 1 witness of 1 box disagree; their rows went with the restore that row 3 tells of" in told
    assert "CATATAN: 1 saksi dari 1 kotak tidak cocok" in told


def test_a_witness_of_another_hub_is_exit_code_1_and_named_as_that(
    log: AuditLog, capsys: pytest.CaptureFixture[str]
) -> None:
    file = witness_file(log, db_epoch="elsewhere", hash="f" * 64)
    assert audit(log, "verify", "--witness", str(file)) == 1
    told = capsys.readouterr().out
    assert "UNKNOWN DATABASE: 1 witness of 1 box disagree" in told
    assert "BASIS DATA TAK DIKENAL" in told


@pytest.mark.parametrize("left", [0, 2])
def test_a_log_that_was_emptied_or_cut_off_is_found_by_what_the_hub_has_shown(
    log: AuditLog, capsys: pytest.CaptureFixture[str], left: int
) -> None:
    with database.write(log.connection):
        showing.show_head(log.connection, now_ms=NOW_MS)
    assert audit(log, "verify") == 0
    log.put(log.rows()[:left])
    assert audit(log, "verify") == 1
    told = capsys.readouterr().out
    assert f"DAMAGED: rows {left + 1} to 4 were removed; the hub itself noted row 4" in told
    assert "hub sendiri mencatat baris 4" in told


def test_a_log_that_was_cut_off_is_found_by_the_mark_beside_the_database(
    log: AuditLog, capsys: pytest.CaptureFixture[str]
) -> None:
    life_mark.write_mark(log.connection, log.path)
    assert audit(log, "verify") == 0
    log.put(log.rows()[:3])
    life_mark.write_mark(log.connection, log.path)
    assert audit(log, "verify") == 1
    assert "DAMAGED: row 4 was removed; the hub itself noted row 4 at" in capsys.readouterr().out


def test_guards_that_are_missing_are_named(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    log.connection.execute("DROP TRIGGER audit_never_shrinks")
    assert audit(log, "verify") == 1
    told = capsys.readouterr().out
    assert "DAMAGED: guards of the log are missing: audit_never_shrinks." in told
    assert "RUSAK: penjaga log tidak ada lagi: audit_never_shrinks." in told


def test_what_a_box_has_written_gives_the_terminal_no_order(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    file = witness_file(log, db_epoch="x\x1b[1;31m", hash="z\x1b[2J\u202e")
    assert audit(log, "verify", "--witness", str(file)) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "x\\x1b[1;31m" in told


@pytest.mark.parametrize("change", [{"n": 0}, {"node": "n-evil\x1b[2J"}, {"hash": "f" * 129}, {"node": "hub"}])
def test_a_line_that_no_box_prints_is_refused(
    log: AuditLog, capsys: pytest.CaptureFixture[str], change: dict[str, object]
) -> None:
    assert audit(log, "verify", "--witness", str(witness_file(log, **change))) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_a_removed_row_is_exit_code_1_and_named(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    log.put([row for row in log.rows() if row.n != 3])
    assert audit(log, "verify") == 1
    assert "RUSAK: baris 3 dihapus.\nDAMAGED: row 3 was removed.\n" in capsys.readouterr().out


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


def test_nobody_is_called_by_a_formula_in_a_spreadsheet(log: AuditLog, capsys: pytest.CaptureFixture[str]) -> None:
    log.note(actor="=1+1")
    assert audit(log, "show", "--csv") == 0
    last = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))[-1]
    assert (last["actor"], last["n"]) == ("'=1+1", "5")


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
    with database.write(log.connection):
        meta.set_value(log.connection, "audit_shown", f'{{"at_ms":1,"head":{{"n":4,"hash":"{"0" * 64}"}}}}')
    assert audit(log, "verify") == 1
    assert "It had one" in capsys.readouterr().err


def test_imports_and_users_are_rows_of_who_typed_them(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, city = log.path.parent / "hub.toml", log.path.parent / "city.toml"
    monkeypatch.setattr("sys.stdin", io.StringIO("sungai naik malam ini\n"))
    assert main(["user", "add", "rina", "--role", "operator", "--password-stdin", "--config", str(config)]) == 0
    city.write_text('[[stations]]\nstation = "wai-ruhu-1"\nname = "Wai Ruhu 1"\noffset_cm = 300.0\n')
    assert main(["stations", "import", str(city), "--config", str(config)]) == 0
    city.write_text('[[bindings]]\nnode = "n-box001"\nsource = "g1"\nstation = "nowhere"\n')
    assert main(["stations", "import", str(city), "--config", str(config)]) == 2
    capsys.readouterr()
    rows = log.rows()[4:]
    assert [(row.action, row.subject, row.detail) for row in rows] == [
        ("user.saved", "rina", '{"is_new":true,"role":"operator"}'),
        ("city.imported", "city.toml", '{"stations":1}'),
    ]
    assert {row.actor for row in rows} == {of_shell()}
    assert of_shell().startswith("shell:")
    assert log.verify().damage is None
