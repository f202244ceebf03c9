"""`hub level-check` runs the level rule on any series and says what is wrong with what it was given."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub.__main__ import main

THRESHOLDS = """
[thresholds]
version = 3
raise_cm = [120, 170, 220]
clear_cm = [112, 162, 212]
"""


def at(minute: int) -> str:
    return f"2025-11-21T{17 + minute // 60:02}:{minute % 60:02}:00+09:00"


def series(values: list[str], *, header: str = "time,stage_cm", every_min: int = 1) -> str:
    lines = [f"{at(every_min * place)},{value}" for place, value in enumerate(values)]
    return "\n".join([header, *lines]) + "\n"


class Bench:
    """A folder with a series and thresholds, and the command run on them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.csv, self.toml = folder / "series.csv", folder / "thresholds.toml"
        self.toml.write_text(THRESHOLDS, encoding="utf-8")
        self._capsys = capsys

    def run(self, text: str, *more: str) -> tuple[int, str, str]:
        """Write the series and return (exit code, output, errors)."""
        self.csv.write_text(text, encoding="utf-8")
        code = main(["level-check", str(self.csv), "--thresholds", str(self.toml), *more])
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, capsys)


def test_each_word_of_the_rule_is_a_row(bench: Bench) -> None:
    code, out, _ = bench.run(series(["100", "125", "126", "127", "230", "231", "232"]))
    assert code == 0
    assert out.splitlines() == [
        "at,severity,why",
        f"{at(0)},0,bacaan pertama 100 cm",
        f"{at(3)},1,3 dari 5 bacaan di atas 120 cm",
        f"{at(5)},3,2 dari 3 bacaan di atas 220 cm",
    ]


def test_json_is_one_list_of_the_same_rows(bench: Bench) -> None:
    _, out, _ = bench.run(series(["100", "125", "126", "127"]), "--json")
    assert json.loads(out) == [
        {"at": at(0), "severity": 0, "why": "bacaan pertama 100 cm"},
        {"at": at(3), "severity": 1, "why": "3 dari 5 bacaan di atas 120 cm"},
    ]


def test_a_series_at_five_minutes_needs_one_reading(bench: Bench) -> None:
    _, out, _ = bench.run(series(["100", "100", "230"], every_min=5))
    assert out.splitlines()[-1] == f"{at(10)},3,1 dari 1 bacaan di atas 220 cm"


def test_the_interval_may_be_given(bench: Bench) -> None:
    _, out, _ = bench.run(series(["100", "100", "230"], every_min=5), "--interval", "60")
    assert len(out.splitlines()) == 2


def test_flags_and_empty_values_are_heeded(bench: Bench) -> None:
    bad = series(["100,1", "230,4", "230,4", "230,4", ",9", ",", "100,3"], header="time,stage_cm,flag")
    _, out, _ = bench.run(bad)
    rows = [line.split(",", 2) for line in out.splitlines()[1:]]
    assert [row[1] for row in rows] == ["0", "0", "0"]
    assert rows[1][2] == "tidak ada bacaan layak selama 4 menit"
    assert rows[2][2] == '"bacaan layak kembali, 100 cm"'


def test_thresholds_may_stand_at_the_top_with_all_the_rest(bench: Bench) -> None:
    bench.toml.write_text(
        "raise_cm = [50, 70, 90]\nclear_cm = [45, 65, 85]\nhold_s = 60\n"
        "[persistence]\nof = [1, 1, 1]\nneed = [1, 1, 1]\n",
        encoding="utf-8",
    )
    _, out, _ = bench.run(series(["40", "95", "40", "40", "40"]))
    assert [line.split(",")[1] for line in out.splitlines()[1:]] == ["0", "3", "2", "1"]


def test_other_columns_are_left_alone(bench: Bench) -> None:
    code, out, _ = bench.run(f"rain_mm,time,stage_cm,label\n3,{at(0)},100,x\n")
    assert (code, out) == (0, f"at,severity,why\n{at(0)},0,bacaan pertama 100 cm\n")


def test_a_comma_behind_the_last_value_of_each_line_is_no_value(bench: Bench) -> None:
    code, out, _ = bench.run(series(["100,", "101,"]))
    assert (code, len(out.splitlines())) == (0, 2)


def at_seconds(seconds: int) -> str:
    return f"2025-11-21T{17 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}+09:00"


def timed(readings: list[tuple[int, float]]) -> str:
    return "\n".join(["time,stage_cm", *(f"{at_seconds(seconds)},{stage_cm}" for seconds, stage_cm in readings)]) + "\n"


def test_a_series_read_each_minute_in_peace_and_each_5_s_in_flood_is_judged_as_the_box_would(bench: Bench) -> None:
    readings = [(60 * minute, 100.0) for minute in range(10)]
    readings += [(600 + 5 * place, 130.0) for place in range(60)]
    readings += [(900 + 60 * minute, 230.0) for minute in range(10)]
    code, out, _ = bench.run(timed(readings))
    assert code == 0
    assert [(line.split(",")[0], line.split(",")[1]) for line in out.splitlines()[1:]] == [
        (at_seconds(0), "0"),
        (at_seconds(610), "2"),
        (at_seconds(960), "3"),
    ]


