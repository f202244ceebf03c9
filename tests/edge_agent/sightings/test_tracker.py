import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings.errors import FrameOrderError
from edge_agent.sightings.track import Track
from edge_agent.sightings.tracker import HIDDEN_MOST_S, PAUSE_MOST_S, TRACKS_MOST, Tracker
from tests.support.detections import CLASSES, Found, detections, standing_on


def _run(frames: list[tuple[int, list[Found]]]) -> list[list[Track]]:
    tracker = Tracker(CLASSES)
    return [tracker.step(detections(found), up_ms) for up_ms, found in frames]


def _sure(tracks: list[list[Track]]) -> set[int]:
    return {track.number for after in tracks for track in after if track.is_sure}


def _drive(
    fps: float, *, speed_px_s: float = 120, seconds: float = 4, label: str = "car"
) -> list[tuple[int, list[Found]]]:
    count = int(seconds * fps)
    return [(round(i * 1000 / fps), [standing_on(label, 50 + speed_px_s * i / fps, 200)]) for i in range(count)]


@pytest.mark.parametrize("fps", [25, 12, 5, 2])
def test_a_car_is_one_track_at_any_rate(fps: float) -> None:
    assert _sure(_run(_drive(fps))) == {1}


def test_two_frames_a_second_are_followed_though_the_boxes_never_touch() -> None:
    frames = _drive(2, speed_px_s=150)  # 75 px a frame, the car is 60 long
    assert _sure(_run(frames)) == {1}


def test_cars_that_pass_each_other_keep_their_numbers() -> None:
    frames = [
        (80 * i, [standing_on("car", 50 + 12 * i, 200), standing_on("car", 600 - 12 * i, 215)]) for i in range(46)
    ]
    after = _run(frames)
    assert _sure(after) == {1, 2}
    assert {track.number: track.box_xyxy_px[0] > 300 for track in after[-1]} == {1: True, 2: False}


@pytest.mark.parametrize(("hidden_s", "numbers"), [(HIDDEN_MOST_S - 0.1, {1}), (HIDDEN_MOST_S + 0.3, {1, 2})])
def test_a_number_outlives_a_short_occlusion_and_no_longer_one(hidden_s: float, numbers: set[int]) -> None:
    frames = [
        (up_ms, [] if 1000 < up_ms < 1000 + 1000 * hidden_s else found)
        for up_ms, found in _drive(10, speed_px_s=60, seconds=5)
    ]
    assert _sure(_run(frames)) == numbers


def test_a_hidden_track_is_told_as_such() -> None:
    after = _run([(0, [standing_on("car", 50, 200)]), (100, [standing_on("car", 55, 200)]), (200, [])])
    assert [(track.is_sure, track.is_seen, track.seen_up_ms) for track in after[-1]] == [(True, False, 100)]


def test_a_label_is_a_vote_and_wavering_splits_nothing() -> None:
    labels = ["truck", "bus", "truck", "car", "truck", "truck", "bus", "truck"]
    frames = [(100 * i, [standing_on(label, 50 + 8 * i, 200)]) for i, label in enumerate(labels)]
    after = _run(frames)
    assert _sure(after) == {1}
    assert after[-1][0].label == "truck"


def test_a_person_does_not_become_a_car() -> None:
    frames = [(100 * i, [standing_on("person" if i < 4 else "car", 50, 200)]) for i in range(8)]
    assert {track.label for after in _run(frames) for track in after} == {"person", "car"}


def test_one_chance_detection_is_never_sure() -> None:
    after = _run([(0, [standing_on("car", 50, 200)]), (100, []), (200, [])])
    assert not _sure(after)


def _faint(step_px: float, *, score: float = 0.25) -> list[tuple[int, list[Found]]]:
    return [(100 * i, [standing_on("car", 50 + step_px * i, 200, score=score)]) for i in range(30)]


def test_something_faint_that_drives_is_believed_in_the_end_and_clutter_that_stands_is_not() -> None:
    driving = _run(_faint(8))
    assert [track.is_sure for track in driving[-1]] == [True]
    assert not any(track.is_sure for track in driving[4])
    assert not _sure(_run(_faint(0)))
    assert not any(_run(_faint(8, score=0.18)))


def test_one_good_detection_bears_out_the_faint_ones_before() -> None:
    frames = [(up_ms, [(*found[0][:5], 0.8 if up_ms == 600 else 0.25)]) for up_ms, found in _faint(2)]
    after = _run(frames)
    assert [(track.number, track.is_sure) for track in after[5]] == [(1, False)]
    assert [(track.number, track.is_sure) for track in after[6]] == [(1, True)]


