"""`hub stations import` and `export`, as typed."""

import json
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


def test_a_city_is_taken_in_before_the_hub_ever_ran(tmp_path: Path) -> None:
    config, file = tmp_path / "hub.toml", tmp_path / "city.toml"
    config.write_text('home = "new/home"\n', encoding="utf-8")
    file.write_text(CITY, encoding="utf-8")
    assert main(["stations", "import", str(file), "--config", str(config)]) == 0


def test_a_home_that_cannot_be_made_is_told_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "hub.toml"
    config.write_text('home = "hub.toml/home"\n', encoding="utf-8")
    assert main(["stations", "export", "--config", str(config)]) == 2
    assert "home" in capsys.readouterr().err


def test_a_file_that_cannot_be_used_is_exit_code_2_and_changes_nothing(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY.replace("wai-ruhu-1", "Wai Ruhu"), encoding="utf-8")
    assert main(["stations", "--config", str(config), "import", str(file)]) == 2
    assert "stations[1].station" in capsys.readouterr().err
    assert main(["stations", "--config", str(config), "export"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "typed",
    [
        "stations import FILE --config HUB",
        "stations import --config HUB FILE",
        "stations --config HUB import FILE",
        "--config HUB stations import FILE",
        "stations import FILE --config=HUB",
    ],
)
def test_the_config_may_stand_where_one_types_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    words = typed.replace("FILE", str(file)).replace("HUB", str(config)).split()
    assert main(words) == 0
    assert (tmp_path / "hub.db").exists()
    assert main(["export" if word == "import" else word for word in words if word != str(file)]) == 0
    assert 'station = "wai-ruhu-1"' in capsys.readouterr().out


def test_without_a_config_the_one_in_the_home_is_taken(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAGAWAI_HOME", str(config.parent))
    assert main(["stations", "export", "--csv", "nodes"]) == 0
    assert capsys.readouterr().out == "node,quota_mb\n"


def test_a_quota_is_set_for_a_box_and_a_bad_one_is_refused(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "boxes.toml"
    for quota_mb, code in ((64, 0), (4, 2)):
        file.write_text(f'[[nodes]]\nnode = "n-7f3k2m9q"\nquota_mb = {quota_mb}\n', encoding="utf-8")
        assert main(["stations", "import", str(file), "--config", str(config)]) == code
    told = capsys.readouterr()
    assert "1 nodes" in told.out
    assert "nodes[1].quota_mb must be 8 to 1048576, got 4" in told.err
    assert main(["stations", "export", "--config", str(config)]) == 0
    assert capsys.readouterr().out == '[[nodes]]\nnode = "n-7f3k2m9q"\nquota_mb = 64\n'


def test_an_export_of_every_number_is_a_row_of_the_audit_log(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.toml"
    person = 'recipient = "rt-3"\nname = "Ketua RT 3"\nrole = "rt"\nchannel = "webhook"\ntarget = "http://127.0.0.1:9/"'
    file.write_text(f"[[recipients]]\n{person}\n", encoding="utf-8")
    assert main(["stations", "--config", str(config), "import", str(file)]) == 0
    for words in ((), ("--csv", "stations"), ("--csv", "recipients")):
        assert main(["stations", "--config", str(config), "export", *words]) == 0
    capsys.readouterr()
    assert main(["audit", "show", "--config", str(config), "--action", "number", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["subject"], row["detail"]["count"]) for row in rows] == [("*", 1)] * 2, "stations have no numbers"
