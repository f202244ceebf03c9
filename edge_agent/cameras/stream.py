"""One opened stream or clip: its packets in, its due pictures out. PyAV, that is FFmpeg in this process.

Decodes on the calling thread alone (`thread_count` 1): four cameras on a box of four cores need no more threads, and
each thread of the decoder holds pictures of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
from av import FFmpegError, Packet, VideoFrame
from av.codec.context import Flags
from av.container import InputContainer
from av.video.stream import VideoStream

from contract.clock import Clock
from edge_agent.cameras.errors import CameraBrokenError, CameraCodecError
from edge_agent.cameras.glance import Glances, Sharp
from edge_agent.cameras.lag import Lag
from edge_agent.cameras.source import Tally
from edge_agent.cameras.thrift import Need, Thrift

PATIENCE_WITH_DAMAGE_S = 7.0
"""So long what comes may fail to decode before the camera is called broken: a stream that is joined between two key
pictures has to wait for the next one. Shorter than 10 s, within which a fault is to stand on the wall."""
BEHIND_S = 2.0
"""Who reads a live stream so much too late decodes nothing but key pictures until he has caught up."""
JUMP_S = 10.0
"""Stamps that leap further than this are the camera's clock being set, not time."""
USUAL_RATE_FPS = 25
FROM_A_CAMERA = ("Pilih video H.264 di kamera.", "Choose H.264 video in the camera.")
FROM_A_CLIP = ("Pakai klip lain, atau ubah ke H.264.", "Use another clip, or convert it to H.264.")
MEND_A_CAMERA = ("Periksa kabel dan sinyal; nyalakan ulang kamera.", "Check cable and signal; restart the camera.")
MEND_A_CLIP = ("Salin lagi berkasnya, lalu jalankan ulang agen.", "Copy the file again, then restart the agent.")
"""What to do, in both languages."""
INTRA_ONLY = frozenset({"mjpeg", "rawvideo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a stream is opened."""

    url: str
    """As FFmpeg takes it; holds the password."""
    shown: str
    """As people may see it."""
    options: Mapping[str, str]
    format: str | None = None
    open_timeout_s: float | None = None
    """Of each of the two steps of opening: connect, and learn what comes."""
    read_timeout_s: float | None = None
    is_live: bool = False
    """Whether it goes on by itself, so that who is too slow has to leave something out."""
    codecs: frozenset[str] = frozenset()
    """FFmpeg's names of those that are accepted; empty: any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What one packet brought."""

    media_s: float
    """On the stream's own clock, s."""
    picture: VideoFrame | None
    """None: not due, or not decoded."""
    sharp: Sharp | None = None
    """Of a picture that was decoded for a glance only, see `glance`; None: the picture is whole."""


class Stream:
    """A stream that is open; errors of FFmpeg leave it as they are, for each source knows what they mean to it."""

    def __init__(self, way: Way, *, clock: Clock, tally: Tally) -> None:
        """Open it.

        Raises:
            FFmpegError: it cannot be opened.
            CameraCodecError: it holds no video, or not the declared one.
        """
        self._way = way
        self._clock = clock
        self._tally = tally
        self._container = _opened(way)
        try:
            self._video = self._chosen()
        except CameraCodecError:
            self._container.close()
            raise
        self._codec = self._video.codec_context
        self._codec.thread_count = 1
        self._codec.flags |= Flags.low_delay
        self._thrift = Thrift(is_intra_only=self._codec.name in INTRA_ONLY, interval_s=self.interval_s)
        self._glances = Glances(self._codec)
        self._packets = self._container.demux(self._video)
        self._lag = Lag()
        self._zero_s: float | None = None
        self._media_s: float | None = None
        self.is_over = False
        self._failing_since_real_ms: int | None = None

    @property
    def interval_s(self) -> float:
        """Time between two pictures as the stream declares it, s."""
        rate = self._video.average_rate or self._video.guessed_rate or Fraction(USUAL_RATE_FPS)
        return float(1 / rate) if rate else 1 / USUAL_RATE_FPS

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height as the stream declares them, or as its last picture had them."""
        return self._codec.width, self._codec.height

    @property
    def duration_s(self) -> float | None:
        """How long the whole clip says it is; None: it does not say.

        By its time or by its number of pictures, whichever is more: of an AVI that was cut off FFmpeg reckons the time
        anew from the bytes that are there.
        """
        duration = self._container.duration
        by_time_s = 0.0 if duration is None else duration / av.time_base
        return max(by_time_s, self._video.frames * self.interval_s) or None

    def arrivals(self, *, every_s: float, is_for_glances: bool = False) -> Iterator[Arrival]:
        """Read one packet; yield what it brought, at least one arrival. Nothing comes at the end of the stream.

        Args:
            every_s: least time between two pictures that are wanted.
            is_for_glances: as things are nobody will want more of a picture than its cells.

        Raises:
            FFmpegError: it cannot be read.
            BlockingIOError: nothing is there yet, of a device that does not wait; ask again.
            CameraBrokenError: for some time nothing could be decoded.
        """
        packet = self._next_packet()
        if packet is None:
            self.is_over = True
            return
        if packet.size == 0:  # the end of a clip: what the decoder still holds
            yield from self._pictures(packet, Need.PICTURE, every_s=every_s)
            return
        self._tally.arrived += 1
        self._tally.alive_real_ms = self._clock.real_ms()
        media_s = self._moved_on(packet)
        if self._way.is_live and self._lag.behind_s(media_s=media_s, real_ms=self._clock.real_ms()) > BEHIND_S:
            self._thrift.catch_up()
        need = self._thrift.need(media_s=media_s, is_key=packet.is_keyframe, every_s=every_s)
        glanced = self._glanced(packet, every_s) if need is Need.ALONE and is_for_glances else None
        if glanced is not None:
            yield glanced
            return
        found = [] if need is Need.DROP else list(self._pictures(packet, need, every_s=every_s))
        if need is Need.ALONE and is_for_glances and found and found[0].picture is not None:
            self._glances.try_on(packet, found[0].picture)
        yield from found or [Arrival(media_s=media_s, picture=None)]

    def close(self) -> None:
        """Let go of it."""
        self._packets = iter(())  # its generator refers to the container
        self._container.close()

    def _next_packet(self) -> "Packet[VideoStream] | None":
        try:
            return next(self._packets, None)
        except BlockingIOError:
            self._packets = self._container.demux(self._video)  # a generator that raised is spent
            raise

    def _chosen(self) -> VideoStream:
        shown = self._way.shown
        lakukan, do = FROM_A_CAMERA if self._way.is_live else FROM_A_CLIP
        if not self._container.streams.video:
            raise CameraCodecError(
                f"{shown}: tidak ada video, hanya suara atau data. {lakukan} / no video, only sound or data. {do}"
            )
        video = self._container.streams.video[0]
        if video.codec_context is None:
            raise CameraCodecError(
                f"{shown}: videonya tidak dapat dibaca di sini. {lakukan} / its video cannot be decoded here. {do}"
            )
        name = video.codec_context.name
        if self._way.codecs and name not in self._way.codecs:
            wanted = ", ".join(sorted(self._way.codecs))
            raise CameraCodecError(
                f"{shown}: kamera mengirim {name}, yang tertulis {wanted}. Samakan `codec` dan pengaturan kamera. / "
                f"the camera sends {name}, declared is {wanted}. Make `codec` and the camera agree."
            )
        return video

    def _moved_on(self, packet: "Packet[VideoStream]") -> float:
        """Return the time of a packet since the first, s; without a stamp, or after a leap, one interval later."""
        stamp_s = self._stamp_s(packet.pts if packet.pts is not None else packet.dts)
        media_s = self._since_zero(stamp_s)
        if media_s is None:
            media_s = 0.0 if self._media_s is None else self._media_s + self.interval_s
            self._zero_s = None if stamp_s is None else stamp_s - media_s
        self._media_s = media_s
        return media_s

    def _stamp_s(self, stamp: int | None) -> float | None:
        """Return a stamp in s; a picture's own `time` is missing when the decoder was emptied."""
        base = self._video.time_base
        return None if stamp is None or base is None else stamp * base.numerator / base.denominator

    def _since_zero(self, stamp_s: float | None) -> float | None:
        """Return a stamp as time since the first packet; None: there is none, or it leaps."""
        if stamp_s is None or self._zero_s is None:
            return None
        media_s = stamp_s - self._zero_s
        return media_s if abs(media_s - (self._media_s or 0.0)) < JUMP_S else None

    def _glanced(self, packet: "Packet[VideoStream]", every_s: float) -> Arrival | None:
        """Return what a packet brings for a glance; None: decode it as all others."""
        picture = self._glances.picture(packet)
        if picture is None:
            return None
        self._note(is_well=True)
        media_s = self._media_s or 0.0
        is_due = self._thrift.takes(media_s=media_s, every_s=every_s)
        return Arrival(
            media_s=media_s, picture=picture if is_due else None, sharp=self._glances.sharp(packet) if is_due else None
        )

    def _pictures(self, packet: "Packet[VideoStream]", need: Need, *, every_s: float) -> Iterator[Arrival]:
        self._codec.skip_frame = "NONREF" if need is Need.REFERENCE else "DEFAULT"
        for picture in self._decoded(packet, need):
            own_s = self._since_zero(self._stamp_s(picture.pts))
            media_s = own_s if own_s is not None else self._media_s or 0.0
            is_due = self._thrift.takes(media_s=media_s, every_s=every_s)
            yield Arrival(media_s=media_s, picture=picture if is_due else None)

    def _decoded(self, packet: "Packet[VideoStream]", need: Need) -> list[VideoFrame]:
        """Return the whole pictures that a packet completes; count those that are damaged."""
        try:
            found = list(self._codec.decode(packet))
            if need is Need.ALONE and self._codec.has_b_frames:
                found += self._codec.decode(None)
                self._codec.flush_buffers()
        except FFmpegError:
            self._tally.damaged += 1
            self._note(is_well=False)
            return []
        whole = [picture for picture in found if not picture.is_corrupt]
        self._tally.damaged += len(found) - len(whole)
        if need is not Need.REFERENCE:
            self._note(is_well=bool(whole))
        return whole

    def _note(self, *, is_well: bool) -> None:
        """Remember whether what had to become a picture became one."""
        real_ms = self._clock.real_ms()
        if is_well:
            self._failing_since_real_ms = None
        elif self._failing_since_real_ms is None:
            self._failing_since_real_ms = real_ms
        elif real_ms - self._failing_since_real_ms > PATIENCE_WITH_DAMAGE_S * 1000:
            lakukan, do = MEND_A_CAMERA if self._way.is_live else MEND_A_CLIP
            raise CameraBrokenError(
                f"{self._way.shown}: {PATIENCE_WITH_DAMAGE_S:g} s tanpa gambar yang utuh. {lakukan} / "
                f"{PATIENCE_WITH_DAMAGE_S:g} s without a whole picture. {do}"
            )


def _opened(way: Way) -> InputContainer:
    timeout = None if way.read_timeout_s is None else (way.open_timeout_s, way.read_timeout_s)
    return av.open(way.url, format=way.format, options=dict(way.options), timeout=timeout)
