"""A window of time, usually a minute: what its frames have shown becomes one sighting for each zone and line.

Counts live in the window only. What needs longer (tracks, stops, the traffic state) lives outside and goes through its
end unharmed, so that windows may be cut anywhere: the crossings of their parts add up to those of the whole. A box that
is started anew loses the running window and no more; the windows before it are records.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.views import View, ZoneKind
from edge_agent.sightings.crossings import Crossing, Direction
from edge_agent.sightings.traffic import TrafficState
from edge_agent.sightings.zone_look import ZoneLook

LONGEST_WEIGHT_S = 5.0
"""A frame stands for the time since the one before, and for no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSighting:
    """Fields of `contract.records.Sighting` that come from the frames, under the same names."""

    zone: str
    count: int
    window_s: float
    frames: int
    is_line: bool = False
    label: str = ""
    by_label: dict[str, int] = field(default_factory=dict)
    forward: dict[str, int] = field(default_factory=dict)
    backward: dict[str, int] = field(default_factory=dict)
    occupied: float | None = None
    stopped: int = 0
    longest_stop_s: float = 0.0
    state: str = ""
    since_ms: int | None = None
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _ZoneSum:
    most: dict[str, int] = field(default_factory=dict)
    count: int = 0
    filled_s: float = 0.0
    weight_s: float = 0.0
    stopped: int = 0
    longest_stop_s: float = 0.0


class Window:
    """Collects what zones and lines show from `start_up_ms` on."""

    def __init__(self, view: View, start_up_ms: int) -> None:
        self._view = view
        self._start_up_ms = start_up_ms
        self._zones = {name: _ZoneSum() for name in view.zones}
        self._lines: dict[str, Counter[tuple[Direction, str]]] = {name: Counter() for name in view.lines}
        self.frames = 0

    def add_look(self, zone: str, shown: ZoneLook, seconds: float) -> None:
        """Take in what a zone shows in a frame that came `seconds` after the one before."""
        kept = self._zones[zone]
        kept.most = {
            label: max(kept.most.get(label, 0), shown.counts.get(label, 0)) for label in {*kept.most, *shown.counts}
        }
        kept.count = max(kept.count, shown.count)
        weight_s = min(max(seconds, 1e-3), LONGEST_WEIGHT_S)
        kept.weight_s += weight_s
        kept.filled_s += weight_s * shown.filled
        kept.stopped = max(kept.stopped, shown.stopped)
        kept.longest_stop_s = max(kept.longest_stop_s, shown.longest_stop_s)

    def add_crossings(self, line: str, crossings: Iterable[Crossing]) -> None:
        """Take in what has crossed a line."""
        self._lines[line].update((crossing.direction, crossing.label) for crossing in crossings)

    def close(
        self, *, up_ms: int, at_ms: int, flows: dict[str, TrafficState], doubts: tuple[str, ...]
    ) -> tuple[PlaceSighting, ...]:
        """Return one sighting for each zone and then for each line.

        Args:
            up_ms: the window's end, boot clock.
            at_ms: the same moment, UTC ms.
            flows: of the road zones, by name.
            doubts: see `doubts`.
        """
        window_s = max(up_ms - self._start_up_ms, 0) / 1000
        zones = [
            self._of_zone(name, window_s, doubts, flows.get(name, TrafficState()), at_ms - up_ms)
            for name in self._zones
        ]
        return (*zones, *(self._of_line(name, window_s, doubts) for name in self._lines))

    def _of_zone(
        self, name: str, window_s: float, doubts: tuple[str, ...], flow: TrafficState, up_to_at_ms: int
    ) -> PlaceSighting:
        kept = self._zones[name]
        is_road = self._view.zones[name].kind is ZoneKind.ROAD
        since_up_ms = flow.since_up_ms
        return PlaceSighting(
            zone=name,
            count=kept.count,
            window_s=window_s,
            frames=self.frames,
            by_label={label: most for label, most in sorted(kept.most.items()) if most},
            occupied=round(kept.filled_s / kept.weight_s, 3) if kept.weight_s else None,
            stopped=kept.stopped if is_road else 0,
            longest_stop_s=round(kept.longest_stop_s, 1) if is_road else 0.0,
            state=flow.flow.word if flow.flow is not None else "",
            since_ms=None if since_up_ms is None else since_up_ms + up_to_at_ms,
            doubts=doubts,
        )

    def _of_line(self, name: str, window_s: float, doubts: tuple[str, ...]) -> PlaceSighting:
        crossings = self._lines[name]
        one_way = {
            direction: {label: count for (way, label), count in sorted(crossings.items()) if way is direction}
            for direction in Direction
        }
        return PlaceSighting(
            zone=name,
            is_line=True,
            count=crossings.total(),
            window_s=window_s,
            frames=self.frames,
            forward=one_way[Direction.FORWARD],
            backward=one_way[Direction.BACKWARD],
            doubts=doubts,
        )
