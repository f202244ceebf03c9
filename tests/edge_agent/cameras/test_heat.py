"""What a hot board leaves of the CPU share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.cameras.heat import COOL_C, HARD_LIMIT_C, LEAST_PART, SOFT_LIMIT_C, STEP_EVERY_MS, Heat, feel

LOOK_MS = 10_000


def felt(*temperatures_c: float | None) -> list[float]:
    """Return the part after each of these looks, ten seconds apart."""
    heat, parts = Heat(), []
    for number, temperature_c in enumerate(temperatures_c):
        heat = feel(heat, temperature_c, real_ms=LOOK_MS * number)
        parts.append(heat.part)
    return parts


def test_a_board_that_does_not_tell_its_temperature_is_taken_as_cool() -> None:
    assert felt(None, None) == [1.0, 1.0]


def test_at_the_soft_limit_there_is_a_step_less_every_half_minute() -> None:
    assert felt(*[SOFT_LIMIT_C] * 7) == pytest.approx([0.75, 0.75, 0.75, 0.5625, 0.5625, 0.5625, 0.421875])


def test_at_the_hard_limit_there_is_the_least_at_once() -> None:
    assert felt(SOFT_LIMIT_C, HARD_LIMIT_C) == [0.75, LEAST_PART]


def test_between_cool_and_the_limit_nothing_changes() -> None:
    assert felt(82, *[79, 76] * 20) == [0.75] * 41


def test_a_board_that_has_cooled_down_gets_everything_back_step_by_step() -> None:
    parts = felt(HARD_LIMIT_C, *[COOL_C] * 20)
    assert parts == sorted(parts)
    assert [parts[1], parts[3], parts[-1]] == pytest.approx([LEAST_PART, LEAST_PART / 0.75, 1.0])


@given(st.lists(st.none() | st.floats(20, 110), max_size=60))
def test_the_part_never_leaves_its_bounds_and_rises_only_slowly(temperatures_c: list[float | None]) -> None:
    heat = Heat()
    for number, temperature_c in enumerate(temperatures_c):
        after = feel(heat, temperature_c, real_ms=LOOK_MS * number)
        assert LEAST_PART <= after.part <= 1.0
        if after.part > heat.part and heat.changed_ms is not None:
            assert LOOK_MS * number - heat.changed_ms >= STEP_EVERY_MS
            assert temperature_c is None or temperature_c <= COOL_C
        heat = after
