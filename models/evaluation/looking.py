"""Both schemes over the pictures of a set, timed in turn."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.clock import Clock
from edge_agent.inference.detections import Detections
from edge_agent.inference.errors import InferenceError
from edge_agent.sightings.riders import join_riders
from models.evaluation.errors import DetectorError
from models.evaluation.figures import Seen
from models.evaluation.pictures import UnreadablePictureError, read_picture
from models.evaluation.remarks import Remarks
from models.evaluation.report import Time
from models.evaluation.schemes import Scheme, Schemes
from models.evaluation.surroundings import cpu_ms
from models.evaluation.truth import LabelledPicture

Tell = Callable[[str], None]
"""Takes a line of progress."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Took:
    """Time of one look."""

    ms: int
    cpu_ms: float
    """Of all threads of this process."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """What both schemes found in the pictures that could be read."""

    pictures: tuple[LabelledPicture, ...]
    baseline: tuple[Seen, ...]
    product: tuple[Seen, ...]
    time: Time | None


def look_at(
    pictures: Sequence[LabelledPicture], schemes: Schemes, *, clock: Clock, remarks: Remarks, tell: Tell
) -> Looked:
    """Look at each picture with both schemes, the one first and then the other, changing places.

    Args:
        pictures: of one set.
        schemes: of one model.
        clock: times them; the first picture, which sets up buffers, is looked at once more before.
        remarks: gets the pictures that are broken.
        tell: gets a line for each picture.

    Raises:
        DetectorError: the model gave what cannot be read.
    """
    usable: list[LabelledPicture] = []
    seen: dict[Scheme, list[Seen]] = {schemes.baseline: [], schemes.product: []}
    spent: dict[Scheme, list[Took]] = {schemes.baseline: [], schemes.product: []}
    both = [schemes.baseline, schemes.product]
    for number, picture in enumerate(pictures, start=1):
        tell(f"{number}/{len(pictures)} {picture.name}")
        try:
            image = read_picture(picture.file, width_px=picture.width_px, height_px=picture.height_px)
        except UnreadablePictureError:
            remarks.add("gambar rusak / picture is broken", picture.name)
            continue
        if not usable:
            for scheme in both:
                looked(scheme, image, picture.name, clock)
        usable.append(picture)
        for scheme in both[:: 1 if number % 2 else -1]:
            found, took = looked(scheme, image, picture.name, clock)
            seen[scheme].append(Seen(plain=found, joined=join_riders(found)))
            spent[scheme].append(took)
    return Looked(
        pictures=tuple(usable),
        baseline=tuple(seen[schemes.baseline]),
        product=tuple(seen[schemes.product]),
        time=_time(spent[schemes.baseline], spent[schemes.product]),
    )


def looked(scheme: Scheme, image: NDArray[np.uint8], name: str, clock: Clock) -> tuple[Detections, Took]:
    """Return what a scheme finds in a picture and what it took.

    Raises:
        DetectorError: names the picture.
    """
    before = Took(ms=clock.real_ms(), cpu_ms=cpu_ms())
    try:
        found = scheme.look(image)
    except InferenceError as exc:
        raise DetectorError(f"{name}: {exc}") from exc
    return found, Took(ms=clock.real_ms() - before.ms, cpu_ms=cpu_ms() - before.cpu_ms)


def _time(baseline: Sequence[Took], product: Sequence[Took]) -> Time | None:
    if not baseline:
        return None
    ms = [statistics.median(took.ms for took in each) for each in (baseline, product)]
    cpu = [statistics.fmean(took.cpu_ms for took in each) for each in (baseline, product)]
    return Time(
        pictures=len(baseline),
        baseline_ms=ms[0],
        product_ms=ms[1],
        ratio=ms[1] / max(1.0, ms[0]),
        baseline_cpu_ms=cpu[0],
        product_cpu_ms=cpu[1],
        cpu_ratio=cpu[1] / max(1e-3, cpu[0]),
    )
