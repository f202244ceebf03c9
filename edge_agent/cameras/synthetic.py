"""A drawn street as a camera, for demo and drill: it needs no camera, no clip and no network, and knows the truth."""

import threading
from collections import Counter
from collections.abc import Callable

from contract.clock import Clock
from edge_agent.cameras.errors import CameraClosedError
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.pacing import Pace, ShowTimes
from edge_agent.cameras.settings import SyntheticSettings
from edge_agent.cameras.source import Tally, read_next
from edge_agent.cameras.street import Heading, Street
from edge_agent.cameras.street_picture import Light, StreetPicture


class SyntheticSource:
    """One street. The same settings give the same pictures, whichever of them are looked at."""

    def __init__(
        self, settings: SyntheticSettings, *, clock: Clock, wait: Callable[[float], object] | None = None
    ) -> None:
        """Take the settings; the street begins with `open()`.

        Args:
            settings: of this street.
            clock: the street lives by its scaled time, if it runs at its own pace.
            wait: waits so many real seconds; None: really.
        """
        self._settings = settings
        self._clock = clock
        self._wait = wait or threading.Event().wait
        self._picture = StreetPicture(
            width_px=settings.width_px, height_px=settings.height_px, light=Light(settings.light), seed=settings.seed
        )
        self._times: ShowTimes | None = None
        self._number = 0
        self._given_s: float | None = None
        self._street = self._empty()
        self.is_live = settings.pace == "own"
        self.tally = Tally()

    @property
    def crossed(self) -> Counter[tuple[Heading, str]]:
        """The truth up to the last picture: vehicles past the middle of the picture, by heading and kind."""
        return self._street.crossed.copy()

    def boxes(self) -> list[tuple[str, tuple[float, float, float, float]]]:
        """Return the truth of the last picture: kind and left, upper, right, lower edge in px of each vehicle."""
        return [(vehicle.kind, self._picture.box_xyxy_px(vehicle)) for vehicle in self._street.vehicles()]

    def open(self) -> None:
        """Begin with an empty street; see `FrameSource`."""
        self._times = ShowTimes(pace=Pace(self._settings.pace), clock=self._clock, wait=self._wait)
        self._street = self._empty()
        self._number = 0
        self._given_s = None

    def look(self, *, every_s: float) -> Frame | None:
        """Wait for the next picture to be due; see `FrameSource`."""
        if self._times is None:
            raise CameraClosedError("synthetic: look() before open()")
        at_s = (self._number + 1) / self._settings.rate_fps
        self.tally.alive_real_ms = self._clock.real_ms()
        if not self._times.is_due(at_s):
            return None
        self._number += 1
        self.tally.arrived += 1
        early_s = 0.5 / self._settings.rate_fps
        is_early = self._given_s is not None and at_s < self._given_s + every_s - early_s
        if is_early or self._times.is_missed(at_s):
            return None
        self._given_s = at_s
        self._street.run_to(at_s)
        image = self._picture.drawn(self._street, number=self._number)
        return Frame.of(image, number=self.tally.arrived, taken_up_ms=self._times.up_ms(at_s))

    def read(self) -> Frame:
        """Return the next picture; see `FrameSource`."""
        return read_next(self)

    def close(self) -> None:
        """Leave the street."""
        self._times = None

    def _empty(self) -> Street:
        return Street(vehicles_per_min=self._settings.vehicles_per_min, seed=self._settings.seed)
