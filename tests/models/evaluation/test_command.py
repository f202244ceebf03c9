"""The whole command, with the real model, on pictures and a clip with one person in them."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from tests.support.labelled_folders import write_counts, write_pictures
from tests.support.moving_pictures import STREET, person_box, with_person, write_clip

EVAL = "JAGAWAI_EVAL"
"""Environment: a folder of real sets for the nightly run."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a set of two pictures and a clip in which a person goes to the right over x=320."""
    places = {"images/a.png": 40, "images/b.png": 380}
    boxes = {name: [("person", person_box(left))] for name, left in places.items()}
    boxes["images/b.png"].append(("car", (10.0, 10.0, 60.0, 40.0)))
    write_pictures(tmp_path, boxes, images={name: with_person(left) for name, left in places.items()})
    write_counts(
        tmp_path / "clips",
        "walk.mp4,0,7,x=320,right,person,1",
        "walk.mp4,0,7,x=320,left,person,0",
        "walk.mp4,0,40,x=320,left,person,0",
    )
    write_clip(tmp_path / "clips" / "walk.mp4", [with_person(left) for left in range(40, 381, 48)])
    return tmp_path


def test_a_folder_becomes_a_table_figures_and_a_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, html = folder / "out.json", folder / "out.html"
    code = main(
        ["evaluate", str(folder), "--task", "traffic", "--json", str(out), "--html", str(html), "--threads", "1"]
    )
    printed = capsys.readouterr()
    assert code == 0, printed.err
    report = json.loads(out.read_bytes())
    (one,) = report["sets"]
    rows = {row["question"]: row for row in one["rows"]}
    assert set(rows) == {"person", "person_rider_joined", "car", "car_bus_truck"}
    for scheme in ("baseline", "product"):
        assert rows["person"][scheme]["recall"] == 1, "the model sees the person of its own golden picture"
        assert rows["car"][scheme]["recall"] == 0, "there is no car where the label says one"
    assert rows["car"]["at_precision"] is None, "a baseline that is right nowhere sets no bar"
    assert [(row["direction"], row["truth"], row["found"], row["error"]) for row in one["clips"][0]["by_class"]] == [
        ("right", 1, 1, 0),
        ("left", 0, 0, 0),
    ]
    assert one["remarks"] == [
        "1 × klip lebih pendek dari hitungannya / clip is shorter than what was counted: walk.mp4 0-40"
    ]
    assert report["model"]["sha256"] == json.loads((STREET / "manifest.json").read_bytes())["sha256"]
    assert set(report["machine"]["libraries"]) >= {"onnxruntime", "numpy"}
    assert one["time"]["pictures"] == 2
    assert "walk.mp4 0-7: 8 bingkai / frames, 10.0/s" in printed.out
    assert "1/2 images/a.png" in printed.err
    assert html.read_text(encoding="utf-8").count("data:image/jpeg") == 1


def test_a_bar_that_is_missed_ends_with_1_and_stands_in_table_figures_and_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, html = folder / "out.json", folder / "out.html"
    evaluate = ["evaluate", str(folder), "--task", "traffic", "--threads", "1", "--half", "even"]
    assert main([*evaluate, "--bar", "person=0", "--bar", "counts=0", "--bar", "ms=99"]) == 0
    assert capsys.readouterr().out.count("lulus / pass") == 3
    missed = [*evaluate, "--bar", "person=0", "--bar", "person=101", "--json", str(out), "--html", str(html)]
    assert main(missed) == 1
    report = json.loads(out.read_bytes())
    assert [one["is_met"] for one in report["bars"]] == [True, False]
    assert report["sets"][0]["pictures"] == 1, "the first of two"
    assert capsys.readouterr().out.count("GAGAL / MISS") == 1
    assert "GAGAL / MISS" in html.read_text(encoding="utf-8")


