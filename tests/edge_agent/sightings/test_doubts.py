import pytest

from edge_agent.sightings.doubts import CANNOT_SEE, TOO_SLOW, DoubtWatch
from edge_agent.sightings.tracker import HIDDEN_MOST_S, Tracker
from tests.support.detections import CLASSES, detections, standing_on, track

MINUTE_MS = 60_000


def _doubts_of_road(fps: float, *, speed_px_s: float, seconds: int = 60) -> tuple[str, ...]:
    """Return the doubts of a minute in which a car 60 px long comes each two seconds, through the real tracker."""
    tracker, doubts = Tracker(CLASSES), DoubtWatch(0)
    for frame in range(int(seconds * fps)):
        now_s = frame / fps
        cars = [speed_px_s * (now_s - came_s) for came_s in range(0, seconds, 2) if came_s <= now_s]
        found = detections([standing_on("car", x, 200) for x in cars if x < 1200])
        doubts.step(tracker.step(found, round(1000 * now_s)), round(1000 * now_s))
    return doubts.close(1000 * seconds, 1000 * seconds)


@pytest.mark.parametrize(
    ("fps", "speed_px_s", "doubts"),
    [(12, 300, ()), (5, 150, ()), (2, 60, ()), (5, 300, (TOO_SLOW,)), (2, 300, (TOO_SLOW,)), (2, 900, (TOO_SLOW,))],
)
def test_doubt_comes_when_things_move_further_than_themselves_between_frames(
    fps: float, speed_px_s: float, doubts: tuple[str, ...]
) -> None:
    assert _doubts_of_road(fps, speed_px_s=speed_px_s) == doubts


def test_a_quiet_minute_at_two_frames_a_second_is_beyond_doubt() -> None:
    doubts = DoubtWatch(0)
    for up_ms in range(0, MINUTE_MS, 500):
        doubts.step([track(300, 200, up_ms=up_ms)], up_ms)
    assert doubts.close(MINUTE_MS, MINUTE_MS) == ()


def test_a_pause_that_no_track_outlives_is_too_slow() -> None:
    doubts = DoubtWatch(0)
    pause_ms = round(1000 * HIDDEN_MOST_S) + 200
    for up_ms in (*range(0, 30_000, 500), *range(29_500 + pause_ms, MINUTE_MS, 500)):
        doubts.step([], up_ms)
    assert doubts.close(MINUTE_MS, MINUTE_MS) == (TOO_SLOW,)


def test_a_minute_without_any_frame_was_not_seen() -> None:
    assert CANNOT_SEE in DoubtWatch(0).close(MINUTE_MS, MINUTE_MS)
    assert DoubtWatch(0).close(1000, 1000) == (CANNOT_SEE,)


@pytest.mark.parametrize(("blind_s", "doubts"), [(3, ()), (10, (CANNOT_SEE,))])
def test_blindness_counts_from_a_tenth_of_the_window(blind_s: int, doubts: tuple[str, ...]) -> None:
    watch = DoubtWatch(0)
    for second in range(60):
        for up_ms in (1000 * second, 1000 * second + 500):
            if 20 <= second < 20 + blind_s:
                watch.blind(up_ms)
            else:
                watch.step([], up_ms)
    assert watch.close(MINUTE_MS, MINUTE_MS) == doubts


def test_a_source_that_falls_silent_without_a_word_is_noticed() -> None:
    watch = DoubtWatch(0)
    for up_ms in range(0, 40_000, 500):
        watch.step([], up_ms)
    assert CANNOT_SEE in watch.close(MINUTE_MS, MINUTE_MS)


def test_a_doubt_ends_with_its_window() -> None:
    watch = DoubtWatch(0)
    assert watch.close(MINUTE_MS, MINUTE_MS)
    for up_ms in range(MINUTE_MS, 2 * MINUTE_MS, 500):
        watch.step([], up_ms)
    assert watch.close(2 * MINUTE_MS, MINUTE_MS) == ()


def test_a_frame_a_little_older_than_a_word_of_blindness_is_taken() -> None:
    watch = DoubtWatch(0)
    watch.blind(1000)
    watch.step([], 900)
    watch.step([], 1400)
    assert watch.close(1500, 1500) == (CANNOT_SEE,)
