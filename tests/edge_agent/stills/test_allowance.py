"""How many stills a box may make."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.stills.allowance import (
    DAY_MS,
    Spent,
    StillSettings,
    after,
    after_refusal,
    fits,
    is_due,
    may_follow,
)

SETTINGS = StillSettings(every_s=3_600.0, least_pause_s=300.0, daily_mb=1.0)
MIB = 1024 * 1024


def test_each_view_has_its_own_hour_and_all_share_the_bytes() -> None:
    spent = after(Spent(), "c1", MIB, at_ms=10 * DAY_MS)
    assert not is_due(spent, SETTINGS, "c1", at_ms=10 * DAY_MS + 3_599_999)
    assert is_due(spent, SETTINGS, "c1", at_ms=10 * DAY_MS + 3_600_000)
    assert is_due(spent, SETTINGS, "c2", at_ms=10 * DAY_MS)
    assert not fits(spent, SETTINGS, 1, at_ms=10 * DAY_MS)
    assert fits(spent, SETTINGS, MIB, at_ms=11 * DAY_MS)


def test_a_clock_that_steps_back_stops_nothing_for_good() -> None:
    spent = after(Spent(), "c1", 1, at_ms=20_000 * DAY_MS)
    assert is_due(spent, SETTINGS, "c1", at_ms=0)


def test_no_bytes_are_no_stills() -> None:
    none = StillSettings(daily_mb=0.0)
    assert not is_due(Spent(), none, "c1", at_ms=0)
    assert not may_follow(Spent(), none, "c1", at_ms=0)


def test_a_refusal_for_the_bytes_waits_its_pause_and_one_for_the_pause_changes_nothing_else() -> None:
    assert not may_follow(after_refusal(Spent(), "c1", at_ms=DAY_MS), SETTINGS, "c1", at_ms=DAY_MS + 299_999)
    assert after_refusal(Spent(), "c1", at_ms=None) == Spent(refused=1)


@given(st.lists(st.tuples(st.integers(0, 3 * DAY_MS), st.integers(1, MIB // 2)), max_size=60))
def test_no_day_gets_more_than_its_bytes(wishes: list[tuple[int, int]]) -> None:
    spent, by_day = Spent(), dict[int, int]()
    for at_ms, size_bytes in sorted(wishes):
        if fits(spent, SETTINGS, size_bytes, at_ms=at_ms):
            spent = after(spent, "c1", size_bytes, at_ms=at_ms)
            by_day[at_ms // DAY_MS] = by_day.get(at_ms // DAY_MS, 0) + size_bytes
    assert all(total <= MIB for total in by_day.values())
