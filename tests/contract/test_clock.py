"""A wall time is an annotation: whatever a broken clock says, it can be shown."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clock import aware

ZONES = [timezone(timedelta(hours=hours)) for hours in (-12, 0, 9, 14)]


@given(at_ms=st.integers(min_value=-(2**53), max_value=2**53), zone=st.sampled_from(ZONES))
def test_every_time_that_the_wire_can_carry_is_shown_in_every_zone(at_ms: int, zone: timezone) -> None:
    shown = aware(at_ms).astimezone(zone)
    assert shown.isoformat()
    assert (shown + timedelta(days=1)).strftime("%H:%M")


@pytest.mark.parametrize(("at_ms", "year"), [(2**53, 9999), (-(2**53), 2), (0, 1970)])
def test_what_no_calendar_holds_is_shown_as_the_nearest_that_one_does(at_ms: int, year: int) -> None:
    assert aware(at_ms).year == year


def test_a_time_of_today_is_shown_as_it_is() -> None:
    assert aware(1_431_576_780_500) == datetime(2015, 5, 14, 4, 13, 0, 500_000, tzinfo=UTC)
