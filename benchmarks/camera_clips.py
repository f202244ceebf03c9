"""Clips for the benches of the camera: a drawn street, encoded as a camera does that is set as docs/cameras.md asks."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av import Packet
from av.video.stream import VideoStream

from edge_agent.cameras.frame import Image
from edge_agent.cameras.street import Street
from edge_agent.cameras.street_picture import Light, StreetPicture

RATE_FPS = 10
KEY_EVERY = RATE_FPS // 2
KBIT_S = {640: 512, 1280: 1024}
"""By a picture's width, the most that docs/cameras.md asks for: decoding costs by the bit."""
DRAWN_PX = (640, 360)
STILL_FRAMES = 50
GRAIN = 3.0
"""Standard deviation of a sensor's noise by day, grey levels of a pixel."""
_X264 = {"preset": "veryfast", "crf": "26", "tune": "zerolatency", "threads": "1"}


def busy(path: Path, *, size_px: tuple[int, int], frames: int) -> Path:
    """Write a street with vehicles."""
    street = Street(vehicles_per_min=80, seed=1)
    drawer = StreetPicture(width_px=DRAWN_PX[0], height_px=DRAWN_PX[1], light=Light.DAY, seed=1)

    def draw(number: int) -> Image:
        street.run_to(20 + number / RATE_FPS)
        return drawer.drawn(street, number=number)

    return _written(path, draw, size_px=size_px, frames=frames, times=1)


def still(path: Path, *, size_px: tuple[int, int], seconds: float) -> Path:
    """Write an empty street, of which each picture has another grain.

    The same few seconds follow each other as one stream: a camera is opened once, and a file that begins again is not.
    """
    drawer = StreetPicture(width_px=size_px[0], height_px=size_px[1], light=Light.DAY, seed=1)
    empty = drawer.drawn(Street(vehicles_per_min=0, seed=1), number=0).astype(np.int16)
    rng = np.random.default_rng(1)

    def draw(_: int) -> Image:
        return np.asarray(np.clip(empty + rng.normal(0, GRAIN, empty.shape[:2])[:, :, None], 0, 255), np.uint8)

    times = -(-round(seconds * RATE_FPS) // STILL_FRAMES)
    return _written(path, draw, size_px=size_px, frames=STILL_FRAMES, times=times)


def _written(path: Path, draw: Callable[[int], Image], *, size_px: tuple[int, int], frames: int, times: int) -> Path:
    """Encode pictures once, held to the rate over a second, and write them so many times, one after another."""
    kbit_s = KBIT_S[size_px[0]]
    limits = {"maxrate": f"{kbit_s}k", "bufsize": f"{kbit_s}k"}
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("libx264", rate=RATE_FPS, options=_X264 | limits)
        stream.width, stream.height, stream.pix_fmt = *size_px, "yuv420p"
        stream.codec_context.gop_size = KEY_EVERY
        packets = [(bytes(packet), packet.is_keyframe) for packet in _encoded(stream, draw, frames)]
        for number, (content, is_key) in enumerate(packets * times):
            packet = Packet(content)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, RATE_FPS), is_key
            packet.pts = packet.dts = number
            clip.mux(packet)
    return path


def _encoded(stream: VideoStream, draw: Callable[[int], Image], frames: int) -> "Iterator[Packet[VideoStream]]":
    for number in range(frames):
        picture = av.VideoFrame.from_ndarray(draw(number), format="rgb24")
        yield from stream.encode(picture.reformat(stream.width, stream.height, format="yuv420p"))
    yield from stream.encode(None)
