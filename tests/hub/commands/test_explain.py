import json
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.storage import alerts
from hub.storage.connection import Connection, write
from tests.support.alerts import changes_of, hub_database


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("JAGAWAI_HOME", str(tmp_path))
    (tmp_path / "hub.toml").write_text("", encoding="utf-8")
    connection = hub_database(tmp_path)
    with write(connection):
        for told in changes_of([100.0, 130.0, 140.0, 150.0, 180.0, 190.0, 200.0]):
            desk.on_station_change(connection, told, policy=AlertPolicy())
    return connection


def alert_id(connection: Connection) -> str:
    return alerts.list_open(connection)[0].alert_id


def test_every_decision_is_told_and_run_again(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", alert_id(connection).lower()]) == 0
    text = capsys.readouterr().out
    assert "raised  severity 1  by aturan: Waspada: 3 dari 5 bacaan di atas 120 cm" in text
    assert "rule 1, thresholds 3, re-run: same" in text
    assert "handed missing" in text
    assert text.endswith("all the same, bit for bit\n")


def test_a_decision_that_comes_out_different_is_shown_beside_it_and_fails(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    with write(connection):
        connection.execute(
            "UPDATE alert_events SET inputs = CAST(replace(inputs, '\"need\":[3,', '\"need\":[4,') AS BLOB)"
        )
    assert main(["explain", alert_id(connection)]) == 1
    text = capsys.readouterr().out
    assert "DIFFERS: the same inputs give another state" in text
    assert "then: {" in text
    assert "now:  {" in text


def test_json_holds_the_whole_record(connection: Connection, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["explain", alert_id(connection), "--json"]) == 0
    body = json.loads(capfdbinary.readouterr().out)
    assert body["is_same"] is True
    assert body["lines"][0]["inputs"]["inputs"]["act"] == "step"
    assert body["lines"][0]["rerun"]["is_same"] is True
    assert [hop["name"] for hop in body["hops"]][:3] == ["sample", "decided", "committed"]


def test_an_alert_that_is_not_there_is_said_so(connection: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert connection.total_changes
    assert main(["explain", "A-00000"]) == 1
    assert "There is no alert A-00000" in capsys.readouterr().err


def test_a_home_without_a_database_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAGAWAI_HOME", str(tmp_path))
    (tmp_path / "hub.toml").write_text("", encoding="utf-8")
    assert main(["explain", "A-00000"]) == 1
    assert "Start the hub once" in capsys.readouterr().err
