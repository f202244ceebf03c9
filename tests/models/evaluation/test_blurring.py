"""The figure of the blur: which heads count, what is readable, and that the command says so when nothing is hidden."""

import json
from pathlib import Path

import numpy as np
import pytest

from edge_agent.stills import blur
from models.__main__ import main
from models.evaluation.private_places import PrivatePlace, is_readable, private_places, readable_share
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
    person, rider = private_places(labelled(("person", 0, 0, 20, 100), ("motorcycle", 100, 20, 200, 100)))
    assert person.box_xyxy == pytest.approx((0.02, 0.0, 0.08, 0.2))
    assert rider.box_xyxy == pytest.approx((0.5, 0.2, 1.0, 0.4))
    assert (person.size_px, rider.size_px) == (100, 80)


def test_the_plate_of_a_vehicle_is_somewhere_on_its_lower_part() -> None:
    (bus,) = private_places(labelled(("bus", 20, 0, 120, 50)))
    assert bus.is_plate
    assert bus.box_xyxy == pytest.approx((0.1, 0.2, 0.6, 0.5))
    assert bus.size_px == 100


def test_small_ones_crowds_and_other_things_have_nothing_to_be_read() -> None:
    others = (("person", 0, 0, 100, 40), ("car", 0, 0, 40, 100), ("boat", 0, 0, 100, 100))
    assert not list(private_places(labelled(*others)))
    assert not list(private_places(labelled(("person", 0, 0, 20, 100), crowd=True)))


@pytest.mark.parametrize(("rows_hidden", "expected"), [(0, True), (6, True), (7, False), (10, False)])
def test_a_head_is_readable_while_more_than_three_tenths_of_it_are_as_they_were(
    rows_hidden: int,
    expected: bool,  # noqa: FBT001 - of the table above
) -> None:
    plain = np.full((50, 100, 3), 100, np.uint8)
    still = plain.copy()
    still[:rows_hidden, 50:] += 40
    head = PrivatePlace(label="person", size_px=100.0, box_xyxy=(0.5, 0.0, 1.0, 0.2))
    assert is_readable(head, still=still, plain=plain) is expected


def test_a_difference_that_nobody_sees_hides_nothing() -> None:
    plain = np.full((50, 100, 3), 100, np.uint8)
    assert is_readable(
        PrivatePlace(label="person", size_px=100.0, box_xyxy=(0.0, 0.0, 1.0, 0.2)),
        still=plain + np.uint8(3),
        plain=plain,
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
    assert one["rows"] == [{"label": "person", "over_px": 160.0, "to_px": None, "places": 2, "readable": 0}]
    assert one["unreadable_share"] == 1
    assert 0.3 < one["readable_part"] < 1
    assert "2 kepala / heads, tak terbaca / unreadable 100.0 %" in capsys.readouterr().out


def test_places_of_plates_have_a_figure_of_their_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is labelled as a car here is none: nothing finds it, so nothing hides it."""
    car = ("car", (500.0, 20.0, 600.0, 80.0))
    write_pictures(folder, {"a.png": [("person", person_box(40)), car]}, images={"a.png": with_person(40)})
    out = folder / "out.json"
    assert main(["evaluate", str(folder), "--task", "blur", "--threads", "1", "--json", str(out)]) == 0
    (one,) = json.loads(out.read_bytes())["sets"]
    assert (one["heads"], one["unreadable_share"]) == (1, 1)
    assert (one["vehicles"], one["plates_unreadable_share"]) == (1, 0)
    assert "1 tempat pelat / places of plates, tak terbaca / unreadable 0.0 %" in capsys.readouterr().out


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
