"""What a still may show: nothing outside the purpose, no person, no plate; and no more than its width allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from contract.views import Outline
from edge_agent.cameras.frame import Image
from edge_agent.inference.detections import Detections
from edge_agent.stills.blur import STILL_WIDTH_PX, TILES_OF_PERSON, TILES_OF_VEHICLE, blurred
from edge_agent.stills.hiding import LEAST_SCORE

CLASSES = ("person", "bicycle", "motorcycle", "car", "bus", "truck", "boat")
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def noise(width_px: int = 640, height_px: int = 360, *, seed: int = 7) -> Image:
    """Return a picture in which every pixel is something of its own."""
    return np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), np.uint8)


def found(*boxes: tuple[str, float, float, float, float], score: float = 0.9) -> Detections:
    return Detections(
        box_xyxy_px=np.array([box[1:] for box in boxes], np.float32).reshape(-1, 4),
        score=np.full(len(boxes), score, np.float32),
        class_index=np.array([CLASSES.index(box[0]) for box in boxes], np.int64),
        classes=CLASSES,
    )


def tiles_in(part: Image) -> int:
    """Return how many different colours a part of the picture has."""
    colours: NDArray[np.uint8] = np.unique(part.reshape(-1, 3), axis=0)
    return len(colours)


def test_what_is_in_the_purpose_and_nobody_stays_as_it_is() -> None:
    image = noise()
    assert np.array_equal(blurred(image, found(), purpose=WHOLE), image)


def test_outside_the_purpose_everything_is_coarse_found_or_not() -> None:
    image = noise()
    shown = blurred(image, found(), purpose=LEFT_HALF)
    assert np.array_equal(shown[:, :319], image[:, :319])
    assert tiles_in(shown[:, 322:]) <= 25 * 28


def test_a_view_without_a_purpose_is_coarse_all_over() -> None:
    assert tiles_in(blurred(noise(), found(), purpose=None)) <= 48 * 27


@pytest.mark.parametrize(
    ("label", "most"), [("person", TILES_OF_PERSON), ("motorcycle", TILES_OF_PERSON), ("car", TILES_OF_VEHICLE)]
)
def test_a_person_a_rider_and_a_vehicle_are_coarse(label: str, most: int) -> None:
    shown = blurred(noise(), found((label, 200, 100, 280, 300)), purpose=WHOLE)
    assert tiles_in(shown[100:300, 200:280]) <= most * most


def test_a_weak_hint_is_enough_and_a_boat_is_left() -> None:
    image = noise()
    weak = blurred(image, found(("person", 200, 100, 280, 300), score=LEAST_SCORE), purpose=WHOLE)
    assert tiles_in(weak[100:300, 200:280]) <= TILES_OF_PERSON**2
    assert np.array_equal(blurred(image, found(("boat", 200, 100, 280, 300)), purpose=WHOLE), image)


def test_a_second_box_over_the_first_shows_nothing_again() -> None:
    person, bus = ("person", 200.0, 100.0, 280.0, 300.0), ("bus", 100.0, 50.0, 500.0, 350.0)
    for both in (found(person, bus), found(bus, person)):
        shown = blurred(noise(), both, purpose=WHOLE)
        assert tiles_in(shown[100:300, 200:280]) <= TILES_OF_VEHICLE**2


def test_the_frame_itself_is_left_as_it_is() -> None:
    image = noise()
    before = image.copy()
    blurred(image, found(("person", 200, 100, 280, 300)), purpose=LEFT_HALF)
    assert np.array_equal(image, before)


def test_a_large_frame_becomes_a_small_still() -> None:
    shown = blurred(noise(1920, 1080), found(), purpose=WHOLE)
    assert shown.shape == (360, STILL_WIDTH_PX, 3)
    assert shown.flags.c_contiguous


edge = st.floats(-300, 900, allow_nan=False, width=32)


@given(
    boxes=st.lists(st.tuples(st.sampled_from(CLASSES), edge, edge, edge, edge), max_size=6),
    size=st.sampled_from([(1, 1), (3, 200), (200, 3), (64, 48)]),
    purpose=st.sampled_from([None, WHOLE, LEFT_HALF]),
)
def test_no_box_and_no_size_of_picture_is_too_strange(
    boxes: list[tuple[str, float, float, float, float]], size: tuple[int, int], purpose: Outline | None
) -> None:
    image = noise(*size)
    shown = blurred(image, found(*boxes), purpose=purpose)
    assert shown.shape == image.shape
    assert shown.dtype == np.uint8
