"""A camera on the network: RTSP with H.264 or H.265, by TCP.

For a person with a screwdriver: an IP camera on PoE (IEEE 802.3af, 48 V through the network cable, up to 100 m), its
own sub stream of 640 x 360 to 1280 x 720 pixels, H.264, 10 to 15 pictures a second, a key picture each half second.
That is what costs the box least: with it, at two wanted pictures a second, only key pictures are decoded (thrift.py).
TCP and not UDP: on a loaded radio bridge UDP loses packets, and a lost packet spoils pictures until the next key one.

The password stands in a file and is read at each attempt, so that a new one needs no restart. It goes into the address
that FFmpeg is given and nowhere else: not into a text, not into a log, not into a chained error.
"""

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from contract.clock import Clock
from edge_agent.cameras.errors import CameraMissingError
from edge_agent.cameras.failures import of_stream
from edge_agent.cameras.live import LiveSource
from edge_agent.cameras.settings import RtspSettings
from edge_agent.cameras.stream import Way

CODECS = {"any": frozenset[str](), "h264": frozenset({"h264"}), "h265": frozenset({"hevc"})}
OPTIONS = {
    "rtsp_transport": "tcp",
    "fpsprobesize": "0",  # else FFmpeg watches up to 20 pictures to guess a rate that it is not asked
    "analyzeduration": "2000000",  # us of stream in which the size must have been told
}


def rtsp_source(settings: RtspSettings, *, clock: Clock, folder: Path, max_width_px: int) -> LiveSource:
    """Return a camera on the network; nothing is connected yet.

    Args:
        settings: of this camera.
        clock: the box's.
        folder: where a relative `password_file` begins.
        max_width_px: of the pictures that are handed out.
    """
    return LiveSource(
        way=lambda: _way(settings, folder),
        shown=settings.url,
        meaning=of_stream,
        clock=clock,
        max_width_px=max_width_px,
    )


def _way(settings: RtspSettings, folder: Path) -> Way:
    return Way(
        url=_address(settings, folder),
        shown=settings.url,
        is_live=True,
        options=OPTIONS,
        format="rtsp",
        open_timeout_s=settings.open_timeout_s,
        read_timeout_s=settings.read_timeout_s,
        codecs=CODECS[settings.codec],
    )


def _address(settings: RtspSettings, folder: Path) -> str:
    """Return the address with user and password in it, each letter of them escaped."""
    if not settings.user:
        return settings.url
    parts = urlsplit(settings.url)
    password = "" if settings.password_file is None else _password(folder / settings.password_file)
    sign = f"{quote(settings.user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{sign}@{parts.netloc}"))


def _password(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise CameraMissingError(
            f"{path}: kata sandi kamera tidak dapat dibaca. Tulis kata sandinya saja ke berkas ini, hanya dapat dibaca "
            "agen (chmod 600). / the camera's password cannot be read. Write the password alone into this file, "
            "readable for the agent only (chmod 600)."
        ) from exc
