"""What decoding a full-HD stream of which two pictures a second are wanted costs, beside decoding all of it.

A drawn street at 1920 x 1080 and 25 pictures a second, encoded as cameras do; each is read as fast as it goes, wanted
pictures are scaled to 1280 x 720. CPU time of the reading thread and not the clock, so other work hardly shows.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from benchmarks import broker
from benchmarks.figure import Bar, Figure, figure, rounded
from contract.clock import SystemClock
from edge_agent.cameras.scaling import Scaler
from edge_agent.cameras.source import Tally
from edge_agent.cameras.stream import Stream, Way
from edge_agent.cameras.street import Street
from edge_agent.cameras.street_picture import Light, StreetPicture
from edge_agent.cameras.thrift import Need, Thrift

RATE_FPS = 25
EVERY_S = 0.5
MAX_WIDTH_PX = 1280
SIZE_PX = (1920, 1080)
DRAWN_PX = (640, 360)
PICTURES = 100
ROUNDS = 2
_X264 = {"preset": "veryfast", "crf": "26", "threads": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a camera encodes."""

    encoder: str
    key_every: int
    b_pictures: int = 0
    bar: Bar | None = None


KINDS = {
    "h264-key-12": Kind(encoder="libx264", key_every=12, bar=Bar(sign="<", limit=0.7, of="ratio")),
    "h264-key-50": Kind(encoder="libx264", key_every=50),
    "h264-b-key-50": Kind(encoder="libx264", key_every=50, b_pictures=2),
    "mjpeg": Kind(encoder="mjpeg", key_every=1, bar=Bar(sign="<", limit=0.35, of="ratio")),
}
"""Two have a bar: those that docs/cameras.md asks technicians to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a stream is read."""

    every_s: float
    is_thrifty: bool


_WISHES = {
    "all": Wish(every_s=0.0, is_thrifty=False),
    "decoded": Wish(every_s=EVERY_S, is_thrifty=False),
    "thrift": Wish(every_s=EVERY_S, is_thrifty=True),
}


class EverythingDecoded(Thrift):
    """The peer: each packet is decoded, and only what is due is handed on."""

    def need(self, *, media_s: float, is_key: bool, every_s: float) -> Need:
        """Decode it."""
        del media_s, is_key, every_s
        return Need.PICTURE


def figures(
    name: str,
    *,
    folder: Path,
    kind: broker.Kind,
    size_px: tuple[int, int] = SIZE_PX,
    pictures: int = PICTURES,
    rounds: int = ROUNDS,
) -> Iterator[Figure]:
    """Yield one figure for each way of encoding: percent of a core, and its ratio to decoding everything."""
    del kind  # no broker in it
    for encoding, chosen in KINDS.items():
        path = _clip(folder / f"{encoding}.mkv", chosen, size_px=size_px, pictures=pictures)
        spent = {way: min(_core_share(path, wish) for _ in range(rounds)) for way, wish in _WISHES.items()}
        yield figure(
            f"{name}-{encoding}",
            100 * spent["thrift"],
            "percent of a core",
            ratio=spent["thrift"] / spent["decoded"],
            bar=chosen.bar,
            detail={
                "all_decoded_percent": rounded(100 * spent["decoded"]),
                "all_handed_on_percent": rounded(100 * spent["all"]),
            },
        )


def _core_share(path: Path, wish: Wish) -> float:
    """Return CPU time per second of the stream."""
    tally = Tally()
    stream = Stream(Way(url=str(path), shown=path.name, options={}), clock=SystemClock(), tally=tally)
    if not wish.is_thrifty:
        everything = EverythingDecoded(is_intra_only=False, interval_s=stream.interval_s)
        stream._thrift = everything  # noqa: SLF001 -- the peer: the same stream without what is measured
    scaler = Scaler(max_width_px=MAX_WIDTH_PX, shown=path.name)
    begun_s = time.thread_time()
    while not stream.is_over:
        for arrival in stream.arrivals(every_s=wish.every_s):
            if arrival.picture is not None:
                _ = scaler.pixels(arrival.picture).image
    spent_s = time.thread_time() - begun_s
    stream.close()
    return spent_s * RATE_FPS / tally.arrived


def _clip(path: Path, kind: Kind, *, size_px: tuple[int, int], pictures: int) -> Path:
    """Draw a street and encode it."""
    street = Street(vehicles_per_min=80, seed=1)
    drawer = StreetPicture(width_px=DRAWN_PX[0], height_px=DRAWN_PX[1], light=Light.DAY, seed=1)
    larger = VideoReformatter()
    options = _options(kind)
    with av.open(str(path), "w") as clip:
        stream = cast("VideoStream", clip.add_stream(kind.encoder, rate=RATE_FPS, options=options))
        pixels = "yuvj420p" if kind.encoder == "mjpeg" else "yuv420p"
        stream.width, stream.height, stream.pix_fmt = *size_px, pixels
        stream.codec_context.gop_size = kind.key_every
        stream.codec_context.max_b_frames = kind.b_pictures
        for number in range(pictures):
            street.run_to(20 + number / RATE_FPS)
            picture = av.VideoFrame.from_ndarray(drawer.drawn(street, number=number), format="rgb24")
            clip.mux(stream.encode(larger.reformat(picture, *size_px, format=pixels)))
        clip.mux(stream.encode(None))
    return path


def _options(kind: Kind) -> dict[str, str]:
    if kind.encoder == "mjpeg":
        return {"qmin": "5", "qmax": "5", "huffman": "default"}
    return _X264 if kind.b_pictures else {**_X264, "tune": "zerolatency"}
