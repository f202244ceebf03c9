"""A build from end to end, of a model small enough for every day; its package comes from a folder of the test."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models import golden
from models.__main__ import main
from models.building import Builder
from models.errors import DisagreementError, GoldenError, PlaceError
from models.manifest import FILE_NAME, Golden, Grid, Input, Manifest, Ssd, read_manifest
from models.quantization.selection import Footage, FootageList
from models.recipe import Agreement, GraphPart, Int8, Recipe
from models.sources.package import Package
from models.verifying import verify
from tests.support.tfjs_models import TfjsModel, numbers, text

SIDE = 8
CELLS = SIDE * SIDE
RNG = np.random.default_rng(416)
KERNELS = {"scores": RNG.normal(size=(3, 7)) / 100, "boxes": RNG.normal(size=(3, 4)) / 100}
"""1 by 1 convolutions: three colours to seven classes, and to four numbers of a box."""

MANIFEST = Manifest(
    name="tiny",
    task="street",
    release="1.0.0",
    file="tiny.onnx",
    sha256="0" * 64,
    size_bytes=1,
    licence="MIT",
    source="npm tiny 1.0.0",
    input=Input(
        name="image",
        width_px=SIDE,
        height_px=SIDE,
        fit="letterbox",
        pad=0,
        channels="rgb",
        mean=(9, 9, 9),
        scale=(1, 1, 1),
    ),
    decode=Ssd(
        scores="scores",
        boxes="boxes",
        grids=(Grid(side=SIDE, anchors=((0.1, 0.1),)),),
        variances=(10, 10, 5, 5),
        nms_iou=0.5,
    ),
    classes=("person", "bicycle", "motorcycle", "car", "bus", "truck", "boat"),
    score_min=0.5,
    golden=Golden(
        pictures=("golden/a.png",),
        reference="golden/reference.npz",
        outputs="golden/outputs.npz",
        score_tolerance=0.05,
        box_tolerance=1,
    ),
)


def computed(pictures: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return what the tiny model means, in numpy."""
    flat = pictures.reshape(len(pictures), CELLS, 3) - 9.0
    scores = 1 / (1 + np.exp(-flat @ KERNELS["scores"]))
    return {"scores": scores.astype(np.float32), "boxes": (flat @ KERNELS["boxes"]).astype(np.float32)}


def laid(folder: Path, package: Package, content: dict[str, bytes]) -> None:
    """Put files into a cache folder as if their package had been fetched."""
    for name, data in content.items():
        path = folder / package.folder_name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def package_of(name: str, content: dict[str, bytes]) -> Package:
    files = {path: hashlib.sha256(data).hexdigest() for path, data in content.items()}
    return Package(kind="npm", name=name, version="1.0.0", licence="MIT", files=files)


def weights(folder: Path) -> dict[str, bytes]:
    """Return the files of the tiny model's package."""
    model = TfjsModel()
    for name, kernel in KERNELS.items():
        filters = model.constant(f"{name}/k", kernel[np.newaxis, np.newaxis].astype("<f4"))
        made = model.node("Conv2D", "picture", filters, strides=numbers(1, 1, 1, 1), padding=text("SAME"))
        shape = model.whole(f"{name}/shape", 1, CELLS, kernel.shape[1])
        model.node("Reshape", made, shape, name=f"{name}/flat")
    model.node("Sigmoid", "scores/flat", name="scores/sigmoid")
    model.write(folder)
    return {name: (folder / name).read_bytes() for name in ("model.json", "weights.bin")}


