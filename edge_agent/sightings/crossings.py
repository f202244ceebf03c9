"""Who has crossed a line, and which way.

What crosses is the anchor of a track: the middle of its lower edge, where it stands on the ground. Rules, per track:

1. It is on a side once its anchor is further from the line than the margin, a part of its own height; nearer it stays
   on the side on which it was. So a box that jitters on the line crosses nothing.
2. It crosses when it comes to the other side and its way led over the line between the line's ends. A way around an
   end changes the side and counts nothing.
3. It counts once in each direction, whatever it does.
4. One that comes into the picture or leaves it (its box touches the picture's edge) right at the line has no room for
   the margin: there the bare side counts, if it has come from, or gone, further than `RUN_HEIGHTS`.
5. A hidden track does not move. One that comes back on the other side has crossed where the straight way leads.
6. Only sure tracks count, but they are followed from their first detection on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge_agent.sightings.places import PlacedLine
from edge_agent.sightings.track import XY, Track

MARGIN_HEIGHTS = 0.1
"""Of the box: twice what the lower edge of a box jitters (1/20 of its height)."""
RUN_HEIGHTS = 0.5
"""How far from the line one that leaves the picture at it must have been: more than any jitter."""
EDGE_PX = 3.0
"""A box that is cut by the picture's edge ends this near to it."""


class Direction(StrEnum):
    """Which way, as in `contract.views.Line`."""

    FORWARD = "forward"
    """From the left to the right side."""
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One thing has crossed a line."""

    label: str
    direction: Direction
    track: int
    up_ms: int


@dataclass(slots=True, kw_only=True)
class _Way:
    """What is remembered of a track at a line; changed with each frame that shows the track."""

    label: str
    anchor_px: XY
    side: int
    """-1 left, 1 right, 0 not yet known."""
    bare_side: int
    """Of the last anchor, without margin; 0 on the line itself."""
    is_over: bool
    """Its last change of the bare side led over the line between its ends."""
    furthest_heights: float
    """From the line, while it was on its side."""
    at_edge: bool
    is_sure: bool
    counted: frozenset[Direction]


class LineWatch:
    """Counts at one line."""

    def __init__(self, line: PlacedLine, width_px: int, height_px: int) -> None:
        self._line = line
        self._size_px = (width_px, height_px)
        self._ways: dict[int, _Way] = {}

    def step(self, tracks: Sequence[Track], up_ms: int) -> list[Crossing]:
        """Return what has crossed with this frame.

        Args:
            tracks: all that the tracker knows; one that is no longer among them has ended.
            up_ms: of the frame.
        """
        found: list[Crossing] = []
        alive = {track.number for track in tracks}
        for number in [number for number in self._ways if number not in alive]:
            found += self._ended(number, self._ways.pop(number), up_ms)
        for track in tracks:
            if track.is_seen:
                found += self._moved(track, up_ms)
        return found

    def end(self, up_ms: int) -> list[Crossing]:
        """Return what has crossed when all tracks end at once: the picture changes its size, the camera is stopped."""
        return self.step((), up_ms)

    def _moved(self, track: Track, up_ms: int) -> list[Crossing]:
        before = self._ways.get(track.number)
        way = self._first(track) if before is None else self._next(before, track)
        crossing: list[Crossing] = []
        heights = self._line.right_of_px(track.anchor_px) / track.height_px
        side = _sign(heights) if abs(heights) > MARGIN_HEIGHTS else way.side
        if way.side and side != way.side:
            if not way.is_over:  # around an end
                way.side, way.furthest_heights = side, 0.0
            elif track.is_sure:
                crossing = _count(way, side, track.number, up_ms)
        else:
            way.side = side
        if way.side == _sign(heights):
            way.furthest_heights = max(way.furthest_heights, abs(heights))
        self._ways[track.number] = way
        return crossing

    def _first(self, track: Track) -> _Way:
        bare = _sign(self._line.right_of_px(track.anchor_px))
        at_edge = self._touches_edge(track)
        return _Way(
            label=track.label,
            anchor_px=track.anchor_px,
            side=bare if at_edge else 0,
            bare_side=bare,
            is_over=False,
            furthest_heights=0.0,
            at_edge=at_edge,
            is_sure=track.is_sure,
            counted=frozenset(),
        )

    def _next(self, way: _Way, track: Track) -> _Way:
        bare = _sign(self._line.right_of_px(track.anchor_px)) or way.bare_side
        if way.bare_side and bare != way.bare_side:
            way.is_over = 0 <= self._line.part_of(self._meeting(way.anchor_px, track.anchor_px)) <= 1
        way.label, way.anchor_px, way.bare_side = track.label, track.anchor_px, bare
        way.at_edge, way.is_sure = self._touches_edge(track), track.is_sure
        return way

    def _ended(self, number: int, way: _Way, up_ms: int) -> list[Crossing]:
        """One that left the picture beyond the line, but nearer to it than the margin."""
        is_out = way.at_edge and way.is_sure and way.is_over
        if not (is_out and way.side * way.bare_side < 0 and way.furthest_heights >= RUN_HEIGHTS):
            return []
        return _count(way, way.bare_side, number, up_ms)

    def _touches_edge(self, track: Track) -> bool:
        left, upper, right, lower = track.box_xyxy_px
        width_px, height_px = self._size_px
        return min(left, upper) <= EDGE_PX or right >= width_px - EDGE_PX or lower >= height_px - EDGE_PX

    def _meeting(self, one: XY, other: XY) -> XY:
        """Return where the straight way between points on either side meets the line."""
        from_px, to_px = self._line.right_of_px(one), self._line.right_of_px(other)
        part = 0.5 if from_px == to_px else from_px / (from_px - to_px)
        return one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])


def _count(way: _Way, side: int, number: int, up_ms: int) -> list[Crossing]:
    """Take note that a track is beyond the line; return the crossing, if it is its first in that direction."""
    direction = Direction.FORWARD if side > 0 else Direction.BACKWARD
    is_news = direction not in way.counted
    way.side, way.counted, way.furthest_heights = side, way.counted | {direction}, 0.0
    if not is_news:
        return []
    return [Crossing(label=way.label, direction=direction, track=number, up_ms=up_ms)]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
