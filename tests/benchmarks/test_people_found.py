"""People of a set of pictures, by the model and by HOG."""

from pathlib import Path

from benchmarks.hog_people import HogPeople
from benchmarks.people_found import on_pictures
from models.evaluation.folder import read_folder
from tests.support.labelled_folders import write_pictures
from tests.support.moving_pictures import person_box, with_person


def test_both_are_held_against_the_same_people(tmp_path: Path) -> None:
    write_pictures(tmp_path, {"a.png": [("person", person_box(40))]}, images={"a.png": with_person(40)})
    (one,) = read_folder(tmp_path).sets
    ours, hog = on_pictures("people", one, HogPeople())
    assert (ours.name, hog.name) == ("people-people-ours", "people-people-hog")
    assert (ours.value, ours.detail["precision_percent"], ours.detail["people"]) == (100, 100, 1)
    assert hog.detail["people"] == 1


def test_a_set_in_which_nobody_is_labelled_has_no_figure(tmp_path: Path) -> None:
    write_pictures(tmp_path, {"a.png": [("car", (1.0, 1.0, 9.0, 9.0))]})
    (one,) = read_folder(tmp_path).sets
    assert not list(on_pictures("people", one, HogPeople()))
