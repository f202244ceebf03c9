"""The motion gate on drawn streets with the noise, light and grain that real ones have."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from contract.views import Line, Outline, View, Zone, ZoneKind
from edge_agent.cameras.cells import cells_of
from edge_agent.cameras.frame import Held, Image
from edge_agent.cameras.motion_gate import Motion, MotionGate, _median

WIDTH_PX, HEIGHT_PX = 320, 180
LOOK_MS = 500
LINED = View(lines={"garis": Line(start=(0.1, 0.5), end=(0.9, 0.5))})
UPPER_HALF: Outline = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.4), (0.0, 0.4))


def street(seed: int = 1) -> Image:
    """Return a still picture with structure in it: bands, kerbs and texture."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.integers(40, 170, HEIGHT_PX // 15), 15)
    texture = rng.integers(-12, 12, (HEIGHT_PX, WIDTH_PX))
    grey = np.clip(rows[:, None] + texture, 0, 255)
    return np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)


@cache
def _grain(seed: int) -> NDArray[np.int16]:
    """Return a sensor's noise of one grey level, in steps of a sixteenth."""
    return np.asarray(np.random.default_rng(seed).normal(0.0, 16.0, (HEIGHT_PX, WIDTH_PX, 1)).astype(np.int16))


def with_noise(image: Image, rng: np.random.Generator, sigma: float) -> Image:
    """Return the picture with a sensor's noise, `sigma` grey levels per pixel, the same in the three channels."""
    grain = np.roll(_grain(int(rng.integers(4))), rng.integers(0, 1000, 2), (0, 1))
    return np.asarray(np.clip(image + (grain * round(sigma)) // 16, 0, 255), np.uint8)


def with_car(image: Image, *, x: int, y: int = 150, width: int = 40, height: int = 24, grey: int = 200) -> Image:
    """Return the picture with something on it."""
    shown: Image = image.copy()
    shown[y : y + height, max(0, x) : max(0, x + width)] = grey
    return shown


def look(gate: MotionGate, image: Image, *, real_ms: int) -> Motion:
    return gate.look(Held(image=image), real_ms=real_ms)


def looks(gate: MotionGate, picture: Callable[[int], Image], count: int, *, begins: int = 0) -> list[Motion]:
    """Look at so many pictures, two a second."""
    return [look(gate, picture(n), real_ms=LOOK_MS * n) for n in range(begins, begins + count)]


def moving(seen: list[Motion]) -> int:
    return sum(motion.is_moving for motion in seen)


@pytest.mark.parametrize("sigma", [0.0, 4.0, 12.0, 25.0], ids=["clean", "day", "dusk", "night"])
def test_a_still_street_stays_still_in_the_noise_of_day_and_night(sigma: float) -> None:
    rng, still, gate = np.random.default_rng(3), street(), MotionGate(LINED)
    seen = looks(gate, lambda _: with_noise(still, rng, sigma), 120)
    assert seen[0].is_moving, "the first picture is news"
    assert moving(seen[1:]) == 0


@pytest.mark.parametrize("sigma", [0.0, 4.0, 12.0], ids=["clean", "day", "dusk"])
def test_a_car_that_drives_through_is_seen_in_every_picture(sigma: float) -> None:
    rng, still, gate = np.random.default_rng(3), street(), MotionGate(LINED)
    looks(gate, lambda _: with_noise(still, rng, sigma), 60)
    seen = looks(gate, lambda n: with_noise(with_car(still, x=(n - 60) * 20), rng, sigma), 15, begins=60)
    assert moving(seen) == 15


@settings(max_examples=20, deadline=None)
@given(
    x=st.integers(0, WIDTH_PX - 20),
    y=st.integers(20, HEIGHT_PX - 20),
    contrast=st.sampled_from([-35, -25, 25, 40, 80]),
    seed=st.integers(0, 100),
)
def test_whatever_of_16_pixels_appears_anywhere_is_seen(x: int, y: int, contrast: int, seed: int) -> None:
    rng, gate = np.random.default_rng(seed), MotionGate(LINED)
    still = np.full((HEIGHT_PX, WIDTH_PX, 3), 100, np.uint8)
    still[:20] = 140
    looks(gate, lambda _: with_noise(still, rng, 4.0), 20)
    thing = with_car(still, x=x, y=y, width=16, height=16, grey=100 + contrast)
    assert look(gate, with_noise(thing, rng, 4.0), real_ms=20 * LOOK_MS).is_moving


@pytest.mark.parametrize("factor", [0.6, 0.85, 1.3])
def test_a_sudden_change_of_light_is_no_motion_for_more_than_a_look(factor: float) -> None:
    rng, still, gate = np.random.default_rng(3), street(), MotionGate(LINED)
    looks(gate, lambda _: with_noise(still, rng, 3.0), 40)
    lit = np.clip(still * factor, 0, 255).astype(np.uint8)
    seen = looks(gate, lambda _: with_noise(lit, rng, 3.0), 40, begins=40)
    assert moving(seen) <= 1


def test_a_cloud_that_comes_within_seconds_is_no_motion() -> None:
    rng, still, gate = np.random.default_rng(3), street(), MotionGate(LINED)
    looks(gate, lambda _: with_noise(still, rng, 3.0), 20)
    light = np.linspace(1.0, 0.7, 8)
    seen = looks(gate, lambda n: with_noise((still * light[n - 20]).astype(np.uint8), rng, 3.0), 8, begins=20)
    assert moving(seen) == 0


def test_the_lamp_that_goes_out_is_told_once_as_sudden() -> None:
    rng, gate = np.random.default_rng(3), MotionGate(LINED)
    looks(gate, lambda _: with_noise(street(1), rng, 3.0), 40)
    seen = looks(gate, lambda _: with_noise(street(2), rng, 3.0), 20, begins=40)
    assert [motion.is_sudden for motion in seen[:2]] == [True, False]
    assert moving(seen) == 1


def test_dusk_that_falls_over_minutes_is_no_motion() -> None:
    rng, still, gate = np.random.default_rng(3), street(), MotionGate(LINED)
    seen = looks(gate, lambda n: with_noise((still * (1 - n / 600)).astype(np.uint8), rng, 3.0), 300)
    assert moving(seen[1:]) == 0


def test_what_stops_is_still_after_a_while_and_is_seen_when_it_goes() -> None:
    rng, still, gate = np.random.default_rng(3), street(), MotionGate(LINED)
    looks(gate, lambda _: with_noise(still, rng, 3.0), 20)
    standing = with_car(still, x=200)
    seen = looks(gate, lambda _: with_noise(standing, rng, 3.0), 60, begins=20)
    assert seen[0].is_moving
    assert moving(seen[30:]) == 0
    assert look(gate, with_noise(still, rng, 3.0), real_ms=80 * LOOK_MS).is_moving


def test_an_hour_of_traffic_does_not_blind_the_gate() -> None:
    still, gate = street(), MotionGate(LINED)
    full = with_car(still, x=200, grey=230)
    for n in range(900):  # half the time something stands there
        look(gate, full if n % 2 else still, real_ms=4000 * n)
    looks(gate, lambda _: still, 60, begins=7200)
    assert look(gate, with_car(still, x=200, grey=230), real_ms=7261 * LOOK_MS).is_moving


def test_what_moves_outside_of_the_purpose_is_not_looked_at() -> None:
    still, gate = street(), MotionGate(View(purpose=UPPER_HALF, lines=LINED.lines))
    looks(gate, lambda _: still, 5)
    assert not look(gate, with_car(still, x=200, y=140), real_ms=5 * LOOK_MS).is_moving
    assert look(gate, with_car(still, x=200, y=40), real_ms=6 * LOOK_MS).is_moving


def test_a_view_with_zones_alone_is_asked_about_them_and_what_is_about_to_come_in() -> None:
    view = View(zones={"tepi": Zone(kind=ZoneKind.BANK, outline=UPPER_HALF)})
    still, gate = street(), MotionGate(view)
    looks(gate, lambda _: still, 5)
    assert not look(gate, with_car(still, x=200, y=140), real_ms=5 * LOOK_MS).is_moving
    assert look(gate, with_car(still, x=200, y=73, height=8), real_ms=6 * LOOK_MS).is_moving


def test_another_size_is_learned_anew() -> None:
    gate = MotionGate(View(zones={"tepi": Zone(kind=ZoneKind.BANK, outline=UPPER_HALF)}))
    looks(gate, lambda _: street(), 5)
    small = street()[::2, ::2]
    assert look(gate, small, real_ms=5 * LOOK_MS).is_sudden
    assert not look(gate, small, real_ms=6 * LOOK_MS).is_moving


def test_after_a_long_silence_everything_is_news() -> None:
    gate = MotionGate(LINED)
    looks(gate, lambda _: street(), 5)
    assert look(gate, street(), real_ms=60_000).is_sudden


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (4, 4), (7, 1000), (271, 483)])
def test_no_picture_is_too_small_or_too_odd(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 77, np.uint8)
    assert np.allclose(cells_of(image), 77)
    image[:, shape[1] // 2 :] = 177
    gate = MotionGate(View(purpose=UPPER_HALF))
    assert look(gate, image, real_ms=0).is_moving
    assert not look(gate, image, real_ms=500).is_moving


@pytest.mark.parametrize("count", [1, 2, 3, 4, 4913, 5184])
def test_the_median_is_that_of_numpy_to_the_bit(count: int) -> None:
    values = np.random.default_rng(count).normal(100, 30, count).astype(np.float32)
    assert _median(values.copy()) == float(np.median(values))
