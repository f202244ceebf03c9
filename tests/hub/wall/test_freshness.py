from hypothesis import given
from hypothesis import strategies as st

from hub.wall.freshness import AgeLimits, Freshness, age_limits, freshness

ORDER = [Freshness.FRESH, Freshness.LATE, Freshness.STALE, Freshness.LOST]
PEACE = age_limits(60.0, rate=1.0)


def seen(age_s: float | None, *, limits: AgeLimits = PEACE, stale: bool = False, silent: bool = False) -> Freshness:
    return freshness(age_s=age_s, limits=limits, is_stale=stale, is_silent=silent, is_suspect=False)


def test_a_reading_that_could_still_be_in_its_batch_is_fresh() -> None:
    assert seen(119) is Freshness.FRESH


def test_a_reading_grows_late_then_stale_then_lost() -> None:
    assert [seen(age_s) for age_s in (121, 181, 361)] == [Freshness.LATE, Freshness.STALE, Freshness.LOST]


def test_a_station_that_never_spoke_has_a_state_of_its_own() -> None:
    assert seen(None, stale=True) is Freshness.NEVER


def test_what_the_hub_says_wins_over_a_young_age() -> None:
    assert seen(5, stale=True) is Freshness.STALE
    assert seen(5, silent=True) is Freshness.LOST


def test_on_a_fast_clock_nothing_is_stale_before_ten_real_seconds() -> None:
    limits = age_limits(60.0, rate=60.0)
    assert limits.stale_after_s == 600.0
    assert seen(599, limits=limits) is not Freshness.STALE


def test_a_doubtful_reading_is_called_so_before_it_is_called_late() -> None:
    assert freshness(age_s=130, limits=PEACE, is_stale=False, is_silent=False, is_suspect=True) is Freshness.SUSPECT


@given(st.floats(1, 3600), st.floats(1, 600), st.floats(0, 1e6), st.floats(0, 1e6))
def test_no_value_gets_better_by_growing_older(interval_s: float, rate: float, first_s: float, more_s: float) -> None:
    limits = age_limits(interval_s, rate=rate)
    young, old = seen(first_s, limits=limits), seen(first_s + more_s, limits=limits)
    assert ORDER.index(old) >= ORDER.index(young)
