"""What one zone shows in one frame."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contract.views import ZoneKind
from edge_agent.sightings.boxes import anchors
from edge_agent.sightings.fusion import GOOD_SCORE
from edge_agent.sightings.kinds import AT_THE_BANK, PERSON, ROAD
from edge_agent.sightings.places import PlacedZone
from edge_agent.sightings.standing import Pace
from edge_agent.sightings.track import Track

COUNTED = {ZoneKind.ROAD: ROAD, ZoneKind.BANK: AT_THE_BANK}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLook:
    """What is in a zone now."""

    counts: Mapping[str, int]
    """By class, of what a zone of its kind is asked for; a thing is where its anchor is."""
    filled: float
    """Part of the zone under boxes of those classes, wherever they stand."""
    stopped: int
    longest_stop_s: float
    heights_per_s: float | None
    """Mean speed of what is in it, None where there is nothing."""

    @property
    def count(self) -> int:
        """How many there are together."""
        return sum(self.counts.values())


def look(zone: PlacedZone, tracks: Sequence[Track], paces: Mapping[int, Pace]) -> ZoneLook:
    """Return what a zone shows.

    Args:
        zone: in the pixels of the frame.
        tracks: all that the tracker knows; only sure ones that are seen in this frame count, and of people those who
            are believed on the whole.
        paces: of the tracks, by number.
    """
    seen = [track for track in tracks if _counts(track) and track.label in COUNTED[zone.kind]]
    if not seen:
        return ZoneLook(counts=Counter(), filled=0.0, stopped=0, longest_stop_s=0.0, heights_per_s=None)
    boxes = np.array([track.box_xyxy_px for track in seen])
    members = [track for track, is_in in zip(seen, zone.holds(anchors(boxes)), strict=True) if is_in]
    pace = [paces[track.number] for track in members]
    return ZoneLook(
        counts=Counter(track.label for track in members),
        filled=zone.covered(boxes),
        stopped=sum(one.stands for one in pace),
        longest_stop_s=max((one.stood_s for one in pace), default=0.0),
        heights_per_s=sum(one.heights_per_s for one in pace) / len(pace) if pace else None,
    )


def _counts(track: Track) -> bool:
    """Answer whether a track is something that is there.

    A post, a cone or a bush looks like a person once in a while and a little all the time, and never goes away; who is
    a person is one in most frames. On a yard with 8 people 16 were counted without this (docs/models.md). Vehicles are
    not asked: what is parked far away or at night is weak in every frame.
    """
    return track.is_sure and track.is_seen and (track.label != PERSON or track.mean_score >= GOOD_SCORE)
