import av
import numpy as np
import pytest

from edge_agent.cameras.errors import CameraEmptyError
from edge_agent.cameras.scaling import Scaler, fitted, verify_size


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
    image = Scaler(max_width_px=160, shown="c1").image(frame)
    assert image.shape == (60, 160, 3)
    assert image.dtype == np.dtype(np.uint8)
    assert image.flags.c_contiguous
    assert np.abs(image[:, :76].astype(int) - (200, 30, 40)).max() < 8
    assert np.abs(image[:, 84:].astype(int) - (20, 60, 220)).max() < 8


def test_a_scaler_follows_a_size_that_changes() -> None:
    scaler = Scaler(max_width_px=1280, shown="c1")
    for width_px, height_px in ((320, 240), (640, 360), (320, 240)):
        picture = av.VideoFrame.from_ndarray(np.full((height_px, width_px, 3), 90, np.uint8), format="rgb24")
        assert scaler.image(picture).shape == (height_px, width_px, 3)


def test_a_picture_without_size_is_refused_with_what_to_do() -> None:
    with pytest.raises(CameraEmptyError, match=r"0 x 0 titik\. Atur resolusi di kamera"):
        verify_size(width_px=0, height_px=0, shown="c1")
    with pytest.raises(CameraEmptyError):
        verify_size(width_px=1280, height_px=2, shown="c1")