@pytest.fixture
def builder(tmp_path: Path) -> Callable[..., Builder]:
    """Return a builder of the tiny model, whose reference may be shifted."""

    def make(*, shift: float = 0.0, int8_score_mean: float = 0.02) -> Builder:
        rng = np.random.default_rng(300)
        source, cache = tmp_path / "source", tmp_path / "cache"
        (source / "golden").mkdir(parents=True)
        content = weights(tmp_path)
        package = package_of("tiny", content)
        laid(cache, package, content)
        clips = []
        for name in ("calibration", "held_out"):
            path = tmp_path / f"{name}.png"
            blocks = rng.choice(np.array([0, 60, 200, 255], np.uint8), (4, 8, 3))
            Image.fromarray(blocks.repeat(10, axis=0).repeat(10, axis=1)).save(path)
            still = {path.name: path.read_bytes()}
            laid(cache, package_of(name, still), still)
            clips.append(Footage(file=path.name, package=package_of(name, still), tiles=2))
        Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)).save(source / "golden/a.png")
        reference = computed(golden.read_pictures(source, MANIFEST))
        places = golden.choose_places(reference, MANIFEST.decode)
        reference["scores"][0, places["scores"][0], 0] += np.float32(shift)
        golden.write_values(source / MANIFEST.golden.reference, golden.kept(reference, places), places)
        outputs = {"scores": "scores/sigmoid:0", "boxes": "boxes/flat:0"}
        recipe = Recipe(
            package=package,
            graph=GraphPart(model="model.json", entry="picture", is_channels_last=True, outputs=outputs),
            int8=Int8(operations=("Conv",), is_per_channel=True),
            agreement=Agreement(float32_most=1e-4, int8_score_mean=int8_score_mean),
        )
        (source / FILE_NAME).write_bytes(msgspec.json.encode(MANIFEST))
        (source / "CARD.md").write_text("tiny", encoding="utf-8")
        return Builder(
            source=source,
            recipe=recipe,
            out=tmp_path / "out",
            cache_folder=cache,
            footage=FootageList(calibration=(clips[0],), held_out=(clips[1],)),
            say=lambda _: None,
        )

    return make


def test_a_build_writes_a_folder_that_verifies_and_prints_what_it_measured(builder: Callable[..., Builder]) -> None:
    made = builder()
    built = made.build()
    assert max(difference.most for difference in built.float32) < 1e-5
    assert 0 < max(difference.most for difference in built.int8 if difference.is_score) < 0.1
    assert built.held_out.pictures == 5
    verified = verify(made.out)
    assert [difference.most for difference in verified.outputs] == [0, 0]
    assert verified.manifest == built.manifest == read_manifest(made.out)
    assert (made.out / "CARD.md").read_text(encoding="utf-8") == "tiny"


def test_the_same_frames_give_the_same_bytes(builder: Callable[..., Builder], tmp_path: Path) -> None:
    made = builder()
    first = made.build().manifest.sha256
    assert replace(made, out=tmp_path / "again").build().manifest.sha256 == first


def test_a_conversion_that_is_further_off_in_one_number_leaves_no_manifest(
    builder: Callable[..., Builder],
) -> None:
    made = builder(shift=1e-3)
    with pytest.raises(DisagreementError, match=r"scores: .*too far from the original: 1\.00e-03, at most 1e-04"):
        made.build()
    assert not (made.out / FILE_NAME).exists()


def test_a_quantisation_that_loses_too_much_leaves_no_manifest(builder: Callable[..., Builder]) -> None:
    made = builder(int8_score_mean=1e-9)
    with pytest.raises(DisagreementError, match=r"scores: int8 .*is too far"):
        made.build()
    assert not (made.out / FILE_NAME).exists()


@pytest.mark.parametrize("option", ["--cache", "--out"])
@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_fetched(
    option: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # whoever fetched would say that there is no npm
    (tmp_path / "file").touch()
    given = {"--cache": tmp_path / "cache", "--out": tmp_path / "out"} | {option: tmp_path / place}
    words = [str(word) for pair in given.items() for word in pair]
    assert main(["build", "street", *words]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{tmp_path / place}: tidak dapat ditulis / cannot be written: ")
    assert "Periksa folder, hak dan ruang / Check the folder, its rights and its space." in said


def test_a_file_that_cannot_be_written_on_the_way_is_told(builder: Callable[..., Builder]) -> None:
    made = builder()
    made.out.mkdir(parents=True)
    (made.out / MANIFEST.file).mkdir()  # a file cannot take its place
    with pytest.raises(PlaceError, match=rf"{MANIFEST.file}: tidak dapat ditulis / cannot be written: "):
        made.build()
    assert not (made.out / FILE_NAME).exists()
    (made.out / MANIFEST.file).rmdir()
    made.build()


def test_a_missing_reference_is_told(builder: Callable[..., Builder]) -> None:
    made = builder()
    (made.source / MANIFEST.golden.reference).unlink()
    with pytest.raises(GoldenError, match=r"reference\.npz.*golden file cannot be read"):
        made.build()
