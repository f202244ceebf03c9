"""The first seconds of a clip as a file of its own, so that every program reads the same frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from benchmarks.errors import MissingError
from edge_agent.cameras.frame import Image

RATE_WITHOUT_TIMES = 25.0
"""Frames a second of a file that tells no rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A clip of its own."""

    file: Path
    frames: int
    rate_fps: float
    width_px: int
    height_px: int


def piece_of(clip: Path, into: Path, *, frames: int, seconds_most: float = 60.0) -> Piece:
    """Copy the first frames of a clip, as they are encoded.

    Raises:
        MissingError: it cannot be read.
    """
    try:
        with av.open(str(clip)) as source, av.open(str(into), "w") as target:
            stream = source.streams.video[0]
            rate_fps = float(stream.average_rate or RATE_WITHOUT_TIMES)
            copied = target.add_stream_from_template(stream)
            most = min(frames, round(seconds_most * rate_fps))
            done = 0
            for packet in source.demux(stream):
                if packet.dts is None or done == most:
                    break
                packet.stream = copied
                target.mux(packet)
                done += 1
            return Piece(file=into, frames=done, rate_fps=rate_fps, width_px=stream.width, height_px=stream.height)
    except (av.error.FFmpegError, IndexError) as problem:
        raise MissingError(f"{clip}: {problem}") from problem


def frames_of(clip: Path, *, every: int) -> Iterator[Image]:
    """Yield every so many of a clip's frames, RGB."""
    with av.open(str(clip)) as source:
        for number, frame in enumerate(source.decode(video=0)):
            if number % every == 0:
                yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
