"""How fast each track goes over the ground, and how long it stands.

Speed is in heights of the track's own box a second, which needs no calibration of the camera: near and far vehicles
then have about the same. Along the direction of view it comes out too small by the camera's angle (looking down at
20°, to a third); a camera that looks across the road sees it whole.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_agent.sightings.track import Track

STANDING_HEIGHTS_PER_S = 0.25
"""Slower is standing: 1.4 km/h of a car 1.5 m high. What a standing box jitters is a tenth of it."""
BASE_S = 2.0
"""Speed is measured over so long, so that jitter does not count."""
SHORTEST_BASE_S = 1.0
"""A younger track's speed is the filter's, and it does not stand yet."""
SAMPLE_S = 0.2
"""Between two remembered places: at most eleven a track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a track moves."""

    heights_per_s: float
    stood_s: float
    """Since when it stands, 0 where it does not."""

    @property
    def stands(self) -> bool:
        """Whether it stands."""
        return self.stood_s > 0


@dataclass(slots=True)
class _Trail:
    places: deque[tuple[int, float, float]] = field(default_factory=deque)
    """Boot clock ms, anchor x, y."""
    standing_since_up_ms: int | None = None
    heights_per_s: float = 0.0


class Paces:
    """Remembers where the tracks have been in the last seconds."""

    def __init__(self) -> None:
        self._trails: dict[int, _Trail] = {}

    def step(self, tracks: Iterable[Track], up_ms: int) -> dict[int, Pace]:
        """Return the pace of each track by its number; a hidden one keeps the one that it had.

        Args:
            tracks: all that the tracker knows.
            up_ms: of the frame.
        """
        known = {track.number: self._trails.get(track.number, _Trail()) for track in tracks}
        self._trails = known
        for track in tracks:
            if track.is_seen:
                _follow(known[track.number], track, up_ms)
        return {number: _pace(trail, up_ms) for number, trail in known.items()}


def _follow(trail: _Trail, track: Track, up_ms: int) -> None:
    x, y = track.anchor_px
    if not trail.places or up_ms - trail.places[-1][0] >= 1000 * SAMPLE_S:
        trail.places.append((up_ms, x, y))
    while len(trail.places) > 1 and up_ms - trail.places[1][0] >= 1000 * BASE_S:
        trail.places.popleft()
    then_up_ms, then_x, then_y = trail.places[0]
    base_s = (up_ms - then_up_ms) / 1000
    if base_s < SHORTEST_BASE_S:
        trail.heights_per_s = math.hypot(*track.speed_px_s) / track.height_px
        return
    trail.heights_per_s = math.dist((x, y), (then_x, then_y)) / track.height_px / base_s
    if trail.heights_per_s >= STANDING_HEIGHTS_PER_S:
        trail.standing_since_up_ms = None
    elif trail.standing_since_up_ms is None:
        trail.standing_since_up_ms = then_up_ms


def _pace(trail: _Trail, up_ms: int) -> Pace:
    since = trail.standing_since_up_ms
    return Pace(heights_per_s=trail.heights_per_s, stood_s=0.0 if since is None else (up_ms - since) / 1000)