def test_nothing_to_evaluate_and_a_model_that_is_none_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(tmp_path), "--task", "traffic"]) == 2
    assert "nothing to evaluate" in capsys.readouterr().err
    write_pictures(tmp_path, {"a.png": []})
    assert main(["evaluate", str(tmp_path), "--task", "traffic"]) == 2
    assert "without any box" in capsys.readouterr().err
    write_pictures(tmp_path, {"a.png": [("car", (1.0, 1.0, 9.0, 9.0))]})
    assert main(["evaluate", str(tmp_path), "--task", "traffic", "--model", str(tmp_path)]) == 1
    assert f"{tmp_path / 'manifest.json'}: manifes model tidak dapat dibaca" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--at-precision", "1.2"], "diharapkan 0 sampai 1 / expected 0 to 1"),
        (["--at-precision", "bike=0.5"], "motorcycle_rider_joined"),
        (["--tiles", "5x1"], "1x1 to 4x4"),
        (["--threads", "0"], "expected a whole number from 1"),
        (["--bar", "bike=1"], "diharapkan / expected [SET:]WHAT=LIMIT"),
        (["--half", "third"], "even"),
        (["--task", "waste"], "traffic"),
    ],
)
def test_a_wrong_option_says_what_is_expected(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "x", "--task", "traffic", *words])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_result_that_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    write_pictures(
        folder, {"a.png": [("car", (1.0, 1.0, 9.0, 9.0))]}, images={"a.png": np.zeros((48, 64, 3), np.uint8)}
    )
    evaluate = ["evaluate", str(folder), "--task", "traffic", "--json"]
    assert main([*evaluate, str(tmp_path / "gone" / "out.json")]) == 1
    told = capsys.readouterr()
    assert "hasil tidak dapat ditulis / the result cannot be written" in told.err
    assert "a.png" not in told.err, "it is told before any work is done"
    (tmp_path / "out.json").mkdir()
    assert main([*evaluate, str(tmp_path / "out.json")]) == 1
    assert "Is a directory" in capsys.readouterr().err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out.json", "set"]


@pytest.mark.nightly
def test_every_set_of_a_folder_is_evaluated_whole(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # With JAGAWAI_EVAL these are real sets; without, the made one above.
    out, html = tmp_path / "out.json", tmp_path / "out.html"
    real = os.environ.get(EVAL, str(folder))
    code = main(["evaluate", real, "--task", "traffic", "--json", str(out), "--html", str(html)])
    assert code == 0, capsys.readouterr().err
    report = json.loads(out.read_bytes())
    assert report["sets"]
    for one in report["sets"]:
        asked = {row["question"]: row for row in one["rows"]}
        assert one["clips"] or asked, one["name"]
        for row in asked.values():
            assert 0 <= row["product"]["ap50"] <= 1
            assert row["baseline"]["recall_at_precision"] is None or row["at_precision"] > 0
    assert "<script" not in html.read_text(encoding="utf-8")


BARS = {
    "kathmandu-ratnapark": ("motorcycle_rider_joined=10", "car=0", "person=0", "person_rider_joined=0", "cpu_ms=2"),
    "toll-km39": ("car_bus_truck=10", "cpu_ms=2", "counts=1"),
    "sg-expressway": ("car=0", "cpu_ms=2"),
    "intel-clips": ("counts=1",),
}
"""Of the sets for which they were set; a set that is not there has no say."""
PUBLISHED = ("motorcycle_rider_joined=0.82", "person=0.49")
"""Precisions of the published baseline where they are harder than this run's own."""


@pytest.mark.nightly
@pytest.mark.skipif(EVAL not in os.environ, reason=f"{EVAL} names no folder of real sets")
@pytest.mark.parametrize("asked", [(), PUBLISHED], ids=["own", "published"])
def test_the_street_model_reaches_its_bars(asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(os.environ[EVAL])
    bars = [f"{name}:{bar}" for name, some in BARS.items() if (folder / name).is_dir() for bar in some]
    if not bars:
        pytest.skip(f"{folder} holds none of {', '.join(BARS)}")
    told = [word for bar in bars for word in ("--bar", bar)]
    code = main(
        ["evaluate", str(folder), "--task", "traffic", *told, *(w for one in asked for w in ("--at-precision", one))]
    )
    printed = capsys.readouterr().out
    print(printed)  # noqa: T201 -- today's figures
    assert code == 0, printed
