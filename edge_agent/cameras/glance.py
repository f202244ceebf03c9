"""Key pictures decoded for a glance: a fifth cheaper, and whole as soon as somebody wants to see one.

While nothing moves, a picture is looked at as a few thousand cells. The last step of decoding H.264 and H.265, the
deblocking filter in the loop (ITU-T H.264, 8.7), smooths the seams of blocks and hardly changes the mean of a cell: by
0.1 of 255 in the mean. It can be left out where no other picture is built on this one, so only of a key picture after
which nothing is decoded until the next (`thrift.Need.ALONE`). Whoever wants such a picture itself gets it decoded anew
from the same packet, with everything: a detector or a still never has another picture than without this.

Whether a packet alone gives the very picture that the stream's decoder gives is tried on each stream that is opened.
"""

import logging
from collections.abc import Callable
from typing import cast

import numpy as np
from av import CodecContext, FFmpegError, Packet, VideoFrame
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

FILTERED = frozenset({"h264", "hevc"})
"""FFmpeg's names of the codecs that have such a filter."""
WITHOUT_FILTER = {"skip_loop_filter": "all"}

Sharp = Callable[[], VideoFrame | None]
"""Decodes a picture with everything; any thread may call it. None: it cannot be."""

log = logging.getLogger(__name__)


class Glances:
    """Of one opened stream; used by the thread that reads it."""

    def __init__(self, codec: VideoCodecContext) -> None:
        """Hold nothing of the decoder of the stream but what it was opened with."""
        self._name, self._extradata = codec.name, codec.extradata
        self._quick: VideoCodecContext | None = None
        self._is_over = self._name not in FILTERED

    def try_on(self, packet: "Packet[VideoStream]", whole: VideoFrame) -> None:
        """Find out once whether a packet alone gives the picture that the stream's decoder gave."""
        if self._quick is not None or self._is_over:
            return
        alone = self.sharp(packet)()
        if alone is not None and _is_same(alone, whole):
            self._quick = _context(self._name, self._extradata, WITHOUT_FILTER)
        else:
            log.info("%s: key pictures of this stream do not stand alone; each is decoded with everything", self._name)
            self._is_over = True

    def picture(self, packet: "Packet[VideoStream]") -> VideoFrame | None:
        """Return a key picture for a glance; None: decode it as all others."""
        return None if self._quick is None or self._is_over else _decoded(self._quick, bytes(packet))

    def sharp(self, packet: "Packet[VideoStream]") -> Sharp:
        """Return what decodes this packet with everything, in memory of its own."""
        name, extradata, content = self._name, self._extradata, bytes(packet)
        return lambda: _decoded(_context(name, extradata, {}), content)


def _context(name: str, extradata: bytes | None, options: dict[str, str]) -> VideoCodecContext:
    context = cast("VideoCodecContext", CodecContext.create(name, "r"))
    context.extradata = extradata
    context.options = options
    context.thread_count = 1
    context.flags |= Flags.low_delay
    return context


def _decoded(context: VideoCodecContext, content: bytes) -> VideoFrame | None:
    """Return the one whole picture of a packet; the context is empty after it."""
    try:
        found = list(context.decode(Packet(content)))
        if not found or context.has_b_frames:
            found += context.decode(None)
            context.flush_buffers()
    except FFmpegError:
        return None
    return found[0] if len(found) == 1 and not found[0].is_corrupt else None


def _is_same(one: VideoFrame, other: VideoFrame) -> bool:
    """Answer whether two pictures are equal to the bit, and are to be shown alike."""
    return _form(one) == _form(other) and np.array_equal(one.to_ndarray(), other.to_ndarray())


def _form(picture: VideoFrame) -> tuple[object, ...]:
    return picture.format.name, picture.width, picture.height, int(picture.colorspace), int(picture.color_range)
