"""What a manifest may say, and what is told when it says something else."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import DigestError, ManifestError
from models.manifest import CLASSES, FILE_NAME, Ssd, read_manifest, verify_file
from tests.house.source_tree import ROOT

STREET = ROOT / "models/street"
FOLDERS = sorted(path.parent for path in (ROOT / "models").glob(f"*/{FILE_NAME}"))


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Return a folder whose manifest is that of the street model with some things changed."""

    def change(**values: Any) -> Path:
        manifest = json.loads((STREET / FILE_NAME).read_bytes())
        for key, value in values.items():
            part, _, inner = key.partition("__")
            if inner:
                manifest[part][inner] = value
            else:
                manifest[part] = value
        (tmp_path / FILE_NAME).write_text(json.dumps(manifest), encoding="utf-8")
        return tmp_path

    return change


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_manifest_of_the_project_names_its_folder_and_only_our_classes(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest.name == folder.name
    assert {name for name in manifest.classes if name} == set(CLASSES)


def test_the_anchors_of_the_small_model_are_as_many_as_its_outputs_have_places() -> None:
    decode = read_manifest(ROOT / "models/street_small").decode
    assert isinstance(decode, Ssd)
    assert decode.anchor_count == 1917


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"task": "waterline"}, r"`\$.task`"),
        ({"licence": ""}, r"`\$.licence`"),
        ({"sha256": "abc"}, r"`\$.sha256`"),
        ({"file": "../street.onnx"}, r"`\$.file`"),
        ({"file": "/etc/passwd"}, r"`\$.file`"),
        ({"release": "1"}, r"`\$.release`"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"classes": ["unicorn"]}, r"`\$.classes\[0\]`"),
        ({"classes": ["", ""]}, "at least one of person"),
        ({"score_min": 1.5}, r"`\$.score_min`"),
        ({"input__width_px": 0}, r"`\$.input.width_px`"),
        ({"input__channels": "grey"}, r"`\$.input.channels`"),
        ({"decode__kind": "yolo"}, r"`\$.decode.kind`"),
        ({"decode__strides": [8, 16]}, "equally long, got 2, 3, 3"),
    ],
    ids=str,
)
def test_a_manifest_that_cannot_be_is_refused_with_its_key(
    values: dict[str, Any], said: str, changed: Callable[..., Path]
) -> None:
    with pytest.raises(ManifestError, match=said) as told:
        read_manifest(changed(**values))
    assert FILE_NAME in str(told.value)
    assert "Install this model again" in str(told.value)


def test_a_missing_manifest_and_one_that_is_no_json_are_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read: No such file"):
        read_manifest(tmp_path)
    (tmp_path / FILE_NAME).write_text("{", encoding="utf-8")
    with pytest.raises(ManifestError, match="manifest is wrong"):
        read_manifest(tmp_path)


def test_the_committed_file_is_the_one_of_its_manifest() -> None:
    assert verify_file(STREET, read_manifest(STREET)) == STREET / "street.onnx"


def test_one_changed_bit_is_another_file(tmp_path: Path) -> None:
    manifest = read_manifest(STREET)
    content = bytearray((STREET / manifest.file).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / manifest.file).write_bytes(content)
    with pytest.raises(DigestError, match=f"expected {manifest.sha256}, got [0-9a-f]{{64}}.*models build street"):
        verify_file(tmp_path, manifest)


def test_a_file_cut_short_or_missing_is_told(tmp_path: Path) -> None:
    manifest = read_manifest(STREET)
    with pytest.raises(DigestError, match="cannot be read"):
        verify_file(tmp_path, manifest)
    shutil.copyfile(STREET / manifest.file, tmp_path / manifest.file)
    with (tmp_path / manifest.file).open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(DigestError, match=f"expected {manifest.size_bytes} bytes, got 1000 bytes"):
        verify_file(tmp_path, manifest)


def test_whoever_reads_a_manifest_loads_no_numbers_and_no_runtime() -> None:
    program = "import sys, models.manifest; print({'numpy', 'onnx', 'onnxruntime', 'PIL', 'av'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"
