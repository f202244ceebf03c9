"""A camera on the ribbon cable of a Raspberry Pi, by libcamera and picamera2.

For a person with a screwdriver: power off before the ribbon cable goes in or out; its metal contacts face the board's
contacts; Raspberry Pi 5 needs the narrow cable (22 pins). Up to 0.5 m; for more, a network camera.

picamera2 comes from Raspberry Pi OS, with the libcamera of that system: the version on PyPI has none of its own. Not
run on a Raspberry Pi: docs/cameras.md has the procedure that does it in the field.
"""

from typing import Any

import numpy as np

from contract.clock import Clock
from edge_agent.cameras.errors import (
    CameraClosedError,
    CameraError,
    CameraMissingError,
    CameraStalledError,
)
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.scaling import fitted, verify_size
from edge_agent.cameras.settings import LibcameraSettings
from edge_agent.cameras.source import Tally, read_next

PICTURE_TIMEOUT_S = 4.0
PICTURE_FORMAT = "BGR888"
"""libcamera's name (DRM fourcc, little-endian) of bytes in the order R, G, B (Picamera2 manual, table 1)."""


class LibcameraSource:
    """One camera on the ribbon cable; the image processor of the board scales, so that the processor need not."""

    is_live = True

    def __init__(self, settings: LibcameraSettings, *, clock: Clock, max_width_px: int) -> None:
        """Take the settings; picamera2 is loaded by `open()`.

        Args:
            settings: of this camera.
            clock: the box's.
            max_width_px: of the pictures that are handed out.
        """
        self._settings = settings
        self._clock = clock
        self._size_px = fitted(width_px=settings.width_px, height_px=settings.height_px, max_width_px=max_width_px)
        self._shown = f"libcamera {settings.number}"
        self._camera: Any = None
        self._given_ms: int | None = None
        self.tally = Tally()

    def open(self) -> None:
        """Start the camera; see `FrameSource`."""
        self.close()
        library = _library()
        try:
            self._camera = library(self._settings.number)
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": self._size_px, "format": PICTURE_FORMAT},
                    controls={"FrameRate": self._settings.rate_fps},
                    buffer_count=2,
                )
            )
            self._camera.start()
        except (RuntimeError, IndexError, OSError) as exc:
            self.close()
            raise self._missing(exc) from exc

    def look(self, *, every_s: float) -> Frame | None:
        """Wait for the next picture; see `FrameSource`."""
        if self._camera is None:
            raise CameraClosedError(f"{self._shown}: look() before open()")
        image = self._captured()
        real_ms = self._clock.real_ms()
        self.tally.arrived += 1
        self.tally.alive_real_ms = real_ms
        early_ms = 500 / self._settings.rate_fps
        if self._given_ms is not None and real_ms < self._given_ms + 1000 * every_s - early_ms:
            return None
        verify_size(width_px=image.shape[1], height_px=image.shape[0], shown=self._shown)
        self._given_ms = real_ms
        return Frame.of(np.ascontiguousarray(image), number=self.tally.arrived, taken_up_ms=self._clock.up_ms())

    def read(self) -> Frame:
        """Return the next picture; see `FrameSource`."""
        return read_next(self)

    def close(self) -> None:
        """Stop the camera."""
        if self._camera is not None:
            camera, self._camera = self._camera, None
            camera.close()

    def _captured(self) -> Any:
        """Return the next picture [height, width, 3] as the board's processor made it."""
        job = self._camera.capture_array("main", wait=False)
        try:
            return self._camera.wait(job, timeout=PICTURE_TIMEOUT_S)
        except TimeoutError:
            raise CameraStalledError(
                f"{self._shown}: {PICTURE_TIMEOUT_S:g} s tanpa gambar. Matikan kotak, periksa kabel pita. / "
                f"{PICTURE_TIMEOUT_S:g} s without a picture. Switch the box off, check the ribbon cable."
            ) from None
        except (RuntimeError, OSError) as exc:
            raise self._missing(exc) from exc

    def _missing(self, exc: Exception) -> CameraError:
        return CameraMissingError(
            f"{self._shown}: kamera pita tidak menjawab ({exc}). Matikan kotak, periksa kabel pita, lalu "
            "`rpicam-hello --list-cameras`. / the ribbon camera does not answer. Switch the box off, check the ribbon "
            "cable, then that command."
        )


def _library() -> Any:
    """Return picamera2's class.

    Raises:
        CameraMissingError: it is not installed.
    """
    try:
        from picamera2 import Picamera2
    except ImportError as exc:
        raise CameraMissingError(
            "libcamera: picamera2 tidak terpasang. Pasang di Raspberry Pi OS: sudo apt install python3-picamera2, lalu "
            "buat ulang lingkungan Python dengan --system-site-packages. / picamera2 is not installed. Install it on "
            "Raspberry Pi OS by that command, then make the Python environment again with that option."
        ) from exc
    return Picamera2
