"""Regions into places of the batch, and boxes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.inference.letterbox import SCALERS_MOST, Scaler, place, to_frame
from edge_agent.inference.regions import Region, whole

PAD = 77


def scaled(image: NDArray[np.uint8], region: Region, width: int, height: int) -> NDArray[np.uint8]:
    into = np.full((height, width, 3), 255, np.uint8)
    Scaler(threads=1).fill(image, place(region, width, height, keep_shape=True), into, pad=PAD)
    return into


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def grey_noise(height: int, width: int) -> NDArray[np.uint8]:
    """Return noise without colour: swscale blurs colour, not light, over two pixels of the frame."""
    return np.ascontiguousarray(noise(height, width)[:, :, :1].repeat(3, axis=2))


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_a_shrunk_pixel_is_the_mean_of_the_pixels_it_stands_for(factor: int) -> None:
    image = grey_noise(20 * factor, 40 * factor)
    expected = image.reshape(20, factor, 40, factor, 3).mean(axis=(1, 3))
    found = scaled(image, whole(40 * factor, 20 * factor), 40, 20)
    assert np.abs(found - expected).max() <= 1.5


def test_a_picture_of_another_shape_lies_in_the_middle_and_the_rest_is_grey() -> None:
    found = scaled(np.full((90, 160, 3), 200, np.uint8), whole(160, 90), 64, 64)
    assert (found[14:50] == 200).all()
    assert (found[:14] == PAD).all()
    assert (found[50:] == PAD).all()


def test_a_crop_shows_only_what_is_in_it() -> None:
    image = noise(100, 120)
    image[30:70, 40:100] = (10, 20, 30)
    found = scaled(image, Region(left_px=40, upper_px=30, right_px=100, lower_px=70), 30, 20)
    assert np.abs(found.astype(int) - (10, 20, 30)).max() <= 1


def test_a_region_of_the_inputs_own_size_is_copied_bit_by_bit() -> None:
    image = noise(64, 96)
    region = Region(left_px=7, upper_px=9, right_px=39, lower_px=41)
    assert (scaled(image, region, 32, 32) == image[9:41, 7:39]).all()


def test_a_frame_that_is_itself_a_view_of_rows_is_scaled_as_its_copy_is() -> None:
    wide = noise(60, 120)
    view = wide[:, 13:93]
    assert (scaled(view, whole(80, 60), 40, 30) == scaled(np.ascontiguousarray(view), whole(80, 60), 40, 30)).all()


def test_stretching_fills_the_input() -> None:
    placement = place(whole(160, 90), 64, 64, keep_shape=False)
    assert (placement.left_px, placement.upper_px, placement.width_px, placement.height_px) == (0, 0, 64, 64)


def test_scalers_are_kept_for_a_few_sizes_only() -> None:
    scaler = Scaler(threads=1)
    into = np.zeros((32, 32, 3), np.uint8)
    for side in range(40, 40 + 3 * SCALERS_MOST):
        scaler.fill(noise(side, side), place(whole(side, side), 32, 32, keep_shape=True), into, pad=PAD)
    assert len(scaler._reformatters) == SCALERS_MOST


@given(
    left=st.integers(0, 300),
    upper=st.integers(0, 300),
    width=st.integers(1, 3000),
    height=st.integers(1, 3000),
    keep_shape=st.booleans(),
)
def test_the_corners_of_the_inner_picture_are_the_corners_of_the_region(
    left: int, upper: int, width: int, height: int, *, keep_shape: bool
) -> None:
    region = Region(left_px=left, upper_px=upper, right_px=left + width, lower_px=upper + height)
    placement = place(region, 736, 416, keep_shape=keep_shape)
    inner = [placement.left_px, placement.upper_px]
    inner += [inner[0] + placement.width_px, inner[1] + placement.height_px]
    assert 0 <= inner[0] < inner[2] <= 736
    assert 0 <= inner[1] < inner[3] <= 416
    found = to_frame(np.array([inner, [-99, -99, 999, 999]], np.float32), np.zeros(2, np.int64), [placement])
    corners = [region.left_px, region.upper_px, region.right_px, region.lower_px]
    assert found[0].tolist() == pytest.approx(corners, abs=0.01)
    assert found[1].tolist() == corners
