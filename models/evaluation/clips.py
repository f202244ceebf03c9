"""Counts at lines of clips, through the product's whole way: detector, riders joined, tracker, line crossings.

Every frame of the counted stretch is looked at, at the time that the file gives it. What the product would have
doubted on its record stands beside the counts.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from contract.clock import Clock
from contract.views import Line, View
from edge_agent.sightings.errors import FrameOrderError
from edge_agent.sightings.kinds import MACHINES, VEHICLES
from edge_agent.sightings.view_watch import ViewWatch
from edge_agent.sightings.window import PlaceSighting
from models.evaluation.looking import Tell, looked
from models.evaluation.report import Clip, CountRow
from models.evaluation.schemes import Scheme
from models.evaluation.truth import Axis, CountedClip, CountedLine, Crossings, Direction

RATE_WITHOUT_TIMES = 25.0
"""Frames a second of a file that tells neither times nor a rate."""
_FORWARD = (Direction.DOWN, Direction.LEFT)
"""Crossings from the left to the right side of `placed_line`: a line y=… runs to the right, x=… downwards."""


class UnusableClipError(ValueError):
    """A clip cannot be counted; the text is the remark."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    image: NDArray[np.uint8]
    up_ms: int


def counted(clip: CountedClip, product: Scheme, *, clock: Clock, tell: Tell) -> Clip:
    """Return a clip's counts held against those of a person.

    Raises:
        UnusableClipError: the clip cannot be decoded, is too short, or a line lies outside of it.
        DetectorError: the model gave what cannot be read.
    """
    lines = list(dict.fromkeys(one.line for one in clip.crossings))
    watch: ViewWatch | None = None
    spent_ms: list[int] = []
    up_ms = 0
    for number, frame in enumerate(_frames(clip), start=clip.first_frame):
        tell(f"{clip.name} {number}/{clip.last_frame}")
        height_px, width_px = frame.image.shape[:2]
        if watch is None:
            watch = ViewWatch(_view(lines, width_px, height_px), classes=product.classes, up_ms=frame.up_ms)
        found, took = looked(product, frame.image, f"{clip.name} {number}", clock)
        try:
            watch.step(found, up_ms=frame.up_ms, width_px=width_px, height_px=height_px)
        except FrameOrderError as exc:
            raise UnusableClipError("waktu bingkai tidak berurutan / frame times out of order") from exc
        spent_ms.append(took.ms)
        up_ms = frame.up_ms
    if watch is None or len(spent_ms) != clip.last_frame - clip.first_frame + 1:
        raise UnusableClipError("klip lebih pendek dari hitungannya / clip is shorter than what was counted")
    sightings = dict(zip(lines, watch.close(up_ms=up_ms, at_ms=up_ms), strict=True))
    return Clip(
        clip=clip.name,
        first_frame=clip.first_frame,
        last_frame=clip.last_frame,
        frames=len(spent_ms),
        frame_rate=_rate(clip.file),
        by_class=tuple(_row([one], (one.label,), sightings[one.line]) for one in clip.crossings),
        together=tuple(_together(clip.crossings, sightings)),
        median_ms=statistics.median(spent_ms),
        doubts=tuple(sorted({doubt for one in sightings.values() for doubt in one.doubts})),
    )


def placed_line(line: CountedLine, width_px: int, height_px: int) -> Line:
    """Return a counted line as one is drawn on a view, across the whole picture.

    Raises:
        UnusableClipError: it lies outside.
    """
    part = line.at_px / (height_px if line.axis is Axis.Y else width_px)
    if part > 1:
        raise UnusableClipError("garis di luar gambar klip / line is outside of the clip's picture")
    return Line(start=(0, part), end=(1, part)) if line.axis is Axis.Y else Line(start=(part, 0), end=(part, 1))


def _view(lines: Sequence[CountedLine], width_px: int, height_px: int) -> View:
    return View(lines={f"line-{number}": placed_line(line, width_px, height_px) for number, line in enumerate(lines)})


def _together(crossings: Sequence[Crossings], sightings: dict[CountedLine, PlaceSighting]) -> Iterator[CountRow]:
    """Yield a row for each line, direction and family of classes that are easily taken for each other."""
    for line, direction in dict.fromkeys((one.line, one.direction) for one in crossings):
        for family in (VEHICLES, MACHINES):
            its = [one for one in crossings if (one.line, one.direction) == (line, direction) and one.label in family]
            if its:
                yield _row(its, family, sightings[line])


def _row(crossings: Sequence[Crossings], labels: tuple[str, ...], sighting: PlaceSighting) -> CountRow:
    line, direction = crossings[0].line, crossings[0].direction
    counts = sighting.forward if direction in _FORWARD else sighting.backward
    found = sum(counts.get(label, 0) for label in labels)
    least, most = sum(one.least for one in crossings), sum(one.most for one in crossings)
    return CountRow(
        line=str(line),
        direction=direction.value,
        labels=labels,
        truth=sum(one.count for one in crossings),
        least=least,
        most=most,
        found=found,
        error=min(found - least, 0) + max(found - most, 0),
    )


def _frames(clip: CountedClip) -> Iterator[_Frame]:
    try:
        with av.open(str(clip.file)) as container:
            stream = _video(container.streams.video)
            for number, frame in enumerate(container.decode(stream)):
                if number > clip.last_frame:
                    return
                if number >= clip.first_frame:
                    rate = float(stream.average_rate or RATE_WITHOUT_TIMES)
                    at_s = number / rate if frame.pts is None else frame.time
                    yield _Frame(image=_rgb(frame), up_ms=round(1000 * at_s))
    except av.error.FFmpegError as exc:
        raise UnusableClipError(f"klip tidak dapat dibaca / clip cannot be read ({exc.strerror})") from exc


def _rgb(frame: av.VideoFrame) -> NDArray[np.uint8]:
    image: NDArray[np.uint8] = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
    return image


def _rate(file: Path) -> float | None:
    with av.open(str(file)) as container:
        rate = _video(container.streams.video).average_rate
    return None if rate is None else float(rate)


def _video(streams: Sequence[VideoStream]) -> VideoStream:
    if not streams:
        raise UnusableClipError("klip tanpa gambar / clip without pictures")
    return streams[0]
