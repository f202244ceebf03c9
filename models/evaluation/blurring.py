"""`models evaluate DIR --task blur`: how many labelled people and vehicles stay unreadable in the stills of a box.

Each picture becomes a still as the box makes one of a view whose purpose is the whole picture, the hardest case: on
every other view what is outside the purpose is coarse anyway.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract.clock import Clock, SystemClock
from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import InferenceError
from edge_agent.stills import blur
from edge_agent.stills.hiding import LEAST_SCORE
from models.errors import ModelsError
from models.evaluation.blur_report import FORM, BlurReport, BlurRow, BlurSet, encode, lines
from models.evaluation.errors import DetectorError, NothingToEvaluateError
from models.evaluation.folder import read_folder
from models.evaluation.looking import Tell
from models.evaluation.pictures import UnreadablePictureError, read_picture
from models.evaluation.private_places import OVER_PX, PrivatePlace, is_readable, private_places, readable_share
from models.evaluation.progress import Progress
from models.evaluation.remarks import Remarks
from models.evaluation.report import Model
from models.evaluation.surroundings import this_machine
from models.evaluation.truth import EvaluationSet, LabelledPicture
from models.manifest import read_manifest

DONE, BELOW = 0, 1
SIZES_PX = ((OVER_PX, 80.0), (80.0, 160.0), (160.0, float("inf")))
"""Of a labelled box, above the one and up to the other: its height, of a vehicle its width."""
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One head or place of a plate, and whether it can be read."""

    place: PrivatePlace
    is_readable: bool


def evaluate(args: argparse.Namespace) -> tuple[int, bytes]:
    """Print the figures of a folder; return the exit code and the figures as JSON.

    Raises:
        NothingToEvaluateError: nobody above the least height is labelled in it.
        DetectorError: the model cannot be opened, or gave what cannot be read.
    """
    truth = read_folder(args.folder)
    clock = SystemClock()
    progress = Progress(sys.stderr, clock)
    detector, model = _opened(args.model, threads=args.threads)
    sets = tuple(
        _of_set(one, tuple(remark.sentence() for remark in truth.remarks[one.name]), detector, progress.tell)
        for one in truth.sets
        if one.pictures
    )
    progress.end()
    report = _report(sets, model, clock, folder=args.folder)
    sys.stdout.write("\n".join(lines(report)) + "\n")
    shares = [one.unreadable_share for one in report.sets if one.unreadable_share is not None]
    if args.at_least is not None and min(shares) < args.at_least:
        sys.stdout.write(f"di bawah / below {100 * args.at_least:g} %\n")
        return BELOW, encode(report)
    return DONE, encode(report)


def _opened(folder: Path, *, threads: int) -> tuple[Detector, Model]:
    try:
        manifest = read_manifest(folder)
        detector = Detector.open(folder, threads=threads)
    except (ModelsError, InferenceError) as exc:
        raise DetectorError(str(exc)) from exc
    told = Model(name=manifest.name, release=manifest.release, sha256=manifest.sha256, licence=manifest.licence)
    return detector, told


def _of_set(one: EvaluationSet, words: tuple[str, ...], detector: Detector, tell: Tell) -> BlurSet:
    remarks = Remarks()
    judged: list[Judged] = []
    shares: list[float] = []
    for number, picture in enumerate(one.pictures, start=1):
        tell(f"{one.name}: {number}/{len(one.pictures)} {picture.name}")
        try:
            found, share = _of_picture(picture, detector)
        except UnreadablePictureError:
            remarks.add("gambar rusak / picture is broken", picture.name)
            continue
        judged += found
        shares.append(share)
    heads, plates = ([one for one in judged if one.place.is_plate is wanted] for wanted in (False, True))
    return BlurSet(
        name=one.name,
        pictures=len(shares),
        heads=len(heads),
        unreadable_share=_unreadable(heads),
        vehicles=len(plates),
        plates_unreadable_share=_unreadable(plates),
        readable_part=float(np.mean(shares)) if shares else 0.0,
        rows=tuple(_rows(judged)),
        remarks=(*words, *(remark.sentence() for remark in remarks.all())),
    )


def _of_picture(picture: LabelledPicture, detector: Detector) -> tuple[list[Judged], float]:
    """Return the private places of a picture, and the part of it that stays readable."""
    image = read_picture(picture.file, width_px=picture.width_px, height_px=picture.height_px)
    try:
        found = detector.hints(image, score_min=LEAST_SCORE)
    except InferenceError as exc:
        raise DetectorError(f"{picture.name}: {exc}") from exc
    still, plain = blur.blurred(image, found, purpose=WHOLE), blur.small(image)
    judged = [
        Judged(place=place, is_readable=is_readable(place, still=still, plain=plain))
        for place in private_places(picture)
    ]
    return judged, readable_share(still, plain)


def _rows(judged: Sequence[Judged]) -> list[BlurRow]:
    """Return a row for each label and size that somebody or something has."""
    rows = []
    for label in sorted({one.place.label for one in judged}):
        for over_px, to_px in SIZES_PX:
            some = [one for one in judged if one.place.label == label and over_px < one.place.size_px <= to_px]
            if some:
                readable = sum(one.is_readable for one in some)
                top_px = None if to_px == float("inf") else to_px
                rows.append(BlurRow(label=label, over_px=over_px, to_px=top_px, places=len(some), readable=readable))
    return rows


def _unreadable(judged: Sequence[Judged]) -> float | None:
    return 1.0 - sum(one.is_readable for one in judged) / len(judged) if judged else None


def _report(sets: tuple[BlurSet, ...], model: Model, clock: Clock, *, folder: Path) -> BlurReport:
    if not any(one.heads for one in sets):
        raise NothingToEvaluateError(
            f"{folder}: tidak ada orang atau pengendara berlabel di atas / no person or rider labelled above "
            f"{OVER_PX:g} px. Beri kotak pada orang / put boxes on people: docs/models.md."
        )
    return BlurReport(
        form=FORM, task="blur", made_ms=clock.now_ms(), model=model, machine=this_machine(),
        least_score=LEAST_SCORE, still_width_px=blur.STILL_WIDTH_PX, sets=sets,
    )  # fmt: skip
