"""Verifies a model's folder: manifest, digest, whether a box would take it, golden outputs within tolerance."""

from dataclasses import dataclass
from pathlib import Path

from edge_agent.inference.errors import ModelError
from edge_agent.inference.fit import verify_model
from models import golden
from models.errors import DisagreementError, FitError
from models.manifest import Manifest, read_manifest, verify_file
from models.running import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A folder that was found whole."""

    manifest: Manifest
    file: Path
    outputs: list[golden.Difference]
    """From the golden outputs of our own file: 0 on the kind of processor that built it."""
    reference: list[golden.Difference]
    """From the original runtime: what int8 costs."""


def verify(folder: Path) -> Verified:
    """Return what was measured.

    Raises:
        ModelsError: something is missing, changed, or further off than the manifest allows.
    """
    manifest = read_manifest(folder)
    file = verify_file(folder, manifest)
    _verify_fit(folder)
    reference = folder / manifest.golden.reference
    found = Session(file).run(golden.read_pictures(folder, manifest))
    places = golden.read_places(reference)
    kept = golden.kept(found, places)
    outputs = golden.differences(kept, golden.read_values(folder / manifest.golden.outputs), manifest.decode)
    _verify_tolerance(outputs, manifest, file)
    against = golden.differences(kept, golden.read_values(reference), manifest.decode)
    return Verified(manifest=manifest, file=file, outputs=outputs, reference=against)


def _verify_fit(folder: Path) -> None:
    """Open it as a box does."""
    try:
        verify_model(folder)
    except ModelError as exc:
        raise FitError(str(exc)) from exc


def _verify_tolerance(outputs: list[golden.Difference], manifest: Manifest, file: Path) -> None:
    for difference in outputs:
        most = manifest.golden.score_tolerance if difference.is_score else manifest.golden.box_tolerance
        if difference.most > most:
            raise DisagreementError(
                f"{file}: keluaran emas {difference.output} berbeda / the golden output differs by "
                f"{difference.most:.2e}, at most {most:g}. Jangan pasang model ini di sini / Do not "
                "run this model on this machine."
            )
