import numpy as np
import pytest

from edge_agent.cameras.cells import Cells, cells_of
from edge_agent.cameras.frame import Image
from edge_agent.sightings.sight import SPREAD_LEAST, can_see


def _cells(image: Image) -> Cells:
    return cells_of(image)


def _noisy(level: float, sigma: float) -> Image:
    rng = np.random.default_rng(7)
    return np.clip(rng.normal(level, sigma, (360, 640, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [0, 12, 128, 250])
def test_a_picture_of_nothing_but_noise_shows_nothing(level: int) -> None:
    assert not can_see(_cells(_noisy(level, 8)))


def test_one_lamp_in_the_night_is_something() -> None:
    night = _noisy(6, 4)
    night[150:230, 300:380] = 220
    assert can_see(_cells(night))


def test_a_street_with_shade_is_something() -> None:
    street = _noisy(120, 6)
    street[:, 320:] = street[:, 320:] // 2
    assert can_see(_cells(street))


def test_a_picture_of_no_size_shows_nothing() -> None:
    assert not can_see(np.zeros((0, 80), np.float32))
    assert not can_see(_cells(np.zeros((4, 4, 3), np.uint8)))


@pytest.mark.parametrize("spread", [SPREAD_LEAST - 0.01, SPREAD_LEAST + 0.01])
def test_the_darkest_and_the_brightest_hundredth_are_those_of_numpy(spread: float) -> None:
    cells = np.random.default_rng(5).normal(0, 1, (51, 91))
    dark, bright = np.percentile(cells, (1, 99))
    levels = np.asarray(100 + cells * spread / (bright - dark), np.float32)
    assert can_see(levels) == (spread >= SPREAD_LEAST)
