import gc
from weakref import ref

import av
import numpy as np
import pytest

from edge_agent.cameras.cells import cells_of, grid_of
from edge_agent.cameras.errors import CameraEmptyError
from edge_agent.cameras.frame import Held
from edge_agent.cameras.scaling import OWN_FORMATS, Decoded, Scaler, fitted, verify_size
from edge_agent.inference.letterbox import Scaler as PartScaler
from edge_agent.inference.letterbox import place
from edge_agent.inference.regions import whole


@pytest.mark.parametrize(
    ("size_px", "most", "wanted"),
    [
        ((1920, 1080), 1280, (1280, 720)),
        ((1280, 720), 1280, (1280, 720)),
        ((704, 576), 1280, (704, 576)),
        ((4000, 20), 200, (200, 2)),
        ((641, 361), 321, (320, 180)),
    ],
)
def test_a_picture_keeps_its_shape_and_is_never_made_larger(
    size_px: tuple[int, int], most: int, wanted: tuple[int, int]
) -> None:
    assert fitted(width_px=size_px[0], height_px=size_px[1], max_width_px=most) == wanted


def test_colours_stay_where_they_are_when_a_picture_is_scaled() -> None:
    picture = np.zeros((120, 320, 3), np.uint8)
    picture[:, :160] = (200, 30, 40)
    picture[:, 160:] = (20, 60, 220)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    image = Scaler(max_width_px=160, shown="c1").pixels(frame).image
    assert image.shape == (60, 160, 3)
    assert image.dtype == np.dtype(np.uint8)
    assert image.flags.c_contiguous
    assert np.abs(image[:, :76].astype(int) - (200, 30, 40)).max() < 8
    assert np.abs(image[:, 84:].astype(int) - (20, 60, 220)).max() < 8


def test_a_scaler_follows_a_size_that_changes() -> None:
    scaler = Scaler(max_width_px=1280, shown="c1")
    for width_px, height_px in ((320, 240), (640, 360), (320, 240)):
        picture = av.VideoFrame.from_ndarray(np.full((height_px, width_px, 3), 90, np.uint8), format="rgb24")
        assert scaler.pixels(picture).image.shape == (height_px, width_px, 3)


def coloured(width_px: int, height_px: int) -> av.VideoFrame:
    """Return a picture with things that differ in colour more than in brightness."""
    picture = np.full((height_px, width_px, 3), (90, 100, 110), np.uint8)
    picture[height_px // 4 : height_px // 2, : width_px // 2] = (60, 60, 200)
    picture[height_px // 2 :, width_px // 2 :] = (190, 60, 60)
    return av.VideoFrame.from_ndarray(picture, format="rgb24")


@pytest.mark.parametrize("form", sorted(OWN_FORMATS))
@pytest.mark.parametrize("size_px", [(16, 16), (640, 360), (1920, 1080), (722, 406)])
def test_cells_of_a_decoded_picture_are_those_of_its_rgb(form: str, size_px: tuple[int, int]) -> None:
    pixels = Scaler(max_width_px=1280, shown="c1").pixels(coloured(*size_px).reformat(format=form))
    cells, expected = pixels.cells(), cells_of(pixels.image)
    assert cells.shape == expected.shape == grid_of(*pixels.size_px)
    # On an edge a cell of 13.1 px is not the cell of 13 px that begins there.
    assert np.median(np.abs(cells - expected)) < 3
    assert np.mean(np.abs(cells - expected) > 8) < 0.06


def test_a_raw_picture_is_rgb_before_its_camera_may_go_away() -> None:
    scaler = Scaler(max_width_px=1280, shown="c1")
    assert isinstance(scaler.pixels(coloured(64, 48).reformat(format="yuyv422")), Held)
    assert not isinstance(scaler.pixels(coloured(64, 48).reformat(format="yuv420p")), Held)


def test_a_picture_without_size_is_refused_with_what_to_do() -> None:
    with pytest.raises(CameraEmptyError, match=r"0 x 0 titik\. Atur resolusi di kamera"):
        verify_size(width_px=0, height_px=0, shown="c1")
    with pytest.raises(CameraEmptyError):
        verify_size(width_px=1280, height_px=2, shown="c1")


def test_the_detector_gets_the_same_of_what_the_reader_made_ahead_and_of_rgb() -> None:
    scaler, parts = Scaler(max_width_px=320, shown="c1"), PartScaler(threads=1)
    placement = place(whole(320, 180), 96, 64, keep_shape=True)
    for number in range(3):
        picture = coloured(640, 360).reformat(format="yuv420p")
        pixels = scaler.pixels(picture)
        pixels.prepare()
        assert isinstance(pixels, Decoded)
        assert (pixels._rgb.made is not None) == (number > 0), "RGB is made when it is wanted"
        ahead, plain = np.zeros((64, 96, 3), np.uint8), np.zeros((64, 96, 3), np.uint8)
        parts.fill(pixels.source, placement, ahead, pad=7)
        parts.fill(Scaler(max_width_px=320, shown="c2").pixels(picture).image, placement, plain, pad=7)
        assert (ahead == plain).all()


def test_a_picture_is_gone_when_nobody_has_it_and_does_not_wait_for_the_collector() -> None:
    pixels = Scaler(max_width_px=320, shown="c1").pixels(coloured(320, 180).reformat(format="yuv420p"))
    kept = ref(pixels.image)
    gc.disable()
    try:
        del pixels
        assert kept() is None
    finally:
        gc.enable()
