"""Which part of a frame a region is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.inference.errors import RegionError
from edge_agent.inference.regions import Region, around, tiles, whole

SIDES = st.integers(8, 4000)


@given(width=SIDES, height=SIDES, columns=st.integers(1, 4), rows=st.integers(1, 4), overlap=st.floats(0, 0.8))
def test_tiles_cover_every_pixel_and_lie_in_the_frame(
    width: int, height: int, columns: int, rows: int, overlap: float
) -> None:
    found = tiles(width, height, columns=columns, rows=rows, overlap=overlap)
    assert len(found) == columns * rows
    assert {(tile.width_px, tile.height_px) for tile in found} == {(found[0].width_px, found[0].height_px)}
    across = sorted({(tile.left_px, tile.right_px) for tile in found})
    down = sorted({(tile.upper_px, tile.lower_px) for tile in found})
    for spans, length in ((across, width), (down, height)):
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(after[0] <= before[1] for before, after in pairwise(spans))


def test_neighbouring_tiles_share_the_overlap_that_was_asked_for() -> None:
    left, right = tiles(1000, 500, columns=2, rows=1, overlap=0.2)
    assert (left.left_px, left.right_px, right.left_px, right.right_px) == (0, 556, 444, 1000)
    assert (left.right_px - right.left_px) / left.width_px == pytest.approx(0.2, abs=0.002)


def test_the_region_around_a_zone_has_a_margin_and_stays_in_the_frame() -> None:
    outline = ((0.5, 0.25), (0.98, 0.25), (0.75, 0.5))
    assert around(outline, 1000, 400, margin=0.05) == Region(left_px=450, upper_px=80, right_px=1000, lower_px=220)


def test_the_whole_frame_is_a_region() -> None:
    assert whole(640, 360) == Region(left_px=0, upper_px=0, right_px=640, lower_px=360)


@pytest.mark.parametrize(
    ("left", "upper", "right", "lower"), [(-1, 0, 5, 5), (0, -1, 5, 5), (5, 0, 5, 5), (0, 5, 5, 4)]
)
def test_a_region_without_pixels_or_before_the_frame_is_refused_in_both_languages(
    left: int, upper: int, right: int, lower: int
) -> None:
    with pytest.raises(RegionError, match=r"wilayah .*Gambar ulang zona\. / region .*Draw the zone again"):
        Region(left_px=left, upper_px=upper, right_px=right, lower_px=lower)
