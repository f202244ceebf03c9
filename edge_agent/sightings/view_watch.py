"""Everything that is watched in one camera's view: detections of frame after frame in, sightings out.

    watch = ViewWatch(view, classes=detections.classes, up_ms=now)
    watched = watch.step(detections, up_ms=…, width_px=…, height_px=…)   # each frame
    watched = watch.rest(up_ms=…)                                        # a frame in which nothing has moved
    watch.blind(up_ms=…)                                                 # dark, covered, no picture
    sightings = watch.close(up_ms=…, at_ms=…)                            # each minute

Tracks, stops and traffic states go on through the end of a window. A frame of another size ends all tracks (what they
have crossed stands) and puts the places on the new pixels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract.views import View, ZoneKind
from edge_agent.inference.detections import Detections
from edge_agent.sightings.crossings import LineWatch
from edge_agent.sightings.doubts import DoubtWatch
from edge_agent.sightings.places import PlacedView, placed
from edge_agent.sightings.presence import Appearance, BankWatch
from edge_agent.sightings.riders import join_riders
from edge_agent.sightings.standing import Paces
from edge_agent.sightings.track import Track
from edge_agent.sightings.tracker import Tracker
from edge_agent.sightings.traffic import Flow, Look, TrafficBounds, TrafficState, judge, unseen
from edge_agent.sightings.window import PlaceSighting, Window
from edge_agent.sightings.zone_look import look


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a frame has brought."""

    tracks: Sequence[Track]
    """Without those that so far are no more than a suspicion."""
    appearances: Sequence[Appearance]
    """To be told at once."""


@dataclass(slots=True, kw_only=True)
class _OnPixels:
    """What holds for frames of one size."""

    places: PlacedView
    tracker: Tracker
    paces: Paces
    lines: dict[str, LineWatch]


class ViewWatch:
    """Watches one view; not for two threads."""

    def __init__(
        self, view: View, *, classes: tuple[str, ...], up_ms: int, bounds: Mapping[str, TrafficBounds] | None = None
    ) -> None:
        self._view = view
        self._classes = classes
        self._bounds = {name: (bounds or {}).get(name, TrafficBounds()) for name in _of_kind(view, ZoneKind.ROAD)}
        self._flows = {name: TrafficState() for name in self._bounds}
        self._banks = {name: BankWatch(name) for name in _of_kind(view, ZoneKind.BANK)}
        self._doubts = DoubtWatch(up_ms)
        self._on_pixels: _OnPixels | None = None
        self._window = Window(view, up_ms)
        self._start_up_ms = up_ms
        self._up_ms = up_ms

    def resume(self, flows: Mapping[str, tuple[str, int]], *, up_ms: int, at_ms: int) -> None:
        """Go on with the traffic states of the last sightings, from before this process was started.

        Args:
            flows: `state` and `since_ms` by zone; those of other zones are passed over.
            up_ms: now, boot clock.
            at_ms: the same moment, UTC ms.
        """
        words = {flow.word: flow for flow in Flow}
        for name in self._flows.keys() & flows.keys():
            word, since_ms = flows[name]
            if word in words:
                self._flows[name] = TrafficState(flow=words[word], since_up_ms=since_ms - at_ms + up_ms)

    def step(self, detections: Detections, *, up_ms: int, width_px: int, height_px: int) -> Watched:
        """Take in what was found in a frame.

        Args:
            detections: of the whole frame, riders not yet joined.
            up_ms: when it was taken, boot clock.
            width_px: of the frame.
            height_px: of the frame.

        Raises:
            FrameOrderError: the frame is older than the one before.
        """
        on = self._for_frames_of(width_px, height_px, up_ms)
        return self._shown(on, on.tracker.step(join_riders(detections), up_ms), up_ms)

    def rest(self, *, up_ms: int) -> Watched:
        """Take in a frame in which nothing has moved since the one before.

        Raises:
            FrameOrderError: the frame is older than the one before.
        """
        if self._on_pixels is None:
            self._doubts.step((), up_ms)
            self._window.frames += 1
            self._up_ms = up_ms
            return Watched(tracks=(), appearances=())
        return self._shown(self._on_pixels, self._on_pixels.tracker.rest(up_ms), up_ms)

    def blind(self, *, up_ms: int) -> None:
        """Take in that since the last frame or word there was nothing to be seen."""
        self._doubts.blind(up_ms)
        for bank in self._banks.values():
            bank.unseen(max(up_ms - self._up_ms, 0) / 1000)
        self._flows = {name: unseen(flow, up_ms, self._bounds[name]) for name, flow in self._flows.items()}
        self._up_ms = max(up_ms, self._up_ms)

    def close(self, *, up_ms: int, at_ms: int) -> tuple[PlaceSighting, ...]:
        """Return what the window has shown, for each zone and line, and begin the next one.

        Args:
            up_ms: now, boot clock; not before the last frame.
            at_ms: the same moment, UTC ms.
        """
        doubts = self._doubts.close(up_ms, up_ms - self._start_up_ms)
        window, self._window = self._window, Window(self._view, up_ms)
        self._start_up_ms = up_ms
        return window.close(up_ms=up_ms, at_ms=at_ms, flows=self._flows, doubts=doubts)

    def _for_frames_of(self, width_px: int, height_px: int, up_ms: int) -> _OnPixels:
        on = self._on_pixels
        if on is not None and (on.places.width_px, on.places.height_px) == (width_px, height_px):
            return on
        if on is not None:
            for name, line in on.lines.items():
                self._window.add_crossings(name, line.end(up_ms))
        places = placed(self._view, width_px, height_px)
        lines = {name: LineWatch(line, width_px, height_px) for name, line in places.lines.items()}
        self._on_pixels = _OnPixels(places=places, tracker=Tracker(self._classes), paces=Paces(), lines=lines)
        return self._on_pixels

    def _shown(self, on: _OnPixels, tracks: Sequence[Track], up_ms: int) -> Watched:
        paces = on.paces.step(tracks, up_ms)
        appearances: list[Appearance] = []
        for name, zone in on.places.zones.items():
            shown = look(zone, tracks, paces)
            self._window.add_look(name, shown, (up_ms - self._up_ms) / 1000)
            if zone.kind is ZoneKind.BANK:
                appearances += self._banks[name].step(shown.counts, up_ms)
            else:
                seen = Look(up_ms=up_ms, filled=shown.filled, heights_per_s=shown.heights_per_s)
                self._flows[name] = judge(self._flows[name], seen, self._bounds[name])
        for name, line in on.lines.items():
            self._window.add_crossings(name, line.step(tracks, up_ms))
        self._doubts.step(tracks, up_ms)
        self._window.frames += 1
        self._up_ms = up_ms
        return Watched(tracks=[one for one in tracks if one.was_good or one.is_sure], appearances=appearances)


def _of_kind(view: View, kind: ZoneKind) -> list[str]:
    return [name for name, zone in view.zones.items() if zone.kind is kind]