def test_a_faint_part_of_a_truck_is_no_track_of_its_own() -> None:
    cab = [
        (up_ms, [*found, standing_on("truck", 60 + up_ms * 0.08, 200, width=30, height=26, score=0.3)])
        for up_ms, found in _faint(8, score=0.8)
    ]
    assert _sure(_run(cab)) == {1}


def test_weak_detections_keep_a_track() -> None:
    weak = [(100 * i, [standing_on("car", 50 + 8 * i, 200, score=0.8 if i < 3 else 0.2)]) for i in range(30)]
    assert _sure(_run(weak)) == {1}
    assert all(track.is_seen for track in _run(weak)[-1])


def test_something_of_another_size_is_another_thing() -> None:
    small = [standing_on("car", 300, 300, width=60, height=40)]
    large = [standing_on("car", 300, 330, width=150, height=100)]
    after = _run([(0, small), (100, small), (200, []), (1200, large)])
    assert {track.number for track in after[-1] if track.is_seen} == {2}


def test_tracks_have_a_bound_and_what_is_beyond_is_counted() -> None:
    grid = [standing_on("car", 100 * x, 100 * y) for x in range(20) for y in range(20)]
    tracker = Tracker(CLASSES)
    assert len(tracker.step(detections(grid), 0)) == TRACKS_MOST
    assert tracker.turned_away == 400 - TRACKS_MOST


def test_what_stands_is_known_at_a_frame_in_some_seconds_too() -> None:
    step_ms = round(1000 * PAUSE_MOST_S)
    assert _sure(_run([(step_ms * i, [standing_on("car", 50, 200)]) for i in range(4)])) == {1}
    assert not _sure(_run([((step_ms + 1) * i, [standing_on("car", 50, 200)]) for i in range(4)]))


def test_frames_out_of_order_are_refused_by_name() -> None:
    tracker = Tracker(CLASSES)
    tracker.step(detections([]), 100)
    with pytest.raises(FrameOrderError, match="99 ms after 100 ms"):
        tracker.step(detections([]), 99)
    with pytest.raises(FrameOrderError):
        tracker.rest(50)


def test_while_nothing_moves_what_was_seen_stands_and_what_was_hidden_fades() -> None:
    tracker = Tracker(CLASSES)
    tracker.step(detections([standing_on("car", 50, 200), standing_on("bus", 400, 300)]), 0)
    tracker.step(detections([standing_on("car", 50, 200), standing_on("bus", 400, 300)]), 100)
    tracker.step(detections([standing_on("car", 50, 200)]), 200)
    left = [tracker.rest(up_ms) for up_ms in range(1000, 60_001, 1000)][-1]
    assert [(track.number, track.is_seen, track.seen_up_ms) for track in left] == [(1, True, 60_000)]
    again = tracker.step(detections([standing_on("car", 52, 200)]), 60_500)
    assert [track.number for track in again] == [1]


COUNT = st.integers(1, 5)
FRAMES = st.lists(
    st.lists(
        st.tuples(st.sampled_from(CLASSES), st.integers(0, 600), st.integers(40, 300), st.integers(20, 95)), max_size=6
    ),
    min_size=1,
    max_size=8,
)


def _frames(raw: list[list[tuple[str, int, int, int]]]) -> list[list[Found]]:
    return [[standing_on(label, x, y, score=score / 100) for label, x, y, score in frame] for frame in raw]


@settings(max_examples=30)
@given(FRAMES, st.randoms(use_true_random=False))
def test_the_order_of_detections_within_a_frame_changes_nothing(raw: list, random: st.DataObject) -> None:  # type: ignore[type-arg]
    frames = _frames(raw)
    shuffled = [random.sample(frame, len(frame)) for frame in frames]  # type: ignore[attr-defined]
    times = [130 * i for i in range(len(frames))]
    assert _run(list(zip(times, frames, strict=True))) == _run(list(zip(times, shuffled, strict=True)))


@settings(max_examples=30)
@given(FRAMES, st.lists(st.integers(0, 3000), min_size=8, max_size=8))
def test_numbers_are_never_reused_and_no_detection_serves_two_tracks(raw: list, waits: list[int]) -> None:  # type: ignore[type-arg]
    times = list(itertools.accumulate(waits))
    gone: set[int] = set()
    before: set[int] = set()
    for after, frame in zip(_run(list(zip(times, _frames(raw), strict=False))), raw, strict=False):
        numbers = [track.number for track in after]
        assert numbers == sorted(set(numbers))
        assert not gone & set(numbers)
        assert sum(track.is_seen for track in after) <= len(frame)
        gone |= before - set(numbers)
        before = set(numbers)
