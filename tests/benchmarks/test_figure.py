"""A figure passes when its bar says so, and only then."""

import json

import pytest

from benchmarks.figure import Bar, figure, p95, rounded


@pytest.mark.parametrize(
    ("bar", "value", "ratio", "is_passed"),
    [
        (Bar(sign=">=", limit=0.8, of="ratio"), 1.0, 0.8, True),
        (Bar(sign=">=", limit=0.8, of="ratio"), 1.0, 0.799, False),
        (Bar(sign=">=", limit=0.8, of="ratio"), 1.0, None, False),
        (Bar(sign="<", limit=500), 499.9, None, True),
        (Bar(sign="<", limit=500), 500.0, None, False),
    ],
)
def test_a_bar_is_met_or_missed(bar: Bar, value: float, ratio: float | None, is_passed: bool) -> None:  # noqa: FBT001
    assert figure("x", value, "ms", bar=bar, ratio=ratio).is_passed is is_passed


def test_a_line_has_the_keys_that_scripts_rely_on() -> None:
    line = json.loads(figure("x", 12345.67, "records/s", bar=Bar(sign=">=", limit=1), ratio=0.87654).line())
    assert {"name", "value", "unit", "ratio", "bar", "pass", "machine"} <= set(line)
    assert (line["value"], line["ratio"], line["bar"], line["pass"]) == (12346, 0.8765, "value >= 1", True)


def test_a_figure_without_a_bar_neither_passes_nor_fails() -> None:
    assert json.loads(figure("x", 1.0, "s").line())["pass"] is None


def test_p95_leaves_5_of_100_above_it() -> None:
    assert p95([float(number) for number in range(100, 0, -1)]) == 95.0
    assert p95([3.0, 1.0]) == 3.0


def test_small_numbers_keep_four_digits_and_great_ones_all() -> None:
    assert (rounded(0.123456), rounded(12.3456), rounded(123456.7)) == (0.1235, 12.35, 123457.0)
