from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings.crossings import MARGIN_HEIGHTS, RUN_HEIGHTS, Direction, LineWatch
from edge_agent.sightings.places import PlacedLine
from tests.support.detections import track

SIZE = (640, 480)
LEVEL = PlacedLine(start_px=(100, 240), end_px=(540, 240))
UPRIGHT = PlacedLine(start_px=(320, 20), end_px=(320, 460))
HEIGHT = 40.0
Way = list[tuple[float, float]]


def _crossed(way: Way, *, line: PlacedLine = LEVEL, ends: bool = True) -> list[Direction]:
    """Return what a car counts that goes this way; anchors px, one a frame."""
    watch = LineWatch(line, *SIZE)
    found = []
    for frame, (x, y) in enumerate(way):
        found += watch.step([track(x, y, height=HEIGHT, is_sure=frame > 0)], frame)
    return [crossing.direction for crossing in (*found, *(watch.end(len(way)) if ends else ()))]


def test_down_is_forward_and_up_is_backward() -> None:
    down: Way = [(300, y) for y in range(180, 310, 12)]
    assert _crossed(down) == [Direction.FORWARD]
    assert _crossed(down[::-1]) == [Direction.BACKWARD]


def test_two_frames_are_enough_when_they_lie_on_both_sides() -> None:
    assert _crossed([(300, 200), (300, 280)]) == [Direction.FORWARD]


def test_a_single_detection_crosses_nothing() -> None:
    assert _crossed([(300, 200)]) == []


def test_one_that_crosses_before_it_is_sure_counts_when_it_is() -> None:
    watch = LineWatch(LEVEL, *SIZE)
    found = []
    for frame, y in enumerate(range(200, 300, 10)):
        found += [(frame, one.direction) for one in watch.step([track(300, y, is_sure=frame >= 8)], frame)]
    assert found == [(8, Direction.FORWARD)]


def test_who_begins_on_the_line_has_not_crossed_it() -> None:
    assert _crossed([(300, 238), (300, 241), (300, 262), (300, 300)]) == []


def test_there_and_back_counts_once_each_way_however_often() -> None:
    once: Way = [(300, 200), (300, 280)]
    assert Counter(_crossed(once * 5)) == {Direction.FORWARD: 1, Direction.BACKWARD: 1}


@pytest.mark.parametrize("x", [60, 580])
def test_past_the_end_of_a_line_is_not_over_it(x: float) -> None:
    assert _crossed([(x, y) for y in range(180, 310, 10)]) == []


def test_around_the_end_and_back_over_the_line_counts_the_way_back() -> None:
    around: Way = [(300, 200), (60, 200), (60, 280), (300, 280), (300, 200)]
    assert _crossed(around) == [Direction.BACKWARD]


def test_a_slanted_way_counts_where_it_meets_the_line() -> None:
    assert _crossed([(80, 200), (140, 280)]) == [Direction.FORWARD]  # meets it at 110
    assert _crossed([(40, 200), (120, 280)]) == []  # meets it at 80


def test_one_hidden_while_it_crosses_counts_when_it_comes_out() -> None:
    watch = LineWatch(LEVEL, *SIZE)
    found = []
    for frame, (y, is_seen) in enumerate([(200, True), (215, True), (215, False), (215, False), (270, True)]):
        found += watch.step([track(300, y, is_seen=is_seen)], frame)
    assert [(crossing.direction, crossing.up_ms) for crossing in found] == [(Direction.FORWARD, 4)]


def test_a_hidden_tracks_old_box_says_nothing() -> None:
    watch = LineWatch(LEVEL, *SIZE)
    watch.step([track(300, 200)], 0)
    assert watch.step([track(300, 280, is_seen=False)], 1) == []


def test_one_that_leaves_the_picture_just_beyond_the_line_counts() -> None:
    line = PlacedLine(start_px=(100, 476), end_px=(540, 476))
    leaving: Way = [(300, y) for y in (400, 430, 460, 478, 480)]
    assert _crossed(leaving, line=line) == [Direction.FORWARD]
    assert _crossed(leaving, line=line, ends=False) == []
    assert _crossed([(300, y) for y in (400, 430, 460, 474)], line=line) == []


def test_one_that_comes_into_the_picture_right_at_the_line_counts() -> None:
    line = PlacedLine(start_px=(100, 476), end_px=(540, 476))
    assert _crossed([(300, 480), (300, 460), (300, 430)], line=line) == [Direction.BACKWARD]


