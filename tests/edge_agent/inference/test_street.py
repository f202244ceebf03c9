"""The committed street model and the person of its golden picture, a drawing, wherever in a frame it is put."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edge_agent.inference.detections import Detections
from edge_agent.inference.detector import Detector
from edge_agent.inference.regions import Region, tiles, whole
from models.manifest import read_manifest
from tests.house.source_tree import ROOT

STREET = ROOT / "models/street"
SCORE_MIN = 0.45
WIDTH, HEIGHT = 640, 360
CUT_PX = (255, 120, 405, 340)
"""Out of the golden picture: the person, and some of the street."""
WIDE, HIGH = 41, 60
"""Of that where it is pasted."""
PERSON = [11, 3, 29, 57]
"""Where the figure is drawn in it (models/golden_scene.py)."""
NEAR_PX = 5
PLACES = [(0, 0), (200, 40), (WIDTH - WIDE, HEIGHT - HIGH)]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(STREET, score_min=SCORE_MIN)


def street(left: int, upper: int) -> NDArray[np.uint8]:
    """Return a grey frame with the person in it, [360, 640, 3] uint8."""
    frame = np.full((HEIGHT, WIDTH, 3), 114, np.uint8)
    with Image.open(STREET / read_manifest(STREET).golden.pictures[0]) as picture:
        small = picture.convert("RGB").crop(CUT_PX).resize((WIDE, HIGH), Image.Resampling.BOX)
    frame[upper : upper + HIGH, left : left + WIDE] = np.asarray(small)
    return frame


def person(detections: Detections) -> list[float]:
    """Return the box of the only thing there is."""
    assert detections.labels() == ["person"]
    box: list[float] = detections.box_xyxy_px[0].tolist()
    return box


@pytest.mark.parametrize(("left", "upper"), PLACES)
@pytest.mark.parametrize("looked_at", ["whole", "tiles", "crop", "all"])
def test_the_person_is_found_once_and_in_its_place(detector: Detector, left: int, upper: int, looked_at: str) -> None:
    crop = Region(
        left_px=max(left - 50, 0),
        upper_px=max(upper - 50, 0),
        right_px=min(left + WIDE + 50, WIDTH),
        lower_px=min(upper + HIGH + 50, HEIGHT),
    )
    halves = tiles(WIDTH, HEIGHT, columns=2, rows=1)
    regions = {
        "whole": None,
        "tiles": halves,
        "crop": [crop],
        "all": [whole(WIDTH, HEIGHT), *halves, crop],
    }[looked_at]
    box = person(detector.detect(street(left, upper), regions))
    assert box == pytest.approx([PERSON[0] + left, PERSON[1] + upper, PERSON[2] + left, PERSON[3] + upper], abs=NEAR_PX)


def test_a_place_in_the_batch_changes_nothing(detector: Detector) -> None:
    frame, region = street(200, 40), whole(WIDTH, HEIGHT)
    one = detector.detect(frame)
    three = detector.detect(frame, [region] * 3)
    assert np.abs(three.box_xyxy_px - one.box_xyxy_px).max() < 0.5
    assert three.score.tolist() == pytest.approx(one.score.tolist(), abs=0.01)


def test_two_threads_see_what_one_sees(detector: Detector) -> None:
    frame = street(200, 40)
    two = Detector.open(STREET, threads=2, score_min=SCORE_MIN).detect(frame)
    assert person(two) == pytest.approx(person(detector.detect(frame)), abs=2)


def test_less_detail_still_sees_what_is_near() -> None:
    near = street(0, 0)[: HEIGHT // 2, : WIDTH // 2].repeat(2, axis=0).repeat(2, axis=1)
    seen = Detector.open(STREET, score_min=SCORE_MIN, detail=0.5).detect(near)
    assert person(seen) == pytest.approx([2 * edge for edge in PERSON], abs=2 * NEAR_PX)
