"""Pictures brought to a model's input, and frames taken out of a clip made on the spot."""

from pathlib import Path

import av
import numpy as np
import pytest

from models.errors import SourceError
from models.manifest import Input
from models.quantization.footage import letterboxed, pictures_of
from models.quantization.selection import Footage, Frames
from models.sources.cache import Cache
from models.sources.package import Package

SQUARE = Input(
    name="image", width_px=40, height_px=40, fit="letterbox", pad=114, channels="rgb", mean=(0, 0, 0), scale=(1, 1, 1)
)


class Here(Cache):
    """Files that stand in a folder already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, say=lambda _: None)
        self.folder = folder

    def file(self, package: Package, name: str) -> Path:
        del package
        return self.folder / name


def footage(file: str, frames: Frames | None = None, tiles: int = 1) -> Footage:
    package = Package(kind="npm", name="clip", licence="MIT", files={file: "0" * 64})
    return Footage(file=file, package=package, frames=frames, tiles=tiles)


@pytest.fixture
def clip(tmp_path: Path) -> Here:
    """Return a folder with ten grey frames, each 20 lighter than the one before."""
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 32, "yuv420p"
        for number in range(10):
            grey = np.full((32, 64, 3), 20 * number + 20, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode())
    return Here(tmp_path)


def test_a_wide_picture_is_padded_above_and_below() -> None:
    picture = np.full((10, 20, 3), 250, np.uint8)
    made = letterboxed(picture, SQUARE)
    assert made.shape == (40, 40, 3)
    assert set(np.unique(made[:10])) == set(np.unique(made[30:])) == {114}
    assert set(np.unique(made[10:30])) == {250}


def test_chosen_frames_are_taken_in_order(clip: Here) -> None:
    found = list(pictures_of(footage("clip.mp4", Frames(first=1, step=3, count=3)), clip))
    assert [round(float(picture.mean()) / 20) * 20 for picture in found] == [40, 100, 160]
    assert found[0].shape == (32, 64, 3)


def test_tiles_follow_the_whole_picture(clip: Here) -> None:
    found = list(pictures_of(footage("clip.mp4", Frames(first=0, step=1, count=1), tiles=2), clip))
    assert [picture.shape for picture in found] == [(32, 64, 3)] + 4 * [(16, 32, 3)]


def test_a_clip_with_too_few_frames_is_told(clip: Here) -> None:
    with pytest.raises(SourceError, match="only 2 frame, perlu / needed 4"):
        list(pictures_of(footage("clip.mp4", Frames(first=0, step=9, count=4)), clip))
