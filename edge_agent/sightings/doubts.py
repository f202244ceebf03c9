"""When numbers cannot be trusted: too few frames to follow what moves, or nothing to be seen.

A doubt stands on every sighting of its window. Evidence of `too_slow`:

- a pause between two frames that no track outlives, or
- many steps from frame to frame that are longer than the thing itself: the next one in the lane is then as near, or
- at few frames a second, many things are seen once and never again: they were too fast to be followed at all.

Evidence of `cannot_see`: for a part of the window the caller said so, or there was no frame at all.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from edge_agent.sightings.track import XY, Track
from edge_agent.sightings.tracker import HIDDEN_MOST_S

TOO_SLOW = "too_slow"
CANNOT_SEE = "cannot_see"

MOVING_SIDES = 0.1
"""A step from frame to frame, in sides of the box (root of width times height), above which a thing moves."""
FAR_SIDES = 0.8
"""A step at which the next vehicle of a lane comes nearer than the same one."""
FAR_SHARE = 0.1
FEWEST_FAR = 2
LONE_SHARE = 0.4
"""Of the tracks that have ended."""
FEWEST_LONE = 3
LONE_INTERVAL_S = 0.2
"""Where frames come more often, what is seen once is chance."""
BLIND_SHARE = 0.1
"""Of a window: more than six seconds of a minute are no minute's count."""
NO_PICTURE_S = 5.0
"""A pause this long between two frames is no low rate, there is no picture."""


@dataclass(slots=True)
class _Evidence:
    steps: int = 0
    far: int = 0
    ended: int = 0
    lone: int = 0
    frames: int = 0
    interval_ms: int = 0
    longest_ms: int = 0
    blind_ms: int = 0


class DoubtWatch:
    """Collects evidence over a window."""

    def __init__(self, up_ms: int) -> None:
        self._evidence = _Evidence()
        self._places: dict[int, tuple[XY, int, bool]] = {}
        self._up_ms = up_ms
        self._frame_up_ms = up_ms

    def step(self, tracks: Iterable[Track], up_ms: int) -> None:
        """Take in the tracks after a frame."""
        evidence = self._evidence
        evidence.frames += 1
        self._pass(up_ms)
        places: dict[int, tuple[XY, int, bool]] = {}
        for track in tracks:
            before = self._places.pop(track.number, None)
            if before is not None and track.is_seen and before[1] == self._frame_up_ms:
                self._measure(math.dist(track.anchor_px, before[0]) / side_px(track))
            if track.was_good or track.is_sure:
                places[track.number] = (track.anchor_px, track.seen_up_ms, track.is_sure)
        evidence.ended += len(self._places)
        evidence.lone += sum(not is_sure for _, _, is_sure in self._places.values())
        self._places = places
        self._frame_up_ms = up_ms

    def blind(self, up_ms: int) -> None:
        """Take in that nothing can be seen since the last frame or the last word."""
        self._evidence.blind_ms += max(up_ms - self._up_ms, 0)
        self._up_ms = max(up_ms, self._up_ms)

    def close(self, up_ms: int, window_ms: int) -> tuple[str, ...]:
        """Return the doubts of the window that ends now, and begin the next one."""
        self._pass(up_ms)
        evidence, self._evidence = self._evidence, _Evidence()
        doubts = []
        if evidence.frames == 0 or evidence.blind_ms > BLIND_SHARE * window_ms:
            doubts.append(CANNOT_SEE)
        if _is_too_slow(evidence):
            doubts.append(TOO_SLOW)
        return tuple(doubts)

    def _pass(self, up_ms: int) -> None:
        """Take in the time since the last frame."""
        evidence = self._evidence
        passed_ms = max(up_ms - self._up_ms, 0)  # a frame may be a little older than a word of blindness
        evidence.interval_ms += passed_ms
        evidence.longest_ms = max(evidence.longest_ms, passed_ms)
        evidence.blind_ms += passed_ms if passed_ms > 1000 * NO_PICTURE_S else 0
        self._up_ms = max(up_ms, self._up_ms)

    def _measure(self, sides: float) -> None:
        self._evidence.steps += sides > MOVING_SIDES
        self._evidence.far += sides > FAR_SIDES


def side_px(track: Track) -> float:
    """Return the root of width times height of a track's box, at least 1."""
    left, upper, right, lower = track.box_xyxy_px
    return max(math.sqrt(max(right - left, 0) * max(lower - upper, 0)), 1.0)


def _is_too_slow(evidence: _Evidence) -> bool:
    mean_s = evidence.interval_ms / 1000 / max(evidence.frames, 1)
    is_paused = evidence.longest_ms > 1000 * HIDDEN_MOST_S
    is_far = evidence.far >= FEWEST_FAR and evidence.far > FAR_SHARE * evidence.steps
    is_lone = evidence.lone >= FEWEST_LONE and evidence.lone > LONE_SHARE * evidence.ended
    return is_paused or is_far or (is_lone and mean_s > LONE_INTERVAL_S)
