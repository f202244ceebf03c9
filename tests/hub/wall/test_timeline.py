from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.wall.city import City
from hub.wall.timeline import LANES, MARK_APART, SPAN_MS, WIDTH, lanes, ticks, x_of

NOW_MS = 1_431_579_180_000


def test_now_is_at_the_right_end_and_yesterday_at_the_left() -> None:
    assert (x_of(NOW_MS, now_ms=NOW_MS), x_of(NOW_MS - SPAN_MS, now_ms=NOW_MS)) == (WIDTH, 0)


def test_ticks_are_full_even_hours_of_the_citys_clock() -> None:
    texts = [tick.text for tick in ticks(now_ms=NOW_MS, city=City())]
    assert texts[0] == "16:00"
    assert texts[-1] == "12:00"
    assert all(text.endswith(":00") for text in texts)


def test_in_a_crowd_the_more_severe_mark_keeps_its_place() -> None:
    assert lanes([(0, 1), (1000, 2), (2000, 3)]) == [None, 1, 0]
    assert lanes([(0, 3), (1000, 3), (2000, 1)]) == [0, 1, None]


@given(st.lists(st.tuples(st.integers(0, SPAN_MS), st.integers(0, 3)), max_size=60))
def test_no_two_marks_of_a_lane_cover_each_other(marks: list[tuple[int, int]]) -> None:
    marks.sort()
    placed = lanes(marks)
    for lane in range(LANES):
        times = [at_ms for (at_ms, _), chosen in zip(marks, placed, strict=True) if chosen == lane]
        apart_ms = MARK_APART * SPAN_MS / WIDTH
        assert all(b - a >= apart_ms - 1 for a, b in pairwise(times))
