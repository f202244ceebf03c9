"""What the reader's thread makes ahead for the detector."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.inference.ahead import IN_VAIN_MOST, Ahead, Habit
from edge_agent.inference.letterbox import Scaler, place
from edge_agent.inference.regions import Region, whole

REGION = Region(left_px=21, upper_px=10, right_px=120, lower_px=91)


def pictures(count: int) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (100, 120, 3), dtype=np.uint8) for _ in range(count)]


def ahead(image: NDArray[np.uint8], habit: Habit) -> tuple[Ahead, bool]:
    """Return a picture as a reader hands it on, and whether anything was made of it."""
    made = Ahead(lambda: image, size_px=(image.shape[1], image.shape[0]), habit=habit)
    if habit.is_kept():
        made.prepare(image, Scaler(threads=1).scaled)
    return made, bool(made._ready)


def filled(image: NDArray[np.uint8] | Ahead, region: Region) -> NDArray[np.uint8]:
    into = np.zeros((64, 64, 3), np.uint8)
    Scaler(threads=1).fill(image, place(region, 64, 64, keep_shape=True), into, pad=77)
    return into


def test_what_was_asked_of_the_picture_before_is_made_ahead_to_the_same_bytes() -> None:
    habit = Habit()
    for number, image in enumerate(pictures(4)):
        picture, is_ahead = ahead(image, habit)
        assert is_ahead == (number > 0)
        for region in (REGION, whole(120, 100)):
            assert (filled(picture, region) == filled(image, region)).all()
    assert len(habit.asks) == 2


def test_what_nobody_takes_is_soon_made_ahead_no_more() -> None:
    habit = Habit()
    first, *others = pictures(IN_VAIN_MOST + 4)
    filled(ahead(first, habit)[0], REGION)
    made = [ahead(image, habit) for image in others]
    assert [is_ahead for _, is_ahead in made] == [True] * IN_VAIN_MOST + [False] * 3
    filled(made[-1][0], REGION)
    assert ahead(first, habit)[1], "and again when it is asked for again"


def test_a_region_that_no_longer_lies_in_the_picture_is_not_made_ahead() -> None:
    habit = Habit()
    (image,) = pictures(1)
    filled(ahead(image, habit)[0], REGION)
    small, is_ahead = ahead(image[:50, :60], habit)
    assert not is_ahead
    assert (filled(small, whole(60, 50)) == filled(image[:50, :60], whole(60, 50))).all()
