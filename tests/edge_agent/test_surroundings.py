"""What a config names outside itself is looked at before a technician leaves the pole."""

import os
from pathlib import Path

import pytest

from edge_agent.__main__ import main
from edge_agent.config import load
from tests.support.boxes import write_config

SERIES = "time,stage_cm\n2018-06-03T12:00:00Z,21.5\n2018-06-03T12:05:00Z,22\n"
REPLAY = '[gauge.g1]\ndriver = "replay"\n[gauge.g1.replay]\nfile = "creek.csv"\nmounted_offset_cm = 400.0\n'
TLS = '[hub]\nhost = "hub"\n[hub.tls]\nca = "ca.pem"\ncertificate = "box.pem"\nkey = "box.key"\n'
SIREN = '[siren]\npin = "XX"\ndriver = "mock"\n'


def test_everything_that_is_missing_around_a_config_is_told_in_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_config(tmp_path, gauge=REPLAY, extra=TLS + SIREN)
    assert main(["--check-config", "--config", str(path)]) == 2
    said = capsys.readouterr()
    assert "Konfigurasi benar" not in said.out
    keys = [line.removeprefix(f"{path}: ").split(": ")[0] for line in said.err.splitlines()[1:-1]]
    assert keys == ["gauge.g1.replay", "hub.tls.ca", "hub.tls.certificate", "hub.tls.key", "siren.pin"]


def test_with_everything_in_its_place_the_config_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(tmp_path, gauge=REPLAY, extra=TLS + SIREN.replace('"XX"', "17"))
    for name, text in (("creek.csv", SERIES), ("ca.pem", "x"), ("box.pem", "x"), ("box.key", "x")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["--check-config", "--config", str(path)]) == 0
    assert "Konfigurasi benar" in capsys.readouterr().out


def test_a_series_with_comma_decimals_is_told_before_the_box_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_config(tmp_path, gauge=REPLAY)
    (tmp_path / "creek.csv").write_text(SERIES.replace("21.5", "21,5"), encoding="utf-8")
    assert main(["--check-config", "--config", str(path)]) == 2
    assert "Write decimals with a point" in capsys.readouterr().err


def test_a_folder_in_memory_that_cannot_be_made_is_told_before_the_card_breaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config(tmp_path, gauge=REPLAY)
    (tmp_path / "creek.csv").write_text(SERIES, encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda folder, _mode: folder != tmp_path)  # as for a user that is not root
    assert main(["--check-config", "--config", str(path)]) == 2
    said = capsys.readouterr().err
    assert f"box.runtime: {tmp_path / 'memory'} cannot be written by this user ({tmp_path})" in said
    (tmp_path / "memory").mkdir()
    assert main(["--check-config", "--config", str(path)]) == 0


def test_a_siren_that_would_stutter_is_refused_by_the_check_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_config(tmp_path, gauge=REPLAY, extra='[siren]\npin = 17\ndriver = "mock"\nmax_on_s = 3\n')
    (tmp_path / "creek.csv").write_text(SERIES, encoding="utf-8")
    assert main(["--check-config", "--config", str(path)]) == 2
    assert "siren.max_on_s must be 5 or more, got 3: " in capsys.readouterr().err
    siren = load(path).siren
    assert siren is not None  # and the box itself starts
