"""Frames and regions in, boxes out: with a model that finds colours, so that the answer is known to the pixel."""

import resource
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.inference.detections import Detections
from edge_agent.inference.detector import BATCH_MOST, REGIONS_MOST, Detector
from edge_agent.inference.errors import FrameError, OutputError, RegionError
from edge_agent.inference.regions import Region, tiles, whole
from edge_agent.inference.sized_model import SIZES_MOST
from tests.support.colour_models import Trouble, colour_model

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


@pytest.fixture
def detector(tmp_path: Path) -> Detector:
    colour_model(tmp_path / "colour")
    return Detector.open(tmp_path / "colour", detail=1.0)


@pytest.fixture
def wide_detector(tmp_path: Path) -> Detector:
    """Return one whose input holds 128x64 pixels, unscaled."""
    colour_model(tmp_path / "colour")
    return Detector.open(tmp_path / "colour", detail=2.0)


def frame(width: int = 64, height: int = 64, **cells: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return a black frame with 8x8 cells painted, named cX_Y after their place in the grid."""
    image = np.zeros((height, width, 3), np.uint8)
    for name, colour in cells.items():
        column, row = (int(part) for part in name[1:].split("_"))
        image[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = colour
    return image


def found(detections: Detections) -> list[tuple[str, float, list[float]]]:
    return sorted(
        (label, round(float(score), 2), box.round(1).tolist())
        for label, score, box in zip(detections.labels(), detections.score, detections.box_xyxy_px, strict=True)
    )


def test_each_thing_is_found_in_its_place_and_what_is_not_ours_is_not(detector: Detector) -> None:
    image = frame(c2_1=RED, c5_6=GREEN, c6_2=BLUE)
    assert found(detector.detect(image)) == [
        ("car", 1.0, [12.0, 4.0, 28.0, 20.0]),
        ("person", 1.0, [36.0, 44.0, 52.0, 60.0]),
    ]
    assert detector.classes == ("person", "car")


def test_places_are_those_of_the_frame_at_any_size_and_after_a_change_of_it(detector: Detector) -> None:
    small = frame(c3_2=RED)
    large = small.repeat(5, axis=0).repeat(5, axis=1)
    wide = frame(128, 32, c3_2=RED)
    for _ in range(2):
        assert found(detector.detect(small)) == [("car", 1.0, [20.0, 12.0, 36.0, 28.0])]
        assert found(detector.detect(large)) == [("car", 1.0, [100.0, 60.0, 180.0, 140.0])]
        assert found(detector.detect(wide)) == [("car", 1.0, [20.0, 12.0, 36.0, 28.0])]


def test_buffers_are_kept_for_a_few_input_sizes_only(detector: Detector) -> None:
    for columns in range(8, 8 + 3 * SIZES_MOST):
        assert len(detector.detect(frame(columns * 8, 16, c1_0=RED))) > 0
    assert 1 < len(detector._models._held) <= SIZES_MOST


def test_a_box_at_the_edge_ends_at_the_edge(detector: Detector) -> None:
    assert found(detector.detect(frame(c0_7=GREEN))) == [("person", 1.0, [0.0, 52.0, 12.0, 64.0])]


def test_what_is_larger_than_half_of_the_frame_is_dropped(detector: Detector) -> None:
    seen = detector.detect(np.full((16, 16, 3), RED, np.uint8))
    sides = seen.box_xyxy_px[:, 2:] - seen.box_xyxy_px[:, :2]
    assert len(seen) > 0
    assert (sides.prod(axis=1) <= 16 * 16 / 2).all()


def test_regions_are_one_batch_and_what_two_of_them_show_is_found_once(wide_detector: Detector) -> None:
    image = frame(128, 64, c7_3=RED, c14_5=GREEN)
    regions = (*tiles(128, 64, columns=2, rows=1, overlap=0.4), whole(128, 64))
    expected = [("car", 1.0, [52.0, 20.0, 68.0, 36.0]), ("person", 1.0, [108.0, 36.0, 124.0, 52.0])]
    assert found(wide_detector.detect(image, regions)) == found(wide_detector.detect(image)) == expected


def test_a_thing_that_a_tile_cuts_is_the_whole_one_of_its_neighbour(detector: Detector) -> None:
    image = frame(128, 64, c7_3=RED)
    cut_at_60, whole_one = (
        Region(left_px=0, upper_px=0, right_px=64, lower_px=64),
        Region(left_px=32, upper_px=0, right_px=96, lower_px=64),
    )
    assert found(detector.detect(image, [cut_at_60])) == [("car", 1.0, [52.0, 20.0, 64.0, 36.0])]
    assert found(detector.detect(image, [cut_at_60, whole_one])) == [("car", 1.0, [52.0, 20.0, 68.0, 36.0])]


def test_batches_of_any_size_follow_each_other(detector: Detector) -> None:
    image = np.zeros((128, 128, 3), np.uint8)
    image[16:48, 24:56], image[72:104, 80:112] = RED, GREEN
    for columns in (1, 4, 2, 4, 1):
        regions = tiles(128, 128, columns=columns, rows=columns, overlap=0.5)
        assert set(detector.detect(image, regions).labels()) == {"car", "person"}


def test_more_regions_than_one_batch_holds_keep_their_places(detector: Detector) -> None:
    image = frame(128, 64, c2_3=RED, c14_5=GREEN)
    left, right = tiles(128, 64, columns=2, rows=1, overlap=0)
    assert found(detector.detect(image, [left] * BATCH_MOST + [right])) == [
        ("car", 1.0, [12.0, 20.0, 28.0, 36.0]),
        ("person", 1.0, [108.0, 36.0, 124.0, 52.0]),
    ]


def test_no_region_is_no_detection_and_no_run(detector: Detector) -> None:
    seen = detector.detect(frame(c2_2=RED), [])
    assert len(seen) == 0
    assert seen.classes == ("person", "car")


def test_detections_of_one_frame_are_not_touched_by_the_next(detector: Detector) -> None:
    first = detector.detect(frame(c2_1=RED))
    before = found(first)
    detector.detect(frame(c6_6=GREEN))
    assert found(first) == before


def test_the_least_score_is_the_manifests_unless_another_is_asked_for(tmp_path: Path) -> None:
    colour_model(tmp_path / "colour")
    image = frame(c2_1=(100, 0, 0))
    assert found(Detector.open(tmp_path / "colour", detail=1.0).detect(image)) == []
    seen = Detector.open(tmp_path / "colour", detail=1.0, score_min=0.3).detect(image)
    assert found(seen) == [("car", 0.39, [12.0, 4.0, 28.0, 20.0])]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.NAN, "scores must be 0 to 1"),
        (Trouble.NAN_BOX, "boxes must be finite"),
        (Trouble.SHAPE, "model gagal pada gambar ini. .* / the model failed on this frame"),
    ],
)
def test_a_run_that_goes_wrong_is_an_error_and_the_next_frame_is_seen(
    tmp_path: Path, trouble: Trouble, words: str
) -> None:
    colour_model(tmp_path / "colour", trouble=trouble)
    detector = Detector.open(tmp_path / "colour", detail=1.0)
    good = frame(c2_1=RED)
    expected = found(detector.detect(good))
    assert [label for label, _, _ in expected] == ["car"]
    for _ in range(3):
        with pytest.raises(OutputError, match=words):
            detector.detect(frame(c2_1=RED, c4_4=(255, 0, 255)))
        assert found(detector.detect(good)) == expected


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 64, 3), np.uint8),
        np.zeros((64, 0, 3), np.uint8),
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((64, 64, 3), np.float32),
        np.zeros((3, 64, 64), np.uint8).transpose(1, 2, 0),
    ],
)
def test_a_picture_of_another_form_is_refused_in_both_languages(detector: Detector, image: NDArray[np.uint8]) -> None:
    with pytest.raises(FrameError, match=r"gambar kamera .* / the camera's picture .*, got \[.*Check the camera"):
        detector.detect(image)
    assert len(detector.detect(frame(c2_1=RED))) == 1


def test_a_region_of_another_frame_size_is_refused_and_told(detector: Detector) -> None:
    with pytest.raises(RegionError, match=r"picture 64x64, got x 0 to 128, y 0 to 64.*Make the regions again"):
        detector.detect(frame(), [whole(128, 64)])


def test_more_regions_than_a_batch_holds_are_refused(detector: Detector) -> None:
    with pytest.raises(RegionError, match=f"at most {REGIONS_MOST}, got {REGIONS_MOST + 1}"):
        detector.detect(frame(), [whole(64, 64)] * (REGIONS_MOST + 1))


@pytest.mark.parametrize(("times", "bytes_a_call"), [(300, 2000), pytest.param(10_000, 100, marks=pytest.mark.nightly)])
def test_calls_leave_nothing_behind(detector: Detector, times: int, bytes_a_call: int) -> None:
    image, regions = frame(128, 64, c7_3=RED, c14_5=GREEN), tiles(128, 64, columns=2, rows=1)

    def resident_bytes_after(calls: int) -> int:
        for _ in range(calls):
            detector.detect(image, regions)
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()

    settled = resident_bytes_after(times // 2)
    assert resident_bytes_after(times) - settled < times * bytes_a_call


def test_hints_hold_doubles_the_weak_and_what_fills_the_frame(detector: Detector) -> None:
    weak = frame(c2_1=(100, 0, 0))
    assert found(detector.detect(weak)) == []
    assert found(detector.hints(weak, score_min=0.3)) == [("car", 0.39, [12.0, 4.0, 28.0, 20.0])]
    image, twice = frame(c2_3=RED), [whole(64, 64)] * 2
    assert len(detector.detect(image, twice)) == 1
    assert len(detector.hints(image, twice, score_min=0.3)) == 2
    full = np.full((16, 16, 3), RED, np.uint8)
    for seen, has_large in ((detector.detect(full), False), (detector.hints(full, score_min=0.3), True)):
        sides = seen.box_xyxy_px[:, 2:] - seen.box_xyxy_px[:, :2]
        assert (sides.prod(axis=1).max() > 16 * 16 / 2) == has_large
    assert len(detector.hints(full, [], score_min=0.3)) == 0
