"""One view: from its camera's newest frame to what its tracker and windows know.

    frame -> anything to be seen? -> motion gate -> attention -> detector or "as before" -> watch

Lives on the frames' own time (real ms), so a clip that runs as fast as it can is counted as the minutes it shows.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from contract.views import Outline, View, digest
from edge_agent.cameras.attention import Attention
from edge_agent.cameras.detector_post import DetectorPost
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.motion_gate import Motion, MotionGate
from edge_agent.cameras.state import CameraState, CameraStatus
from edge_agent.inference.detections import Detections
from edge_agent.inference.regions import Region, around
from edge_agent.sightings.doubts import TOO_SLOW
from edge_agent.sightings.presence import Appearance
from edge_agent.sightings.sight import can_see
from edge_agent.sightings.view_watch import ViewWatch, Watched
from edge_agent.sightings.window import PlaceSighting
from edge_agent.stills.hiding import LEAST_SCORE

SLOW_PART = 0.1
"""Of a window's seconds, as for `cannot_see`."""
SIGHT_EVERY_MS = 1_000
PATIENCE_S = 0.05
SHOWS = frozenset({CameraState.RUNNING, CameraState.RESHAPED, CameraState.ENDED})

WatchMaker = Callable[[View, tuple[str, ...], int], ViewWatch]
"""From what is drawn, the classes and now, real ms."""

log = logging.getLogger(__name__)


class FrameReader(Protocol):
    """What always has the newest frame of a camera; `newest.NewestFrame` is one."""

    every_s: float
    """Least time between two frames that are wanted."""

    def take(self, *, timeout_s: float) -> Frame | None:
        """Return the newest frame that was not taken yet; wait for one at most so many real seconds."""

    def status(self) -> CameraStatus:
        """Return how the camera is now."""

    def close(self) -> None:
        """Let go of the camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at one frame came to."""

    is_awake: bool
    """The next one is to go to the detector as well."""
    is_asked: bool
    """The detector was asked."""
    appearances: Sequence[Appearance]
    is_blind: bool = False
    """There was nothing to be seen in it."""


