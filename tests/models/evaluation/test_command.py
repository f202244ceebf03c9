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


def test_nothing_to_evaluate_and_a_model_that_is_none_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(tmp_path), "--task", "traffic"]) == 2
    assert "nothing to evaluate" in capsys.readouterr().err
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
