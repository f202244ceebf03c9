"""What a configuration says of a camera: one table per driver, unknown keys refused. Loads no library of pictures.

`[camera.<source>]` chooses the driver; the driver's own table stands below it, as of a gauge.
"""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from contract.errors import RefusedError
from edge_agent.driver_tables import verify_tables

TimeoutS = Annotated[float, Meta(ge=1, le=8)]
"""A fault stands on the wall within 10 s of its cause: opening takes two steps, so 4 is the most that keeps it so."""
SidePx = Annotated[int, Meta(ge=16, le=7680)]
RateFps = Annotated[float, Meta(gt=0, le=120)]
Pace = Literal["own", "fast"]


class RtspSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[camera.<source>.rtsp]`: a camera on the network."""

    url: str
    """Address and path, without user and password: `rtsp://192.168.1.64:554/Streaming/Channels/102`."""
    user: str = ""
    password_file: str | None = None
    """Holds the password alone; relative to the configuration's folder unless absolute."""
    codec: Literal["any", "h264", "h265"] = "any"
    """What the camera is to send; anything else is a fault."""
    open_timeout_s: TimeoutS = 4.0
    """Of each of two steps: connect, learn what comes."""
    read_timeout_s: TimeoutS = 4.0
    """Between two pictures."""

    def __post_init__(self) -> None:
        """Refuse an address that is none, or that holds a password. The message repeats neither.

        Raises:
            RefusedError: the text says what is wrong.
        """
        try:
            parts = urlsplit(self.url)
            is_address = parts.scheme == "rtsp" and bool(parts.hostname) and parts.port != 0
        except ValueError:  # its text repeats the address
            raise _no_address() from None
        if parts.username is not None or parts.password is not None:
            raise RefusedError(
                indonesian="url tidak boleh berisi nama pengguna dan sandi: tulis di `user` dan `password_file`",
                english="url must hold no user and no password: write `user` and `password_file`",
            )
        if not is_address:
            raise _no_address()
        if self.password_file is not None and not self.user:
            raise RefusedError(
                indonesian="password_file memerlukan `user` di sampingnya: tulis `user`, atau hapus password_file",
                english="password_file needs `user` beside it: write `user`, or remove password_file",
            )


def _no_address() -> RefusedError:
    return RefusedError(
        indonesian="url harus seperti rtsp://192.168.1.64:554/jalur: perbaiki alamat kamera itu",
        english="url must be like rtsp://192.168.1.64:554/path: correct the camera's address",
    )


class UsbSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[camera.<source>.usb]`: a camera on a USB port (v4l2)."""

    device: str = "/dev/video0"
    """Better its lasting name, below /dev/v4l/by-id: numbers change when a plug moves."""
    form: Literal["mjpeg", "yuyv"] = "mjpeg"
    """How it sends: mjpeg needs little of the bus, yuyv little of the processor."""
    width_px: SidePx = 1280
    height_px: SidePx = 720
    rate_fps: RateFps = 10.0
    read_timeout_s: TimeoutS = 4.0


class FileSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[camera.<source>.file]`: a clip."""

    file: str
    """Relative to the configuration's folder unless absolute."""
    pace: Pace = "own"
    """own: at its own rate by the clock; fast: as fast as its pictures are taken, none passed over."""
    repeats: bool = False
    """Begin again after the last picture."""
    advice: str = ""
    """Said in the fault while the file is not there: where it comes from, Indonesian / English."""


class SyntheticSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[camera.<source>.synthetic]`: a drawn street, for demo and drill. Drawn pictures teach and prove nothing."""

    width_px: SidePx = 640
    height_px: SidePx = 360
    rate_fps: RateFps = 10.0
    vehicles_per_min: Annotated[float, Meta(ge=0, le=120)] = 20.0
    """Of both directions together."""
    light: Literal["day", "night"] = "day"
    seed: int = 0
    pace: Pace = "own"


class LibcameraSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[camera.<source>.libcamera]`: a camera on the ribbon cable of a Raspberry Pi."""

    number: Annotated[int, Meta(ge=0, le=7)] = 0
    """Which one, as `rpicam-hello --list-cameras` counts."""
    width_px: SidePx = 1280
    height_px: SidePx = 720
    rate_fps: RateFps = 10.0


DriverSettings = RtspSettings | UsbSettings | FileSettings | SyntheticSettings | LibcameraSettings
DRIVER_TABLES = ("rtsp", "usb", "file", "synthetic", "libcamera")
_NEEDS_ITS_TABLE = ("rtsp", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """`[camera.<source>]`: one camera; the table of its driver stands below it."""

    driver: Literal["rtsp", "usb", "file", "synthetic", "libcamera"]
    rtsp: RtspSettings | None = None
    usb: UsbSettings | None = None
    file: FileSettings | None = None
    synthetic: SyntheticSettings | None = None
    libcamera: LibcameraSettings | None = None
    max_width_px: Annotated[int, Meta(ge=160, le=3840)] = 1280
    """Wider pictures are scaled to this before anyone looks at them."""
    stall_after_s: Annotated[float, Meta(ge=2, le=9)] = 5.0
    """So long without a picture, the camera is called stalled; real s."""

    def __post_init__(self) -> None:
        """Refuse a camera whose driver's table is missing, or that has another driver's.

        Raises:
            RefusedError: the text says which.
        """
        written = [name for name in DRIVER_TABLES if getattr(self, name) is not None]
        verify_tables("camera", self.driver, written=written, is_needed=self.driver in _NEEDS_ITS_TABLE)

    def chosen(self) -> DriverSettings:
        """Return the settings of the driver that was chosen."""
        settings: DriverSettings | None = getattr(self, self.driver)
        if settings is not None:
            return settings
        usual: dict[str, DriverSettings] = {
            "usb": UsbSettings(),
            "synthetic": SyntheticSettings(),
            "libcamera": LibcameraSettings(),
        }
        return usual[self.driver]
