"""Bars of counts: one for each step that was looked at, holes for the others, and no number made up."""

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.wall.city import City
from hub.wall.counts_chart import SPANS, CountsChart, CountStep, counts_charts, grouped
from hub.wall.language import language
from hub.wall.wording import Wording

WORDING = Wording(language=language("id"), city=City())
NOW_MS = 1_431_579_180_000
SPAN = SPANS[0]
STEP_MS = 60_000


def step(ago: int, count: float = 4, *, seen: float = 1.0, is_least: bool = False) -> CountStep:
    at_ms = NOW_MS // STEP_MS * STEP_MS - ago * STEP_MS
    return CountStep(at_ms=at_ms, by_label={"car": count} if count else {}, seen=seen, is_least=is_least)


def wide(steps: list[CountStep]) -> CountsChart:
    return counts_charts(steps, span=SPAN, now_ms=NOW_MS, wording=WORDING)[0]


def bars(chart: CountsChart) -> list[tuple[float, float, float]]:
    """Return x, bottom and top of every bar, px."""
    return [
        (float(x), float(low), float(high))
        for _, path in chart.bars
        for x, low, high in re.findall(r"M([\d.]+),([\d.]+)V([\d.]+)", path)
    ]


def test_a_bar_is_as_high_as_its_count_and_stands_in_its_step() -> None:
    chart = wide([step(2, 10), step(1, 5)])
    (x1, low1, high1), (x2, low2, high2) = bars(chart)
    assert low1 == low2 == chart.size.height - chart.size.bottom
    assert abs((low1 - high1) - 2 * (low2 - high2)) < 0.2
    assert abs((x2 - x1) - (chart.size.width - chart.size.left - chart.size.right) / 180) < 0.2


def test_what_was_hardly_looked_at_is_a_hole_and_no_bar() -> None:
    chart = wide([step(ago, seen=0.4 if ago == 5 else 1.0) for ago in range(1, 180)])
    assert len(bars(chart)) == 178
    assert len(chart.holes) == 1
    assert chart.holes[0][1] == round(1026 / 180, 1)
    ((x, width),) = wide([]).holes
    assert (x, round(width)) == (chart.size.left, round(1026 * 179 / 180)), "all but the step of now"


def test_an_empty_step_is_no_hole_and_the_step_of_now_is_none_yet() -> None:
    chart = wide([step(ago, 0) for ago in range(1, 180)])
    assert (bars(chart), chart.holes) == ([], ())


def test_a_bar_that_is_the_least_that_was_there_has_a_frame_even_where_nothing_was_counted() -> None:
    assert wide([step(3), step(2)]).least == ""
    assert wide([step(3), step(2, 0, is_least=True)]).least.count("M") == 1


def test_a_narrow_bar_that_is_the_least_keeps_its_colour_below_a_mark() -> None:
    assert SPAN.name == "3j"
    assert "V" not in wide([step(2, is_least=True)]).least, "a minute of three hours is 6 px wide"
    day = counts_charts([step(60, is_least=True)], span=replace(SPAN, step_s=600), now_ms=NOW_MS, wording=WORDING)[0]
    assert day.least.count("V") == 2


@given(st.dictionaries(st.sampled_from(["motorcycle", "car", "bus", "truck", "boat", "x"]), st.integers(0, 99)))
def test_no_class_is_left_out_of_a_bar(by_label: dict[str, int]) -> None:
    assert sum(count for _, count in grouped(by_label)) == sum(by_label.values())


@given(st.floats(0, 30_000))
def test_no_bar_leaves_its_field_whatever_was_counted(count: float) -> None:
    chart = wide([step(2, count)])
    assert all(chart.size.top - 0.1 <= high for _, _, high in bars(chart))
    assert 2 <= len(chart.counts) <= 6
