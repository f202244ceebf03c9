"""A model that is not there, is not whole, or does not fit its manifest."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import onnx
import pytest
from msgspec.structs import replace

from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import ModelError
from models.manifest import FILE_NAME, Gfl, Manifest
from tests.support.colour_models import STRIDES, Trouble, colour_model, tell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "colour"


def gfl(manifest: Manifest) -> Gfl:
    assert isinstance(manifest.decode, Gfl)
    return manifest.decode


def test_a_whole_model_opens_and_says_which_it_is(folder: Path) -> None:
    manifest = colour_model(folder)
    assert Detector.open(folder).digest == manifest.sha256[:12]


def test_a_folder_without_a_manifest_is_told(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.json: manifes model tidak dapat dibaca\. .* / .* cannot be read"):
        Detector.open(folder)


def test_a_model_file_that_was_cut_short_is_told_by_its_size(folder: Path) -> None:
    manifest = colour_model(folder)
    file = folder / manifest.file
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelError, match=f"expected {manifest.size_bytes} bytes, got {manifest.size_bytes - 1} bytes"):
        Detector.open(folder)


def test_a_model_file_with_one_other_bit_is_told_by_its_digest(folder: Path) -> None:
    manifest = colour_model(folder)
    content = bytearray((folder / manifest.file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / manifest.file).write_bytes(content)
    with pytest.raises(
        ModelError, match=rf"bukan berkas dari manifesnya.*expected {manifest.sha256}, got [0-9a-f]{{64}}"
    ):
        Detector.open(folder)


def test_a_file_that_is_no_model_is_told(folder: Path) -> None:
    manifest = colour_model(folder)
    (folder / manifest.file).write_bytes(b"no model")
    digest = hashlib.sha256(b"no model").hexdigest()
    tell(folder, replace(manifest, sha256=digest, size_bytes=8))
    with pytest.raises(
        ModelError, match=r"colour\.onnx: model tidak dapat dibuka\. .* / the model cannot be opened: .*Install"
    ):
        Detector.open(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda m: replace(m, input=replace(m.input, name="picture")),
            "input picture must be there, got image",
        ),
        (
            lambda m: replace(m, decode=replace(gfl(m), scores=("scores_8", "scores_9"))),
            "output scores_9 must be there, got boxes_16, boxes_8, scores_16, scores_8",
        ),
        (
            lambda m: replace(m, decode=replace(gfl(m), bins=5)),
            r"output boxes_8 must be \[N, 64, 20\] with N free, got \['N', 'cells_8', 16\]",
        ),
        (lambda m: replace(m, classes=("car", "person")), r"output scores_16 must be \[N, 16, 2\] with N free, got"),
        (
            lambda m: replace(m, decode=replace(gfl(m), strides=(4, 16))),
            r"model gagal pada gambar abu-abu\. .* / .* on grey",
        ),
    ],
    ids=["input", "output", "bins", "classes", "strides"],
)
def test_a_manifest_of_another_model_is_told_at_once(
    folder: Path, change: Callable[[Manifest], Manifest], words: str
) -> None:
    tell(folder, change(colour_model(folder)))
    with pytest.raises(ModelError, match=words) as caught:
        Detector.open(folder)
    assert "colour.onnx: model" in str(caught.value)
    assert "Install this model again" in str(caught.value) or "install the model again" in str(caught.value)


def test_all_that_does_not_fit_is_told_together(folder: Path) -> None:
    manifest = colour_model(folder)
    tell(folder, replace(manifest, classes=("car",), decode=replace(gfl(manifest), bins=7)))
    with pytest.raises(ModelError) as caught:
        Detector.open(folder)
    assert all(f"{kind}_{stride}" in str(caught.value) for kind in ("scores", "boxes") for stride in STRIDES)


def test_a_graph_of_one_size_must_not_claim_others(folder: Path) -> None:
    colour_model(folder, is_graph_free=False)
    with pytest.raises(ModelError, match=r"step_px is 16, so height and width must be free, got \['N', 64, 64, 3\]"):
        Detector.open(folder)


def test_a_graph_that_takes_one_picture_only_is_refused(folder: Path) -> None:
    manifest = colour_model(folder)
    graph = onnx.load(folder / manifest.file)
    graph.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    content = graph.SerializeToString()
    (folder / manifest.file).write_bytes(content)
    tell(folder, replace(manifest, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content)))
    with pytest.raises(
        ModelError, match=r"input image must be \[N, 64, 64, 3\] with N free, got \[1, 'height', 'width', 3\]"
    ):
        Detector.open(folder)


def test_a_graph_of_another_size_than_told_is_refused(folder: Path) -> None:
    manifest = colour_model(folder, is_graph_free=False, step_px=None)
    Detector.open(folder)
    tell(folder, replace(manifest, input=replace(manifest.input, width_px=128)))
    with pytest.raises(ModelError, match=r"input image must be \[N, 64, 128, 3\] with N free, got \['N', 64, 64, 3\]"):
        Detector.open(folder)


def test_a_model_that_gives_no_numbers_even_on_grey_is_refused(folder: Path) -> None:
    manifest = colour_model(folder, trouble=Trouble.NAN)
    tell(folder, replace(manifest, input=replace(manifest.input, pad=255)))
    with pytest.raises(ModelError, match=r"model gagal pada gambar abu-abu.*scores must be 0 to 1"):
        Detector.open(folder)


def test_an_unknown_key_of_a_manifest_is_told(folder: Path) -> None:
    manifest = colour_model(folder)
    told = msgspec.to_builtins(manifest)
    told["input"]["steps_px"] = 16
    (folder / FILE_NAME).write_bytes(msgspec.json.encode(told))
    with pytest.raises(ModelError, match="steps_px"):
        Detector.open(folder)
