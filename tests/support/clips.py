"""Small clips and streams, made by PyAV when a test needs them: a pattern that moves sideways, 4 px a picture.

`units_of` gives what a camera's encoder gives, one access unit a picture; `write_units` lays them into a file for
tests/support/rtsp_server.py, which has no PyAV: each unit behind its length, 4 bytes big-endian.
"""

import struct
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from edge_agent.cameras.frame import Image

RATE_FPS = 25
SIZE_PX = (160, 120)
_FASTEST = {"preset": "ultrafast", "tune": "zerolatency", "threads": "1"}  # one slice a picture
_ENCODERS = {
    "h264": ("libx264", _FASTEST, "yuv420p"),
    "h265": ("libx265", {**_FASTEST, "x265-params": "log-level=none:pools=1"}, "yuv420p"),
    "jpeg": ("mjpeg", {"huffman": "default"}, "yuvj420p"),
}


def pattern(number: int, size_px: tuple[int, int] = SIZE_PX) -> Image:
    """Return picture `number` of the moving pattern, RGB [height, width, 3]."""
    width_px, height_px = size_px
    rng = np.random.default_rng(7)
    blocks = rng.integers(0, 255, (height_px // 8, width_px // 8, 3), dtype=np.uint8)
    return np.roll(blocks.repeat(8, 0).repeat(8, 1), 4 * number, axis=1)


def units_of(
    form: str, *, count: int, size_px: tuple[int, int] = SIZE_PX, key_every: int = 25, b_pictures: int = 0
) -> list[bytes]:
    """Return the access units of `count` pictures; `form` is h264, h265 or jpeg."""
    encoder = _encoder(form, size_px=size_px, key_every=key_every, b_pictures=b_pictures)
    units = []
    for number in range(count):
        picture = av.VideoFrame.from_ndarray(pattern(number, size_px), format="rgb24")
        picture.pts = number
        units += [bytes(packet) for packet in encoder.encode(picture)]
    return units + [bytes(packet) for packet in encoder.encode(None)]


def write_units(path: Path, units: Iterable[bytes]) -> Path:
    """Write what the test's server sends."""
    path.write_bytes(b"".join(struct.pack(">I", len(unit)) + unit for unit in units))
    return path


def write_clip(
    path: Path,
    *,
    count: int = 25,
    size_px: tuple[int, int] = SIZE_PX,
    form: str = "h264",
    key_every: int = 25,
    b_pictures: int = 0,
    is_seekable_first: bool = False,
    encoder_options: Mapping[str, str] | None = None,
) -> Path:
    """Write a clip of the moving pattern; the ending of its name chooses the container.

    `is_seekable_first`: an mp4 has its index at the beginning, as a camera that was told to stream writes it.
    `encoder_options`: beside the fastest ones, which for H.264 leave its deblocking filter out.
    """
    name, options, pixels = _ENCODERS[form]
    with av.open(str(path), "w", options={"movflags": "faststart"} if is_seekable_first else {}) as clip:
        stream = cast(
            "VideoStream",
            clip.add_stream(name, rate=RATE_FPS, options=_options(options, b_pictures) | dict(encoder_options or {})),
        )
        stream.width, stream.height, stream.pix_fmt = *size_px, pixels
        stream.codec_context.gop_size = key_every
        stream.codec_context.max_b_frames = b_pictures
        for number in range(count):
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(pattern(number, size_px), format="rgb24")))
        clip.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """Write a second of silence and no picture."""
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        silence.sample_rate = 8000
        clip.mux(stream.encode(silence))
        clip.mux(stream.encode(None))
    return path


def cut(path: Path, *, share: float) -> Path:
    """Cut a file off after this share of its bytes, as a full card or a pulled plug does."""
    content = path.read_bytes()
    path.write_bytes(content[: round(len(content) * share)])
    return path


def without_size(path: Path) -> Path:
    """Make an AVI of JPEG pictures say in its header and in each picture that they are 0 by 0 pixels."""
    content = bytearray(path.read_bytes())
    struct.pack_into("<ii", content, content.index(b"strf") + 12, 0, 0)  # biWidth, biHeight
    at = content.find(b"\xff\xc0")
    while at >= 0:
        content[at + 5 : at + 9] = bytes(4)  # lines, samples a line: ITU-T T.81, B.2.2
        at = content.find(b"\xff\xc0", at + 1)
    path.write_bytes(content)
    return path


def _options(options: dict[str, str], b_pictures: int) -> dict[str, str]:
    return {"preset": "ultrafast"} if b_pictures else options  # zerolatency allows none


def _encoder(form: str, *, size_px: tuple[int, int], key_every: int, b_pictures: int) -> VideoCodecContext:
    name, options, pixels = _ENCODERS[form]
    encoder = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
    encoder.width, encoder.height = size_px
    encoder.pix_fmt = pixels
    encoder.framerate = Fraction(RATE_FPS)
    encoder.time_base = Fraction(1, RATE_FPS)
    encoder.gop_size = key_every
    encoder.max_b_frames = b_pictures
    encoder.options = _options(options, b_pictures)
    return encoder
