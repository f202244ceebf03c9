"""Builds a model from its recipe: fetch, convert, hold against the original, quantise, hold against both, write.

The manifest, which names the file's digest, is written last and only after everything was measured: a folder whose
build broke off has none, or an older one that its files do not fit, and does not verify.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from PIL import Image

from models import golden
from models.conversion.convert import convert
from models.conversion.graph import read_graph
from models.errors import DisagreementError
from models.golden_scene import drawn
from models.manifest import FILE_NAME, Manifest, read_manifest
from models.quantization.footage import letterboxed, pictures_of
from models.quantization.int8 import quantised
from models.quantization.loss import Loss, loss_of
from models.quantization.selection import Footage, FootageList
from models.recipe import Recipe
from models.reference.original import run_original
from models.running import Session
from models.sources.cache import Cache
from models.writing import make_folder, told, write_whole

GOLDEN_COLOURS = 256
"""The golden picture is kept with a palette: a third of the bytes, and every reader gets the same pixels."""
PAPERS = ("CARD.md", "NOTICE", "recipe.toml")
TOLD_EVERY = 10
"""Calibration pictures between two lines of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build has made and measured."""

    folder: Path
    manifest: Manifest
    float32: list[golden.Difference]
    """Our float32 ONNX from the original runtime."""
    int8: list[golden.Difference]
    """Our int8 ONNX from the original runtime."""
    held_out: Loss
    """Int8 from float32 on footage that did not calibrate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """One build."""

    source: Path
    """The model's folder in the project: manifest, papers, golden reference."""
    recipe: Recipe
    out: Path
    cache_folder: Path
    footage: FootageList
    say: Callable[[str], None]
    """Is told what is being done."""
    is_with_reference: bool = False
    """Make the golden picture and the reference anew instead of taking those of `source`."""

    def build(self) -> Built:
        """Build the model into `out`.

        Raises:
            ModelsError: something cannot be fetched, converted, written, or is too far from its reference.
        """
        for folder in (self.out, self.cache_folder):  # before minutes of work for them
            make_folder(folder)
        manifest, recipe = read_manifest(self.source), self.recipe
        self.say(f"Mengubah / converting {recipe.graph.model} ...")
        plain = self._converted(manifest)
        self._lay_golden(manifest)
        float32 = self._differences(plain, manifest)
        self._verify_float32(float32)
        small = quantised(plain, self._calibration(manifest), recipe.int8)
        held_out = loss_of(plain, small, self._letterboxed(self.footage.held_out, manifest), manifest)
        int8 = self._differences(small, manifest)
        self._verify_int8(int8)
        finished = self._write(small, manifest)
        return Built(folder=self.out, manifest=finished, float32=float32, int8=int8, held_out=held_out)

    def _converted(self, manifest: Manifest) -> onnx.ModelProto:
        graph = self.recipe.graph
        return convert(
            read_graph(self._graph_path),
            entry=graph.entry,
            is_channels_last=graph.is_channels_last,
            outputs=graph.outputs,
            picture=manifest.input,
            name=manifest.name,
        )

    @property
    def _graph_path(self) -> Path:
        return self._cache.file(self.recipe.package, self.recipe.graph.model)

    @property
    def _cache(self) -> Cache:
        return Cache(self.cache_folder, say=self.say)

    def _lay_golden(self, manifest: Manifest) -> None:
        """Put golden pictures and the reference into `out`."""
        names = (*manifest.golden.pictures, manifest.golden.reference)
        if not self.is_with_reference:
            _copy(self.source, self.out, names)
            return
        picture = drawn(manifest.input.width_px, manifest.input.height_px)
        path = self.out / manifest.golden.pictures[0]
        make_folder(path.parent)
        with told(path):
            Image.fromarray(picture).quantize(GOLDEN_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        found = run_original(
            graph=self.recipe.graph,
            model=self._graph_path,
            manifest=manifest,
            pictures=golden.read_pictures(self.out, manifest),
            folder=self.cache_folder / "tensorflow-js",
            say=self.say,
        )
        places = golden.choose_places(found, manifest.decode)
        golden.write_values(self.out / manifest.golden.reference, golden.kept(found, places), places)

    def _differences(self, model: onnx.ModelProto, manifest: Manifest) -> list[golden.Difference]:
        reference = self.out / manifest.golden.reference
        found = Session(model.SerializeToString()).run(golden.read_pictures(self.out, manifest))
        kept = golden.kept(found, golden.read_places(reference))
        return golden.differences(kept, golden.read_values(reference), manifest.decode)

    def _verify_float32(self, float32: list[golden.Difference]) -> None:
        self.say("float32 dari aslinya / float32 from the original:")
        for difference in float32:
            self.say(difference.line())
            if difference.most > self.recipe.agreement.float32_most:
                raise DisagreementError(
                    f"{difference.output}: terlalu jauh dari aslinya / too far from the original: "
                    f"{difference.most:.2e}, at most {self.recipe.agreement.float32_most:.0e}. Periksa / Check "
                    "models/conversion."
                )

    def _verify_int8(self, int8: list[golden.Difference]) -> None:
        for difference in int8:
            if difference.is_score and difference.mean > self.recipe.agreement.int8_score_mean:
                raise DisagreementError(
                    f"{difference.output}: int8 terlalu jauh / is too far: mean {difference.mean:.2e}, at most "
                    f"{self.recipe.agreement.int8_score_mean:.0e}. Periksa kalibrasi / Check the calibration."
                )

    def _calibration(self, manifest: Manifest) -> Iterator[NDArray[np.uint8]]:
        pictures = self._letterboxed(self.footage.calibration, manifest)
        for number, picture in enumerate(pictures, start=1):
            if number % TOLD_EVERY == 0:
                self.say(f"Mengkalibrasi / calibrating: {number} gambar / pictures ...")
            yield picture

    def _letterboxed(self, footage: tuple[Footage, ...], manifest: Manifest) -> Iterator[NDArray[np.uint8]]:
        for piece in footage:
            for picture in pictures_of(piece, self._cache):
                yield letterboxed(picture, manifest.input)

    def _write(self, model: onnx.ModelProto, manifest: Manifest) -> Manifest:
        content = model.SerializeToString(deterministic=True)
        digest, size = hashlib.sha256(content).hexdigest(), len(content)
        write_whole(self.out / manifest.file, content)
        places = golden.read_places(self.out / manifest.golden.reference)
        found = Session(content).run(golden.read_pictures(self.out, manifest))
        golden.write_values(self.out / manifest.golden.outputs, golden.kept(found, places))
        _copy(self.source, self.out, PAPERS)
        finished = msgspec.structs.replace(manifest, sha256=digest, size_bytes=size)
        write_whole(self.out / FILE_NAME, msgspec.json.format(msgspec.json.encode(finished), indent=2) + b"\n")
        return finished


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    if source.resolve() == target.resolve():
        return
    for name in names:
        if (source / name).is_file():
            make_folder((target / name).parent)
            with told(target / name):
                shutil.copyfile(source / name, target / name)
