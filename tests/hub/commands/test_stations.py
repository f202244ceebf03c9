"""`hub stations import` and `export`, as typed."""

from pathlib import Path

import pytest

from hub.__main__ import main

CITY = """
[[stations]]
station = "wai-ruhu-1"
name = "Wai Ruhu 1"
offset_cm = 300.0

[[thresholds]]
station = "wai-ruhu-1"
version = 1
raise_cm = [120, 170, 220]
clear_cm = [112, 162, 212]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    file.write_text('home = "."\n', encoding="utf-8")
    return file


def test_what_is_imported_can_be_exported(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    assert main(["stations", "--config", str(config), "import", str(file)]) == 0
    assert "1 stations, 1 thresholds" in capsys.readouterr().out
    assert main(["stations", "--config", str(config), "export"]) == 0
    exported = capsys.readouterr().out
    assert 'station = "wai-ruhu-1"' in exported
    assert "raise_cm = [120.0,170.0,220.0]" in exported
    assert main(["stations", "--config", str(config), "export", "--csv", "stations"]) == 0
    assert capsys.readouterr().out.startswith("station,name,offset_cm,river")


def test_a_file_that_cannot_be_used_is_exit_code_2_and_changes_nothing(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY.replace("wai-ruhu-1", "Wai Ruhu"), encoding="utf-8")
    assert main(["stations", "--config", str(config), "import", str(file)]) == 2
    assert "stations[1].station" in capsys.readouterr().err
    assert main(["stations", "--config", str(config), "export"]) == 0
    assert capsys.readouterr().out == ""
