"""Real clips that a person has counted, through the real detector: within one vehicle at each line and direction.

The folder is that of `JAGAWAI_EVAL`; any `counts.csv` in it (clip, first_frame, last_frame, line, direction, category,
count, accept) is counted, whatever the clips are called.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

import models
from contract.views import Line, View
from edge_agent.inference.detections import Detections
from edge_agent.inference.detector import Detector
from edge_agent.sightings.fusion import HEARD_SCORE
from edge_agent.sightings.kinds import ROAD
from edge_agent.sightings.view_watch import ViewWatch

EVAL = "JAGAWAI_EVAL"
MODEL = Path(models.__file__).parent / "street"
TIMES = tuple[tuple[int, Detections, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a person saw crossing a line of a clip in one direction, all classes together."""

    clip: Path
    first_frame: int
    last_frame: int
    axis: str
    at_px: float
    direction: str
    least: int
    most: int


def _counted(folder: Path) -> Iterator[Counted]:
    for counts in sorted(folder.rglob("counts.csv")):
        sums: dict[tuple[str, ...], tuple[int, int]] = {}
        for row in csv.DictReader(counts.read_text(encoding="utf-8").splitlines()):
            key = (row["clip"], row["first_frame"], row["last_frame"], row["line"], row["direction"])
            least, _, most = (row.get("accept") or row["count"]).partition("-")
            before = sums.get(key, (0, 0))
            sums[key] = before[0] + int(least), before[1] + int(most or least)
        for (clip, first, last, line, direction), (least_all, most_all) in sums.items():
            axis, _, at_px = line.partition("=")
            yield Counted(
                clip=counts.parent / clip,
                first_frame=int(first),
                last_frame=int(last),
                axis=axis,
                at_px=float(at_px),
                direction=direction,
                least=least_all,
                most=most_all,
            )


@cache
def _looked(clip: Path, first_frame: int, last_frame: int) -> TIMES:
    """Return time, detections and size of each frame."""
    detector, seen = Detector.open(MODEL, score_min=HEARD_SCORE), []
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if first_frame <= number <= last_frame:
                found = detector.detect(frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False))
                seen.append((round(1000 * float(frame.time or 0)), found, frame.width, frame.height))
    return tuple(seen)


def _found(counted: Counted, *, every: int, first: int) -> int:
    looked = _looked(counted.clip, counted.first_frame, counted.last_frame)[first::every]
    up_ms, found, width_px, height_px = looked[0]
    part = counted.at_px / (height_px if counted.axis == "y" else width_px)
    line = Line(start=(0, part), end=(1, part)) if counted.axis == "y" else Line(start=(part, 0), end=(part, 1))
    watch = ViewWatch(View(lines={"garis": line}), classes=found.classes, up_ms=up_ms)
    for up_ms, found, width_px, height_px in looked:
        watch.step(found, up_ms=up_ms, width_px=width_px, height_px=height_px)
    sighting = watch.close(up_ms=up_ms, at_ms=up_ms)[0]
    one_way = sighting.forward if counted.direction in {"down", "left"} else sighting.backward
    return sum(count for label, count in one_way.items() if label in ROAD)


@pytest.mark.nightly
@pytest.mark.skipif(EVAL not in os.environ, reason=f"{EVAL} names no folder of real sets")
def test_counted_clips_are_counted_within_one_vehicle_at_full_and_at_half_rate() -> None:
    everything = list(_counted(Path(os.environ[EVAL])))
    assert everything
    off = []
    for counted in everything:
        for every, first in ((1, 0), (2, 0), (2, 1)):
            found = _found(counted, every=every, first=first)
            span = f"{counted.least} to {counted.most}"
            told = f"{counted.clip.name} {counted.direction}, every {every} from {first}: {found} of {span}"
            print(told)  # noqa: T201 -- today's figure
            if not counted.least - 1 <= found <= counted.most + 1:
                off.append(told)
    assert not off, "\n".join(off)