def test_a_parked_car_at_the_pictures_edge_that_vanishes_counts_nothing() -> None:
    line = PlacedLine(start_px=(607, 20), end_px=(607, 460))
    watch = LineWatch(line, *SIZE)
    found = []
    for frame, x in enumerate([605.5, 608.5] * 10):  # its left edge jitters, the right one is cut by the picture
        found += watch.step([track(x, 240, width=2 * (640 - x))], frame)
    assert [*found, *watch.end(20)] == []


def test_the_label_is_the_vote_at_the_crossing() -> None:
    watch = LineWatch(LEVEL, *SIZE)
    watch.step([track(300, 200, label="car")], 0)
    assert [crossing.label for crossing in watch.step([track(300, 280, label="truck")], 1)] == ["truck"]


def test_an_ended_track_is_forgotten() -> None:
    watch = LineWatch(LEVEL, *SIZE)
    for number in range(1000):
        watch.step([track(300, 200, number=number + 1)], number)
    assert len(watch._ways) == 1


JITTER = st.floats(-0.99 * MARGIN_HEIGHTS * HEIGHT, 0.99 * MARGIN_HEIGHTS * HEIGHT)
POINT = st.tuples(st.integers(0, 640).map(float), st.integers(40, 480).map(float))
WAY = st.lists(POINT, min_size=1, max_size=15)


@given(st.lists(JITTER, min_size=2, max_size=60), st.sampled_from([-25.0, 0.0, 25.0]))
def test_jitter_on_the_line_counts_nothing(jitter: list[float], start: float) -> None:
    assert _crossed([(300, 240 + start), *((300, 240 + offset) for offset in jitter)]) == []


@given(WAY)
def test_mirrored_motion_swaps_the_directions(way: Way) -> None:
    mirrored = [(640 - x, y) for x, y in way]
    swap = {Direction.FORWARD: Direction.BACKWARD, Direction.BACKWARD: Direction.FORWARD}
    assert _crossed(mirrored, line=UPRIGHT) == [swap[direction] for direction in _crossed(way, line=UPRIGHT)]


@given(WAY)
def test_a_line_drawn_the_other_way_round_swaps_the_directions(way: Way) -> None:
    turned = PlacedLine(start_px=LEVEL.end_px, end_px=LEVEL.start_px)
    swap = {Direction.FORWARD: Direction.BACKWARD, Direction.BACKWARD: Direction.FORWARD}
    assert _crossed(way, line=turned) == [swap[direction] for direction in _crossed(way)]


@given(WAY)
def test_no_crossing_without_having_been_on_both_sides(way: Way) -> None:
    sides = {y > 240 for _, y in way if y != 240}
    crossed = _crossed(way)
    assert len(crossed) == len(set(crossed))
    if len(sides) < 2:
        assert crossed == []


@given(WAY)
def test_each_crossing_has_a_step_that_leads_over_the_line_itself(way: Way) -> None:
    def meets(one: tuple[float, float], other: tuple[float, float]) -> bool:
        part = 0.5 if one[1] == other[1] else (240 - one[1]) / (other[1] - one[1])
        return (one[1] - 240) * (other[1] - 240) <= 0 and 99 <= one[0] + part * (other[0] - one[0]) <= 541

    if _crossed(way):
        assert any(meets(one, other) for one, other in pairwise(way))


@settings(max_examples=40)
@given(st.lists(WAY, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_tracks_do_not_know_of_each_other(ways: list[Way], random: st.DataObject) -> None:
    watch = LineWatch(LEVEL, *SIZE)
    counted: Counter[int] = Counter()
    for frame in range(max(map(len, ways))):
        here = [
            track(*way[frame], number=number, height=HEIGHT, is_sure=frame > 0)
            for number, way in enumerate(ways)
            if frame < len(way)
        ]
        counted.update(crossing.track for crossing in watch.step(random.sample(here, len(here)), frame))  # type: ignore[attr-defined]
    counted.update(crossing.track for crossing in watch.end(99))
    assert counted == Counter({number: len(_crossed(way)) for number, way in enumerate(ways) if _crossed(way)})


def test_a_run_is_longer_than_any_jitter() -> None:
    assert RUN_HEIGHTS > 2 * MARGIN_HEIGHTS
