"""The figure of the blur: which heads count, what is readable, and that the command says so when nothing is hidden."""

import json
from pathlib import Path

import numpy as np
import pytest

from edge_agent.stills import blur
from models.__main__ import main
from models.evaluation.heads import Head, heads_of, is_readable, readable_share
from models.evaluation.truth import LabelledPicture
from tests.support.labelled_folders import write_pictures
from tests.support.moving_pictures import person_box, with_person


def labelled(*boxes: tuple[str, float, float, float, float], crowd: bool = False) -> LabelledPicture:
    return LabelledPicture(
        file=Path("a.png"),
        name="a.png",
        width_px=200,
        height_px=100,
        box_xyxy_px=np.array([box[1:] for box in boxes], np.float64).reshape(-1, 4),
        labels=tuple(box[0] for box in boxes),
        is_crowd=np.full(len(boxes), crowd, np.bool_),
    )


def test_a_head_is_the_top_of_a_person_and_of_a_motorcycle_with_its_rider() -> None:
    person, rider = heads_of(labelled(("person", 0, 0, 20, 100), ("motorcycle", 100, 20, 200, 100)))
    assert person.box_xyxy == pytest.approx((0.02, 0.0, 0.08, 0.2))
    assert rider.box_xyxy == pytest.approx((0.5, 0.2, 1.0, 0.4))
    assert (person.height_px, rider.height_px) == (100, 80)


def test_small_ones_crowds_and_vehicles_have_no_head_to_be_read() -> None:
    assert not list(heads_of(labelled(("person", 0, 0, 20, 40), ("car", 0, 0, 100, 100))))
    assert not list(heads_of(labelled(("person", 0, 0, 20, 100), crowd=True)))


@pytest.mark.parametrize(("rows_hidden", "expected"), [(0, True), (6, True), (7, False), (10, False)])
def test_a_head_is_readable_while_more_than_three_tenths_of_it_are_as_they_were(
    rows_hidden: int,
    expected: bool,  # noqa: FBT001 - of the table above
) -> None:
    plain = np.full((50, 100, 3), 100, np.uint8)
    still = plain.copy()
    still[:rows_hidden, 50:] += 40
    head = Head(label="person", height_px=100.0, box_xyxy=(0.5, 0.0, 1.0, 0.2))
    assert is_readable(head, still=still, plain=plain) is expected


def test_a_difference_that_nobody_sees_hides_nothing() -> None:
    plain = np.full((50, 100, 3), 100, np.uint8)
    assert is_readable(
        Head(label="person", height_px=100.0, box_xyxy=(0.0, 0.0, 1.0, 0.2)), still=plain + np.uint8(3), plain=plain
    )
    assert readable_share(plain + np.uint8(1), plain) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a set of two pictures with one person each."""
    places = {"a.png": 40, "b.png": 380}
    write_pictures(
        tmp_path,
        {name: [("person", person_box(left))] for name, left in places.items()},
        images={name: with_person(left) for name, left in places.items()},
    )
    return tmp_path


def test_the_heads_of_a_folder_stay_unreadable_and_much_of_its_pictures_readable(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out.json"
    words = ["evaluate", str(folder), "--task", "blur", "--threads", "1", "--at-least", "1", "--json", str(out)]
    assert main(words) == 0, capsys.readouterr().out
    (one,) = json.loads(out.read_bytes())["sets"]
    assert one["rows"] == [{"label": "person", "over_px": 160.0, "to_px": None, "heads": 2, "readable": 0}]
    assert one["unreadable_share"] == 1
    assert 0.3 < one["readable_part"] < 1
    assert "2 kepala / heads, tak terbaca / unreadable 100.0 %" in capsys.readouterr().out


def test_with_the_blur_switched_off_the_command_fails(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blur, "blurred", lambda image, _found, **_purpose: blur.small(image))
    assert main(["evaluate", str(folder), "--task", "blur", "--threads", "1", "--at-least", "0.99"]) == 1
    assert "readable 2, tak terbaca / unreadable 0.0 %" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--task", "blur", "--html", "x.html", "--tiles", "2x2"], "--html, --tiles: tidak berlaku"),
        (["--task", "traffic", "--at-least", "0"], "--at-least: tidak berlaku"),
    ],
)
def test_an_option_of_the_other_task_is_refused(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(tmp_path), *words]) == 2
    assert told in capsys.readouterr().err


def test_without_anybody_labelled_there_is_no_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pictures(tmp_path, {"a.png": [("car", (1.0, 1.0, 9.0, 9.0))]})
    assert main(["evaluate", str(tmp_path), "--task", "blur"]) == 2
    assert "no person or rider labelled above 40 px" in capsys.readouterr().err
