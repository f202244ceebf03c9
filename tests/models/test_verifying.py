"""The committed model, run by onnxruntime on its golden picture."""

import re
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from models import golden
from models.__main__ import main
from models.errors import DigestError, DisagreementError, FitError, GoldenError
from models.golden_scene import drawn
from models.manifest import FILE_NAME, Manifest, read_manifest
from models.running import Session
from models.verifying import verify
from tests.house.source_tree import ROOT
from tests.support.model_folders import UNFIT, change_manifest

STREET = ROOT / "models/street"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the street model."""
    copy = tmp_path / "street"
    shutil.copytree(STREET, copy)
    return copy


def manifest_with(folder: Path, manifest: Manifest) -> None:
    (folder / FILE_NAME).write_bytes(msgspec.json.encode(manifest))


def test_the_committed_model_gives_its_golden_outputs_and_stays_near_the_original() -> None:
    verified = verify(STREET)
    scores = [difference for difference in verified.reference if difference.is_score]
    assert len(verified.outputs) == 6
    assert max(difference.mean for difference in scores) < 0.005
    assert max(difference.most for difference in verified.outputs if difference.is_score) <= 0.05


def test_it_sees_the_person_and_the_car_in_its_golden_picture_and_little_else() -> None:
    manifest = read_manifest(STREET)
    found = Session(STREET / manifest.file).run(golden.read_pictures(STREET, manifest))
    best = np.concatenate([found[scores][0] for scores, _ in manifest.decode.pairs]).max(axis=0)
    named = {name: float(best[index]) for index, name in enumerate(manifest.classes) if name}
    assert named.pop("person") > 0.7
    assert named.pop("car") > 0.5
    assert max(named.values()) < manifest.score_min


@pytest.mark.parametrize("name", ["street", "street_small"])
def test_the_golden_picture_is_the_drawn_one_and_no_photograph(name: str) -> None:
    folder = ROOT / "models" / name
    manifest = read_manifest(folder)
    drawing = drawn(manifest.input.width_px, manifest.input.height_px).astype(np.int16)
    (picture,) = golden.read_pictures(folder, manifest)
    assert np.abs(picture - drawing).mean() < 6, "a palette of 256 colours, and no more"


def test_a_batch_is_each_picture_by_itself() -> None:
    manifest = read_manifest(STREET)
    session = Session(STREET / manifest.file)
    picture = golden.read_pictures(STREET, manifest)
    both = np.concatenate([picture[:, ::-1], picture])
    together, alone = session.run(both), session.run(picture)
    for name, output in alone.items():
        np.testing.assert_allclose(together[name][1:], output, atol=1e-6)


def test_it_takes_any_size_whose_sides_the_coarsest_stride_divides() -> None:
    manifest = read_manifest(STREET)
    wide = golden.read_pictures(STREET, manifest)[:, :256].repeat(2, axis=2)[:, :, :640]
    found = Session(STREET / manifest.file).run(wide)
    assert manifest.input.step_px == 32
    assert {name: output.shape[1] for name, output in found.items() if name.startswith("scores")} == {
        "scores_8": 32 * 80,
        "scores_16": 16 * 40,
        "scores_32": 8 * 20,
    }


def test_verify_prints_both_figures_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(STREET)]) == 0
    said = capsys.readouterr().out
    assert read_manifest(STREET).sha256 in said
    assert said.count("scores_8") == 2
    assert said.endswith("utuh / whole\n")


def test_verify_gives_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(STREET), "--json"]) == 0
    figures = msgspec.json.decode(capsys.readouterr().out)
    assert [entry["output"] for entry in figures["reference"]][:2] == ["scores_8", "boxes_8"]


def test_a_folder_without_a_model_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "manifest cannot be read" in capsys.readouterr().err


def test_another_file_under_the_models_name_is_not_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "street.onnx").write_bytes(b"not this one")
    with pytest.raises(DigestError):
        verify(folder)
    assert main(["verify", str(folder)]) == 1
    assert "not the file of its manifest" in capsys.readouterr().err


def test_outputs_beyond_the_tolerance_are_refused(folder: Path) -> None:
    manifest = read_manifest(folder)
    places = golden.read_places(folder / manifest.golden.reference)
    values = golden.read_values(folder / manifest.golden.outputs)
    values["scores_16"][0, 3, 0] += 2 * manifest.golden.score_tolerance
    golden.write_values(folder / manifest.golden.outputs, values)
    assert set(places) == set(values)
    with pytest.raises(DisagreementError, match=r"scores_16.*differs by 1\.00e-01, at most 0\.05"):
        verify(folder)


def test_a_value_that_is_no_number_is_refused(folder: Path) -> None:
    manifest = read_manifest(folder)
    values = golden.read_values(folder / manifest.golden.outputs)
    values["boxes_8"][0, 0, 0] = np.nan
    golden.write_values(folder / manifest.golden.outputs, values)
    with pytest.raises(GoldenError, match=r"boxes_8.*not a number at 1 places"):
        verify(folder)


def test_a_golden_picture_of_another_size_is_refused(folder: Path) -> None:
    picture = folder / read_manifest(folder).golden.pictures[0]
    Image.new("RGB", (300, 300)).save(picture)
    with pytest.raises(GoldenError, match=r"must be \(416, 416, 3\), got \(300, 300, 3\)"):
        verify(folder)


def test_a_manifest_with_outputs_that_the_file_does_not_have_is_refused(folder: Path) -> None:
    manifest = read_manifest(folder)
    decode = msgspec.structs.replace(manifest.decode, scores=("scores_8", "scores_16", "scores_64"))
    manifest_with(folder, msgspec.structs.replace(manifest, decode=decode))
    with pytest.raises(FitError, match="scores_64 must be there") as caught:
        verify(folder)
    assert str(caught.value).count("boxes_16") == 1


@pytest.mark.parametrize("kind", UNFIT)
def test_a_folder_that_the_box_would_refuse_is_not_called_whole(
    kind: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil, told = UNFIT[kind]
    spoil(folder)
    assert main(["verify", str(folder)]) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert re.search(told, said.err)
    assert "asang ulang model" in said.err
    assert "E:onnxruntime" not in said.err


def test_an_input_that_the_graph_cannot_take_is_told_with_what_to_do(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change_manifest(folder, input__width_px=400, input__height_px=400)
    assert main(["verify", str(folder)]) == 2
    assert "width_px and height_px must be multiples of step_px 32, got 400 and 400" in capfd.readouterr().err
    change_manifest(folder, input__step_px=8)
    Image.new("RGB", (400, 400)).save(folder / read_manifest(folder).golden.pictures[0])
    assert main(["verify", str(folder)]) == 1
    said = capfd.readouterr().err
    assert "E:onnxruntime" not in said
    assert "Traceback" not in said
    assert "asang ulang" in said


def test_golden_places_that_no_output_has_are_refused(folder: Path) -> None:
    manifest = read_manifest(folder)
    reference = folder / manifest.golden.reference
    places, values = golden.read_places(reference), golden.read_values(reference)
    golden.write_values(reference, values, places | {"scores_64": places["scores_32"]})
    with pytest.raises(GoldenError, match=r"scores_64: .*got none.*Build or install"):
        verify(folder)
    golden.write_values(reference, values, places | {"scores_32": places["scores_32"] + 169})
    with pytest.raises(GoldenError, match=r"scores_32: .*got \[1, 169, 80\]"):
        verify(folder)


def test_outputs_that_the_golden_file_lacks_are_told_once(folder: Path) -> None:
    manifest = read_manifest(folder)
    values = golden.read_values(folder / manifest.golden.outputs)
    del values["scores_32"]
    golden.write_values(folder / manifest.golden.outputs, values)
    with pytest.raises(GoldenError, match=r"scores_32: .*expected none, got") as caught:
        verify(folder)
    assert "boxes_8" not in str(caught.value)


def test_a_file_that_is_no_onnx_is_refused_with_its_reason() -> None:
    with pytest.raises(GoldenError, match="onnxruntime menolaknya / refuses it"):
        Session(b"no model at all")