class ViewPost:
    """One camera and all that is known of its view."""

    def __init__(
        self,
        *,
        source: str,
        view: View,
        reader: FrameReader,
        detector: DetectorPost,
        make_watch: WatchMaker,
        is_gated: bool,
        is_waiting: bool = False,
        real_ms: int,
    ) -> None:
        """Begin the first window.

        Args:
            source: the camera's name.
            view: what is drawn on it.
            reader: of its frames; started by whoever composes.
            detector: shared with other views.
            make_watch: makes what tracks and counts, for the classes of a model.
            is_gated: pictures in which nothing moves are spared the detector.
            is_waiting: its camera is a clip that waits until each picture is taken, so no rate is too low for it.
            real_ms: now.
        """
        self.source = source
        self.reader = reader
        self.detector = detector
        self.looks = 0
        self.asked = 0
        self._is_waiting = is_waiting
        self._is_gated = is_gated
        self._make_watch = make_watch
        self._classes = detector.classes
        self._begin(view, real_ms)
        self._judged_ms: int | None = None
        self._is_seeing = True
        self._frame_ms = real_ms
        self._window_ms = real_ms
        self._seconds = 0
        self._slow_seconds = 0

    def _begin(self, view: View, at_ms: int) -> None:
        """Watch a view with nothing known of what is in it."""
        self.view = view
        self.drawing = digest(view)
        """Tells by what it counts."""
        self._gate = MotionGate(view) if self._is_gated else None
        self._attention = Attention()
        self._watch = self._make_watch(view, self._classes, at_ms)
        self._is_counting = bool(view.zones or view.lines)
        self._is_tracking = False
        self._is_answered = False
        """The detector could say what is in the last frame about which it was asked."""

    def take_view(self, view: View, *, real_ms: int) -> None:
        """Watch by another drawing from now on, with fresh tracks; the window of the one before is closed already."""
        self._begin(view, self.now_ms(real_ms))

    @property
    def patience_s(self) -> float:
        """How long its next frame may be waited for, real s: a clip that waits to be taken has it in a moment."""
        return PATIENCE_S if self._is_waiting else 0.0

    @property
    def purpose(self) -> Outline | None:
        """The part of the picture that the city has a reason to look at; None: none was drawn."""
        return self.view.purpose

    def hints(self, frame: Frame, *, real_ms: int) -> Detections | None:
        """Return every sign of a thing in a frame, for a still of it; None: that cannot be said."""
        return self.detector.hints(frame.image, self._regions(frame), score_min=LEAST_SCORE, real_ms=real_ms)

    def now_ms(self, real_ms: int) -> int:
        """Return now on the frames' time: real ms, or the last frame's where a clip runs ahead."""
        return max(real_ms, self._frame_ms)

    def window_s(self, real_ms: int) -> float:
        """Return how long the window is open."""
        return (self.now_ms(real_ms) - self._window_ms) / 1000

    def look(self, frame: Frame, *, real_ms: int) -> Looked:
        """Take in a frame."""
        self.looks += 1
        at_ms = self._frame_ms = max(frame.taken_up_ms, self._frame_ms)
        if not self._can_see(frame, at_ms):
            self._watch.blind(up_ms=at_ms)
            return Looked(is_awake=False, is_asked=False, appearances=(), is_blind=True)
        if not self._is_counting:
            return Looked(is_awake=False, is_asked=False, appearances=())
        motion = self._motion(frame, at_ms)
        is_wanted = self._attention.is_wanted(is_moving=motion.is_moving, has_tracks=self._is_tracking, real_ms=at_ms)
        is_asked = is_wanted or not self._is_answered  # "as before" needs an answer before
        watched = self._asked(frame, at_ms, real_ms) if is_asked else self._watch.rest(up_ms=at_ms)
        self._is_tracking = bool(watched.tracks)
        is_awake = self._attention.is_awake(real_ms=at_ms)
        return Looked(is_awake=is_awake, is_asked=is_asked, appearances=watched.appearances)

    def pass_second(self, *, is_slow: bool, real_ms: int) -> None:
        """Take note of a second: whether it was looked at too seldom, and whether there was anything to be seen."""
        self._seconds += 1
        shows = self.reader.status().state in SHOWS
        self._slow_seconds += is_slow and shows and not self._is_waiting
        if not shows:
            self._watch.blind(up_ms=self.now_ms(real_ms))

    def close_window(self, *, real_ms: int, at_ms: int) -> tuple[PlaceSighting, ...]:
        """Return what the window has shown, and begin the next one.

        Args:
            real_ms: now.
            at_ms: the same moment as records tell it, UTC ms.
        """
        now_ms = self._window_ms = self.now_ms(real_ms)
        places = self._watch.close(up_ms=now_ms, at_ms=at_ms)
        is_slow = self._slow_seconds > SLOW_PART * self._seconds
        self._seconds = self._slow_seconds = 0
        return tuple(_doubted(place, TOO_SLOW) for place in places) if is_slow else places

    def _can_see(self, frame: Frame, at_ms: int) -> bool:
        """Answer whether a picture shows anything; judged once a second, a lamp is not switched more often."""
        if 0 in frame.pixels.size_px:
            return False
        if self._judged_ms is None or at_ms - self._judged_ms >= SIGHT_EVERY_MS:
            self._judged_ms, self._is_seeing = at_ms, can_see(frame.pixels.cells())
        return self._is_seeing

    def _motion(self, frame: Frame, at_ms: int) -> Motion:
        if self._gate is None:
            return Motion(is_moving=True, part=1.0)
        return self._gate.look(frame.pixels, real_ms=at_ms)

    def _asked(self, frame: Frame, at_ms: int, real_ms: int) -> Watched:
        """Ask the detector; without its answer nothing is known of this frame."""
        self.asked += 1
        detections = self.detector.detect(frame.pixels.source, self._regions(frame), real_ms=real_ms)
        self._is_answered = detections is not None
        if detections is None:
            self._watch.blind(up_ms=at_ms)
            return Watched(tracks=(), appearances=())
        if detections.classes != self._classes:  # the model came later, and knows less than all
            self._classes = detections.classes
            self._watch = self._make_watch(self.view, self._classes, self._window_ms)
        return self._watch.step(detections, up_ms=at_ms, width_px=frame.width_px, height_px=frame.height_px)

    def _regions(self, frame: Frame) -> tuple[Region, ...] | None:
        """Return the part of a frame that the city has a reason to look at; None: the whole."""
        if self.view.purpose is None:
            return None
        return (around(self.view.purpose, frame.width_px, frame.height_px),)


def _doubted(place: PlaceSighting, doubt: str) -> PlaceSighting:
    return place if doubt in place.doubts else replace(place, doubts=(*place.doubts, doubt))