def test_a_minute_by_minute_stretch_of_a_slow_series_needs_more_than_one_reading(bench: Bench) -> None:
    readings = [(300 * place, 100.0) for place in range(20)]
    readings += [(6000 + 60 * minute, 230.0 if minute == 4 else 100.0) for minute in range(10)]
    _, out, _ = bench.run(timed(readings))
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize("place", [0, 9])
def test_a_hole_beside_the_first_or_the_last_reading_is_no_interval(bench: Bench, place: int) -> None:
    readings = [(60 * minute, 100.0) for minute in range(10)]
    readings = [(7200 + seconds, stage_cm) for seconds, stage_cm in readings]
    readings[place] = (0 if place == 0 else 14_400, 230.0)
    _, out, _ = bench.run(timed(readings))
    assert [line.split(",")[1] for line in out.splitlines()[1:]] == ["0"]


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    csv, toml = tmp_path / "series.csv", tmp_path / "thresholds.toml"
    toml.write_text(f"hold_s = 0\n{THRESHOLDS}", encoding="utf-8")
    csv.write_text(timed([(300 * place, 100.0 if place % 2 else 130.0) for place in range(80)]), encoding="utf-8")
    command = [sys.executable, "-m", "hub", "level-check", str(csv), "--thresholds", str(toml)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        said = child.stderr.read().decode()
        assert child.wait(timeout=30) == 0
    assert said == ""


@pytest.mark.parametrize(
    ("text", "code", "indonesian", "english"),
    [
        ("time,level\n", 2, "kolom stage_cm tidak ada", "no column stage_cm"),
        ("", 2, "kolom time, stage_cm tidak ada", "no column time, stage_cm"),
        ("time,stage_cm\n2025-11-21 17:00,5\n", 1, "baris 2, time: diharapkan waktu ISO 8601 dengan zona", "with zone"),
        (f"time,stage_cm\n{at(0)},tinggi\n", 1, "baris 2, stage_cm: diharapkan angka", "got 'tinggi'"),
        (f"time,stage_cm\n{at(0)},nan\n", 1, "baris 2, stage_cm", "line 2, stage_cm"),
        (f"time,stage_cm\n{at(1)},5\n{at(0)},5\n", 1, "baris 3, time: diharapkan lebih baru", "line 3, time"),
        ("time,stage_cm\n", 1, "tidak ada bacaan", "holds no reading"),
        (f"time,stage_cm\n{at(0)},219,9\n", 1, "baris 2: lebih banyak nilai daripada kolom", "with a point"),
        (f"time,stage_cm,flag\n{at(0)},219,9,1\n", 1, "tulis desimal dengan titik", "line 2: more values than columns"),
        (
            f"time,stage_cm,stage_cm\n{at(0)},5,6\n",
            2,
            "kolom stage_cm lebih dari satu",
            "more than one column stage_cm",
        ),
        (f"time,stage_cm,flag\n{at(0)},5,7\n", 1, "baris 2, flag: diharapkan 1, 2, 3, 4 atau 9", "got '7'"),
    ],
)
def test_a_series_that_cannot_be_read_is_named_in_both_languages(
    bench: Bench, text: str, code: int, indonesian: str, english: str
) -> None:
    found, out, err = bench.run(text)
    assert (found, out) == (code, "")
    assert indonesian in err
    assert english in err


@pytest.mark.parametrize(
    ("toml", "word"),
    [
        ("raise_cm = [1, 2]\nclear_cm = [0, 1, 2]\n", "raise_cm"),
        ("raise_cm = [3, 2, 1]\nclear_cm = [0, 1, 2]\n", "must rise"),
        ("[thresholds]\nversion = 1\nraise_cm = [1, 2, 3]\nclear_cm = [0, 1, 3]\n", "must be below"),
        ("raise_cm = [1, 2, 3]\n", "clear_cm is missing"),
        ("raise_c = [1, 2, 3]\nclear_cm = [0, 1, 2]\n", "Did you mean raise_cm?"),
        ("not toml", "no TOML"),
        ("hold_s = -5\nraise_cm = [1, 2, 3]\nclear_cm = [0, 1, 2]\n", "hold_s must be a number, 0 or more, got -5"),
        (f"hold_s = -5\n{THRESHOLDS}", "hold_s must be a number, 0 or more, got -5"),
    ],
)
def test_thresholds_that_cannot_be_used_are_exit_code_2(bench: Bench, toml: str, word: str) -> None:
    bench.toml.write_text(toml, encoding="utf-8")
    code, _, err = bench.run(series(["1"]))
    assert code == 2
    assert word in err
    assert "Berkas ambang tidak dapat dipakai" in err


def test_a_missing_file_is_exit_code_2(bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.csv"
    assert main(["level-check", str(missing), "--thresholds", str(bench.toml)]) == 2
    assert "Periksa nama berkas" in capsys.readouterr().err


def test_thresholds_that_are_not_there_are_no_config(bench: Bench) -> None:
    bench.toml.unlink()
    code, _, err = bench.run(series(["1"]))
    assert code == 2
    assert "Periksa nama berkas" in err
    assert "Check the path." in err
    assert "--config" not in err


@pytest.mark.parametrize("interval", ["0", "-5", "x", "90000", "nan"])
def test_an_interval_that_makes_no_sense_is_exit_code_2(bench: Bench, interval: str) -> None:
    with pytest.raises(SystemExit) as caught:
        bench.run(series(["1"]), f"--interval={interval}")
    assert caught.value.code == 2
