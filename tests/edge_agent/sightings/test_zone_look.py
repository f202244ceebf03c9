"""What counts in a zone: people who are believed on the whole, and vehicles however weak."""

import pytest

from contract.views import View, Zone, ZoneKind
from edge_agent.sightings.places import PlacedZone, placed
from edge_agent.sightings.standing import Pace
from edge_agent.sightings.tracker import Tracker
from edge_agent.sightings.zone_look import look
from tests.support.detections import CLASSES, detections, track

PACE = Pace(stood_s=0.0, heights_per_s=0.0)


def zone(kind: ZoneKind) -> PlacedZone:
    """Return a zone that is the whole picture of 640 x 360."""
    everything = Zone(kind=kind, outline=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    return placed(View(zones={"z": everything}), 640, 360).zones["z"]


@pytest.mark.parametrize(("mean_score", "count"), [(0.34, 0), (0.35, 1)])
def test_someone_at_the_bank_counts_who_is_believed_on_the_whole(mean_score: float, count: int) -> None:
    one = track(300, 200, label="person", mean_score=mean_score)
    assert look(zone(ZoneKind.BANK), [one], {1: PACE}).count == count


@pytest.mark.parametrize(("kind", "label"), [(ZoneKind.BANK, "boat"), (ZoneKind.ROAD, "car")])
def test_what_else_is_sure_counts_however_weak(kind: ZoneKind, label: str) -> None:
    assert look(zone(kind), [track(300, 200, label=label, mean_score=0.2)], {1: PACE}).count == 1


def test_a_post_that_once_looked_like_a_person_is_not_counted_for_ever() -> None:
    tracker = Tracker(CLASSES)
    post = [("person", 300.0, 100.0, 330.0, 180.0, score) for score in [0.4, 0.4, *[0.25] * 8]]
    tracks = [tracker.step(detections([found]), 100 * number) for number, found in enumerate(post)]
    counted = [look(zone(ZoneKind.BANK), some, {one.number: PACE for one in some}).count for some in tracks]
    assert tracks[-1][0].is_sure
    assert counted[1] == 1
    assert counted[-1] == 0
