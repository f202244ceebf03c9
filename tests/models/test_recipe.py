"""Recipes: what they must say, and that they speak of the same outputs as their manifests."""

from pathlib import Path

import pytest

from models.__main__ import main
from models.errors import RecipeError
from models.manifest import read_manifest
from models.quantization.selection import read_footage
from models.recipe import FILE_NAME, read_recipe
from tests.house.source_tree import ROOT

FOLDERS = sorted(path.parent for path in (ROOT / "models").glob(f"*/{FILE_NAME}"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_recipe_makes_the_outputs_that_its_manifest_reads(folder: Path) -> None:
    recipe, manifest = read_recipe(folder), read_manifest(folder)
    assert set(recipe.graph.outputs) == {name for pair in manifest.decode.pairs for name in pair}
    assert recipe.graph.model in recipe.package.files


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_models_papers_say_where_it_comes_from(folder: Path) -> None:
    package = read_recipe(folder).package
    notice = (folder / "NOTICE").read_text(encoding="utf-8")
    assert f"{package.name} {package.version}" in notice
    assert "Apache License" in notice
    assert "Raspberry Pi" in (folder / "CARD.md").read_text(encoding="utf-8")


def test_what_calibrates_does_not_measure() -> None:
    footage = read_footage()
    calibrating = {digest for piece in footage.calibration for digest in piece.package.files.values()}
    assert calibrating.isdisjoint({digest for piece in footage.held_out for digest in piece.package.files.values()})
    assert all(piece.file in piece.package.files for piece in (*footage.calibration, *footage.held_out))


def test_a_recipe_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "models/street" / FILE_NAME).read_text(encoding="utf-8")
    (tmp_path / FILE_NAME).write_text(text.replace("entry =", "entrance ="), encoding="utf-8")
    with pytest.raises(RecipeError, match="entrance"):
        read_recipe(tmp_path)


def test_a_missing_recipe_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="recipe cannot be read"):
        read_recipe(tmp_path)


def test_a_model_nobody_has_is_a_usage_error_that_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "river"]) == 2
    assert "There is: street, street_small" in capsys.readouterr().err
