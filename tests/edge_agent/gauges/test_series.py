from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.gauges.errors import SeriesError
from edge_agent.gauges.series import SeriesStage, StageSeries, read_series
from tests.support.gauges import START_MS, STEP_MS, series


def test_a_sample_is_not_interpolated() -> None:
    assert series(20.0, 30.0).at(START_MS + STEP_MS) == SeriesStage(stage_cm=30.0, is_interpolated=False)


def test_between_two_samples_the_stage_lies_on_the_straight_line_and_says_so() -> None:
    assert series(20.0, 30.0).at(START_MS + STEP_MS // 5) == SeriesStage(stage_cm=22.0, is_interpolated=True)


def test_before_and_after_the_series_there_is_nothing() -> None:
    assert series(20.0, 30.0).at(START_MS - 1) is None
    assert series(20.0, 30.0).at(START_MS + STEP_MS + 1) is None


@pytest.mark.parametrize(("steps", "drawn"), [(3, SeriesStage(stage_cm=20.0, is_interpolated=True)), (4, None)])
def test_over_more_than_three_steps_no_line_is_drawn(steps: int, drawn: SeriesStage | None) -> None:
    samples = [(START_MS + number * STEP_MS, 20.0) for number in (0, 1, 2, 2 + steps, 3 + steps)]
    assert StageSeries(samples).at(START_MS + 3 * STEP_MS) == drawn


def test_a_sample_at_the_edge_of_a_hole_still_counts() -> None:
    samples = [(START_MS + number * STEP_MS, 20.0 + number) for number in (0, 1, 9, 10)]
    assert StageSeries(samples).at(START_MS + 9 * STEP_MS) == SeriesStage(stage_cm=29.0, is_interpolated=False)


def test_a_repeated_series_begins_again_one_step_after_its_end() -> None:
    played = series(20.0, 30.0, 40.0)
    assert played.period_ms == 3 * STEP_MS
    assert played.at_repeated(START_MS + 3 * STEP_MS) == SeriesStage(stage_cm=20.0, is_interpolated=False)
    assert played.at_repeated(START_MS + 7 * STEP_MS) == SeriesStage(stage_cm=30.0, is_interpolated=False)
    assert played.at_repeated(START_MS - 1) is None


def test_the_seam_of_a_repeat_is_a_line_and_no_step() -> None:
    played = series(20.0, 30.0, 40.0)
    assert played.at_repeated(START_MS + 2 * STEP_MS + STEP_MS // 4) == SeriesStage(stage_cm=35.0, is_interpolated=True)


@given(
    stages_cm=st.lists(st.floats(-100, 500), min_size=2, max_size=20),
    offset_ms=st.integers(0, 40 * STEP_MS),
)
def test_a_repeated_series_never_leaves_the_span_of_its_samples(stages_cm: list[float], offset_ms: int) -> None:
    stage = series(*stages_cm).at_repeated(START_MS + offset_ms)
    assert stage is not None
    assert min(stages_cm) - 1e-9 <= stage.stage_cm <= max(stages_cm) + 1e-9


def test_a_file_is_read_with_any_zone_and_further_columns(tmp_path: Path) -> None:
    path = tmp_path / "creek.csv"
    path.write_text("time,stage_cm,flag\n2018-06-03T21:00:00+09:00,21.5,1\n2018-06-03T12:05:00Z,22.5,1\n")
    played = read_series(path)
    assert (played.first_ms, len(played), played.step_ms) == (START_MS, 2, STEP_MS)


def test_a_file_from_a_spreadsheet_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "creek.csv"
    path.write_text("time,stage_cm\n2018-06-03T12:00:00Z,21.5\n2018-06-03T12:05:00Z,22\n", encoding="utf-8-sig")
    assert len(read_series(path)) == 2


def test_an_empty_stage_is_a_hole(tmp_path: Path) -> None:
    path = tmp_path / "creek.csv"
    path.write_text("time,stage_cm\n2018-06-03T12:00:00Z,21.5\n2018-06-03T12:05:00Z,\n2018-06-03T12:10:00Z,22\n")
    assert len(read_series(path)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("time,level\n", "stage_cm is missing"),
        ("", "stage_cm and time is missing"),
        ("time,stage_cm\n2018-06-03T12:00:00Z,high\n", "line 2"),
        ("time,stage_cm\nyesterday,20\n", "line 2"),
        ("time,stage_cm\n2018-06-03T12:00:00Z,20\n2018-06-03T12:05:00Z,219,9\n", "line 3: more values .* a point"),
        ("time,stage_cm,flag\n2018-06-03T12:00:00Z,219,9,1\n", "line 2: more values .* a point"),
        ("time,stage_cm\n2018-06-03T12:00:00,20\n", "has no zone"),
        ("time,stage_cm\n2018-06-03T12:00:00Z,20\n2018-06-03T12:00:00Z,21\n", "times must rise"),
        ("time,stage_cm\n2018-06-03T12:00:00Z,nan\n2018-06-03T12:05:00Z,21\n", "finite"),
        ("time,stage_cm\n2018-06-03T12:00:00Z,20\n", "2 samples or more"),
    ],
)
def test_a_file_of_the_wrong_form_is_named_with_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "creek.csv"
    path.write_text(content)
    with pytest.raises(SeriesError, match=message) as caught:
        read_series(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_a_series_error(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="cannot be read"):
        read_series(tmp_path / "nowhere.csv")
