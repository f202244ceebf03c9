import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.wall.chart import Frame, draw, span_cm, stretches

MINUTE_MS = 60_000
FRAME = Frame(start_ms=0, end_ms=60 * MINUTE_MS, low_cm=0, high_cm=100, width=600, height=200)
GAP_MS = 3 * MINUTE_MS

steps = st.lists(st.tuples(st.integers(1, 20 * MINUTE_MS), st.one_of(st.none(), st.floats(0, 100))), max_size=40)


def series(found: list[tuple[int, float | None]]) -> list[tuple[int, float | None]]:
    at_ms, points = 0, []
    for step_ms, cm in found:
        at_ms += step_ms
        points.append((at_ms, cm))
    return points


def test_the_line_runs_from_the_lower_left_upwards() -> None:
    chart = draw([(0, 0.0), (30 * MINUTE_MS, 50.0)], FRAME, gap_ms=60 * MINUTE_MS, raise_cm=(), severity=None)
    assert chart.line == "M0,200l300,-100"
    assert chart.end == (300.0, 100.0)


def test_a_hole_breaks_the_line_and_is_shown() -> None:
    points = [(0, 10.0), (MINUTE_MS, 10.0), (20 * MINUTE_MS, 20.0), (59 * MINUTE_MS, None)]
    chart = draw(points, FRAME, gap_ms=GAP_MS, raise_cm=(), severity=None)
    assert chart.line.count("M") == 2
    assert [(hole.x, hole.width) for hole in chart.holes] == [(10.0, 190.0), (200.0, 400.0)]


def test_a_station_without_readings_is_one_hole() -> None:
    chart = draw([], FRAME, gap_ms=GAP_MS, raise_cm=(), severity=None)
    assert (chart.line, chart.end, len(chart.holes)) == ("", None, 1)
    assert chart.holes[0].width == 600


def test_a_threshold_line_is_reached_only_by_the_stations_own_level() -> None:
    chart = draw([(0, 99.0)], FRAME, gap_ms=GAP_MS, raise_cm=(20, 50, 80), severity=1)
    assert [mark.is_reached for mark in chart.marks] == [True, False, False]
    assert [mark.y for mark in chart.marks] == [160.0, 100.0, 40.0]


def test_every_value_and_threshold_lies_inside_the_picture() -> None:
    low, high = span_cm([12.0, 250.0], (120.0, 170.0, 220.0))
    assert low < 12
    assert high > 250


@given(steps)
def test_no_stroke_ever_bridges_a_hole(found: list[tuple[int, float | None]]) -> None:
    for part in stretches(series(found), gap_ms=GAP_MS):
        times = [at_ms for at_ms, _ in part]
        assert all(later - earlier <= GAP_MS for earlier, later in pairwise(times))


@given(steps)
def test_every_usable_point_is_in_exactly_one_stretch(found: list[tuple[int, float | None]]) -> None:
    points = series(found)
    drawn = [point for part in stretches(points, gap_ms=GAP_MS) for point in part]
    assert drawn == [point for point in points if point[1] is not None]


@given(steps)
def test_the_line_stays_inside_the_picture(found: list[tuple[int, float | None]]) -> None:
    chart = draw(series(found), FRAME, gap_ms=GAP_MS, raise_cm=(), severity=None)
    for stroke in chart.line.split("M")[1:]:
        x, y = 0, 0
        for number, (dx, dy) in enumerate(re.findall(r"(-?\d+),(-?\d+)", stroke)):
            x, y = (int(dx), int(dy)) if number == 0 else (x + int(dx), y + int(dy))
            assert 0 <= x <= 600
            assert 0 <= y <= 200
