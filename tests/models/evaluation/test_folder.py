import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.evaluation.errors import LabelFileError, NothingToEvaluateError
from models.evaluation.folder import read_folder
from models.evaluation.pictures import UnreadablePictureError, read_picture
from models.evaluation.truth import Axis, CountedLine, Direction
from tests.support.labelled_folders import write_counts, write_pictures

CAR = ("car", (1.0, 2.0, 10.0, 5.0))


def changed(label_file: Path, **values: object) -> None:
    """Put other values into a label file."""
    label_file.write_text(json.dumps(json.loads(label_file.read_bytes()) | values), encoding="utf-8")


def said(folder: Path) -> str:
    return "\n".join(one.sentence() for remarks in read_folder(folder).remarks.values() for one in remarks)


def test_one_set_or_a_parent_of_several_and_counts_belong_to_the_set_above_them(tmp_path: Path) -> None:
    write_pictures(tmp_path / "city" / "street", {"images/a.png": [CAR]})
    write_counts(tmp_path / "city" / "street" / "clips", "a.mp4,0,9,y=20,up,car,2")
    (tmp_path / "city" / "street" / "clips" / "a.mp4").write_bytes(b"film")
    write_counts(tmp_path / "city" / "bridge", "b.mp4,0,9,x=20.5,left,car,2")
    (tmp_path / "city" / "bridge" / "b.mp4").write_bytes(b"film")
    both = read_folder(tmp_path / "city")
    assert [(one.name, len(one.pictures), len(one.clips)) for one in both.sets] == [("bridge", 0, 1), ("street", 1, 1)]
    (alone,) = read_folder(tmp_path / "city" / "street").sets
    assert (alone.name, alone.pictures[0].labels) == ("street", ("car",))
    assert alone.pictures[0].box_xyxy_px.tolist() == [[1, 2, 11, 7]]
    (crossings,) = both.sets[0].clips[0].crossings
    assert (crossings.line, crossings.direction) == (CountedLine(axis=Axis.X, at_px=20.5), Direction.LEFT)


def test_a_folder_without_the_forms_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(NothingToEvaluateError, match=r"tidak ada .* / nothing to evaluate .*[\s\S]*annotations.json"):
        read_folder(tmp_path)
    with pytest.raises(NothingToEvaluateError, match="bukan folder / is no folder"):
        read_folder(tmp_path / "gone")


def test_labels_of_another_task_are_passed_over_by_name(tmp_path: Path) -> None:
    write_pictures(tmp_path / "bins", {"a.png": []}, categories=("garbage", "overflow"))
    with pytest.raises(NothingToEvaluateError, match="no class of traffic: garbage, overflow"):
        read_folder(tmp_path)
    write_pictures(tmp_path / "street", {"a.png": [CAR]})
    truth = read_folder(tmp_path)
    assert [one.name for one in truth.sets] == ["street"]
    assert "garbage" in truth.passed_over[0]


def test_an_unknown_class_is_named_and_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    boxes = [CAR, ("rickshaw", (3.0, 3.0, 9.0, 9.0)), ("rickshaw", (5.0, 3.0, 9.0, 9.0))]
    write_pictures(tmp_path, {"a.png": boxes}, categories=("rickshaw", "car"))
    assert read_folder(tmp_path).sets[0].pictures[0].labels == ("car",)
    assert "2 × kotak dengan kelas tak dikenal" in said(tmp_path)
    assert "rickshaw" in said(tmp_path)


def test_missing_empty_broken_and_strange_pictures_are_left_out_by_name(tmp_path: Path) -> None:
    label_file = write_pictures(tmp_path, {f"{name}.png": [CAR] for name in ("good", "gone", "empty", "text", "big")})
    (tmp_path / "gone.png").unlink()
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture")
    Image.new("RGB", (65, 48)).save(tmp_path / "big.png")
    images = json.loads(label_file.read_bytes())["images"]
    images.append({"id": 9, "file_name": "../good.png", "width": 64, "height": 48})
    changed(label_file, images=images)
    assert [one.name for one in read_folder(tmp_path).sets[0].pictures] == ["good.png"]
    told = said(tmp_path)
    for words in (
        "picture is missing: gone.png",
        "picture of zero size: empty.png",
        "no picture that can be read: text.png",
        "of another size than the label file says: big.png",
        "picture outside of the folder: ../good.png",
    ):
        assert words in told


def test_a_picture_that_would_fill_the_memory_is_called_too_large(tmp_path: Path) -> None:
    label_file = write_pictures(tmp_path, {"good.png": [CAR], "huge.png": [CAR]})
    Image.new("1", (16_000, 12_000)).save(tmp_path / "huge.png")
    images = json.loads(label_file.read_bytes())["images"]
    changed(label_file, images=[images[0], images[1] | {"width": 16_000, "height": 12_000}])
    assert [one.name for one in read_folder(tmp_path).sets[0].pictures] == ["good.png"]
    assert "terlalu besar / too large: at most 178 megapixels: huge.png" in said(tmp_path)


def test_pictures_without_any_box_are_told(tmp_path: Path) -> None:
    write_pictures(tmp_path / "bare", {"a.png": [], "b.png": []})
    assert not read_folder(tmp_path).has_answers
    write_pictures(tmp_path / "street", {"a.png": [CAR], "b.png": []})
    truth = read_folder(tmp_path)
    assert truth.has_answers
    (remark,) = truth.remarks["bare"]
    assert "annotations.json tanpa satu kotak pun" in remark.text
    assert "without any box" in remark.text
    assert truth.remarks["street"] == ()


