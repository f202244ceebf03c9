"""A camera on a USB port, by the kernel's v4l2 and FFmpeg's libavdevice.

For a person with a screwdriver: 5 V and up to 500 mA (USB 2.0) or 900 mA (USB 3.0) from the port, cable up to 5 m or
3 m; longer ones need an active cable. Two cameras of 1280 x 720 in YUYV are too much for one USB 2.0 bus (2 x 147
Mbit/s at 10 pictures a second, of some 280 usable): choose MJPEG, or another bus. Of MJPEG only pictures that are due
are decoded.

Not measured on real USB hardware: docs/cameras.md has the procedure that does it in the field.
"""

import errno
import stat
from pathlib import Path

from contract.clock import Clock
from edge_agent.cameras.errors import CameraBrokenError, CameraCodecError, CameraError, CameraMissingError
from edge_agent.cameras.failures import why
from edge_agent.cameras.live import LiveSource
from edge_agent.cameras.settings import UsbSettings
from edge_agent.cameras.stream import Way

V4L2_MAJOR = 81
"""Of the kernel's device numbers (Documentation/admin-guide/devices.txt): video4linux."""
FORMS = {"mjpeg": "mjpeg", "yuyv": "yuyv422"}
_GONE = (errno.ENODEV, errno.EIO, errno.ENXIO)
_NOT_SO = (errno.EINVAL, errno.ENOTTY)


def usb_source(settings: UsbSettings, *, clock: Clock, max_width_px: int) -> LiveSource:
    """Return a camera on a USB port; nothing is opened yet.

    Args:
        settings: of this camera.
        clock: the box's.
        max_width_px: of the pictures that are handed out.
    """
    return LiveSource(
        way=lambda: _way(settings),
        shown=settings.device,
        meaning=_meaning,
        clock=clock,
        max_width_px=max_width_px,
    )


def _way(settings: UsbSettings) -> Way:
    _verify_device(settings.device)
    return Way(
        url=settings.device,
        shown=settings.device,
        is_live=True,
        format="v4l2",
        options={
            "input_format": FORMS[settings.form],
            "video_size": f"{settings.width_px}x{settings.height_px}",
            "framerate": f"{settings.rate_fps:g}",
            "fflags": "nonblock",  # a camera that hangs must not hang its reader: v4l2 asks no time-out while it waits
        },
        read_timeout_s=settings.read_timeout_s,
    )


def _verify_device(device: str) -> None:
    """Refuse what is no v4l2 device, before FFmpeg says "invalid argument" of everything."""
    try:
        status = Path(device).stat()
    except OSError as exc:
        raise _missing(device, exc.strerror or str(exc)) from exc
    if not stat.S_ISCHR(status.st_mode) or status.st_rdev >> 8 & 0xFFF != V4L2_MAJOR:
        raise CameraMissingError(
            f"{device}: bukan kamera. Lihat nama yang benar dengan `ls -l /dev/v4l/by-id`. / "
            "is no camera. See its right name by `ls -l /dev/v4l/by-id`."
        )


def _missing(device: str, reason: str) -> CameraMissingError:
    return CameraMissingError(
        f"{device}: kamera USB tidak ada ({reason}). Periksa colokannya; agen harus di grup video. / "
        "no USB camera there. Check its plug; the agent must be in the group video."
    )


def _meaning(exc: Exception, *, shown: str, is_open: bool, waited_s: float, patience_s: float) -> CameraError:
    """Return what an error of FFmpeg means for a camera on a port."""
    number = getattr(exc, "errno", None)
    if number in _GONE or isinstance(exc, PermissionError):
        return _missing(shown, why(exc))
    if number in _NOT_SO and not is_open:
        return CameraCodecError(
            f"{shown}: kamera tidak dapat mengirim bentuk atau ukuran ini. Lihat yang dapat: "
            f"`v4l2-ctl --device {shown} --list-formats-ext`. / the camera cannot send this form or size. See which it "
            "can by that command."
        )
    return CameraBrokenError(
        f"{shown}: kamera USB gagal ({why(exc)}) sesudah {waited_s:.1f} dari {patience_s:.1f} s. Cabut, pasang lagi. / "
        "the USB camera failed. Unplug it and plug it in again."
    )