def test_boxes_outside_of_the_picture_are_cut_or_left_out_and_told(tmp_path: Path) -> None:
    boxes = [("car", box) for box in ((60.0, 40.0, 20.0, 20.0), (70.0, 0.0, 5.0, 5.0), (5.0, 5.0, 0.0, 5.0))]
    write_pictures(tmp_path, {"a.png": [*boxes, ("car", (60.0, 40.0, 4.5, 8.0))]})
    assert read_folder(tmp_path).sets[0].pictures[0].box_xyxy_px.tolist() == [[60, 40, 64, 48], [60, 40, 64, 48]]
    told = said(tmp_path)
    assert "1 × kotak melewati tepi gambar, dipotong / box over the picture's edge, cut: a.png" in told
    assert "1 × kotak di luar gambar" in told
    assert "1 × kotak tanpa luas" in told


def test_a_label_file_of_another_tool_is_read_too(tmp_path: Path) -> None:
    label_file = write_pictures(tmp_path, {"a.png": [CAR]})
    labels = json.loads(label_file.read_bytes())
    labels["images"][0] |= {"width": 64.0, "license": 3}
    labels["categories"][3]["name"] = " Car"
    labels["annotations"][0] |= {"iscrowd": False, "segmentation": {"counts": "x"}, "bbox": [1, 2, 10, 5]}
    label_file.write_text(json.dumps(labels | {"info": {}}), encoding="utf-8-sig")
    write_pictures(tmp_path / "second", {"b.png": [CAR]}, categories=("car",))
    boxes = [one.pictures[0].box_xyxy_px.tolist() for one in read_folder(tmp_path).sets]
    assert boxes == [[[1, 2, 11, 7]]] * 2


def test_all_files_that_cannot_be_understood_are_named_at_once(tmp_path: Path) -> None:
    cut = write_pictures(tmp_path / "cut", {"a.png": [CAR]})
    cut.write_bytes(cut.read_bytes()[:-20])
    wrong = write_pictures(tmp_path / "wrong", {"a.png": [CAR]})
    changed(wrong, annotations=[{"image_id": 1, "category_id": 1, "bbox": [1, 2, "x", 4]}])
    twice = write_pictures(tmp_path / "twice", {"a.png": [CAR]})
    changed(twice, images=json.loads(twice.read_bytes())["images"] * 2)
    write_counts(tmp_path / "cells", "a.mp4,0,x,z=3,up,car,-1", "a.mp4,5,4,y=3,left,car,1,3-1", header=HEADER)
    write_counts(tmp_path / "columns", "a.mp4", header="clip")
    with pytest.raises(LabelFileError) as caught:
        read_folder(tmp_path)
    told = str(caught.value)
    for words in (
        f"{cut}: berkas label tidak dapat dipahami / the label file cannot be understood: Input data was truncated",
        "$.annotations[0].bbox[2]",
        "images.id 1 tercantum dua kali / stands twice",
        "last_frame harus / must be bilangan dari 0 / a whole number from 0, terbaca / got 'x'",
        "line harus / must be y=216 / x=320 (px), terbaca / got 'z=3'",
        "last_frame 4 sebelum / before first_frame 5",
        "direction left tidak cocok dengan garis / does not fit line y=3",
        "accept harus / must be 2 / 1-2",
        "kolom kurang / columns missing: first_frame",
    ):
        assert words in told, told


HEADER = "clip,first_frame,last_frame,line,direction,category,count,accept,about_frame"


def test_counts_may_be_unsure_and_further_columns_are_ignored(tmp_path: Path) -> None:
    rows = ("a.mp4,0,9,y=20,up,car,2,,75;207", "a.mp4,0,9,y=20,down,truck,1,1 – 2,", "a.mp4,0,9,y=20,down,cart,1,,")
    write_counts(tmp_path, *rows, "gone.mp4,0,9,y=20,up,car,2,,", header=HEADER)
    (tmp_path / "a.mp4").write_bytes(b"film")
    (clip,) = read_folder(tmp_path).sets[0].clips
    assert [(one.label, one.count, one.least, one.most) for one in clip.crossings] == [
        ("car", 2, 2, 2),
        ("truck", 1, 1, 2),
    ]
    assert "count of an unknown class, left out: cart" in said(tmp_path)
    assert "clip is missing or empty: gone.mp4" in said(tmp_path)


def test_a_count_that_stands_twice_is_refused(tmp_path: Path) -> None:
    write_counts(tmp_path, *["a.mp4,0,9,y=20,up,car,2"] * 2)
    with pytest.raises(LabelFileError, match="stands twice"):
        read_folder(tmp_path)


def test_a_turned_picture_is_turned_only_where_the_labels_were_drawn_so(tmp_path: Path) -> None:
    stored = np.zeros((48, 64, 3), np.uint8)
    stored[:24] = 255
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(stored).save(tmp_path / "a.jpg", exif=turned)
    assert read_picture(tmp_path / "a.jpg", width_px=64, height_px=48)[4, 32].min() > 240
    upright = read_picture(tmp_path / "a.jpg", width_px=48, height_px=64)
    assert (upright.shape, upright[32, 4].max() < 16, upright[32, 44].min() > 240) == ((64, 48, 3), True, True)


def test_a_picture_that_is_cut_off_is_told(tmp_path: Path) -> None:
    Image.effect_noise((64, 48), 80).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-900])
    with pytest.raises(UnreadablePictureError, match="gambar rusak / the picture is broken"):
        read_picture(tmp_path / "a.jpg", width_px=64, height_px=48)
