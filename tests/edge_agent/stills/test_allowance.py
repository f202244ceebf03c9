"""How many stills a box may make."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.stills.allowance import (
    ASKED_PART,
    DAY_MS,
    Spent,
    StillSettings,
    after,
    after_asked,
    after_refusal,
    fits,
    is_due,
    may_follow,
)

SETTINGS = StillSettings(every_s=3_600.0, least_pause_s=300.0, daily_mb=1.0)
MIB = 1024 * 1024
ASKED_BYTES = round(ASKED_PART * MIB)
OWN_BYTES = MIB - ASKED_BYTES


def test_each_view_has_its_own_hour_and_all_share_the_bytes() -> None:
    spent = after(Spent(), "c1", OWN_BYTES, at_ms=10 * DAY_MS)
    assert not is_due(spent, SETTINGS, "c1", at_ms=10 * DAY_MS + 3_599_999)
    assert is_due(spent, SETTINGS, "c1", at_ms=10 * DAY_MS + 3_600_000)
    assert is_due(spent, SETTINGS, "c2", at_ms=10 * DAY_MS)
    assert not fits(spent, SETTINGS, 1, at_ms=10 * DAY_MS)
    assert fits(spent, SETTINGS, OWN_BYTES, at_ms=11 * DAY_MS)


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


@given(st.lists(st.tuples(st.integers(0, 3 * DAY_MS), st.integers(1, MIB // 2), st.booleans()), max_size=60))
def test_no_day_gets_more_than_its_bytes_and_neither_people_nor_the_hours_take_the_others(
    wishes: list[tuple[int, int, bool]],
) -> None:
    spent, by_day = Spent(), dict[tuple[int, bool], int]()
    for at_ms, size_bytes, is_asked in sorted(wishes):
        before = by_day.get((at_ms // DAY_MS, is_asked), 0)
        is_room = before + size_bytes <= (ASKED_BYTES if is_asked else OWN_BYTES)
        assert fits(spent, SETTINGS, size_bytes, at_ms=at_ms, is_asked=is_asked) == is_room
        if is_room:
            spent = (
                after_asked(spent, size_bytes, at_ms=at_ms) if is_asked else after(spent, "c1", size_bytes, at_ms=at_ms)
            )
            by_day[at_ms // DAY_MS, is_asked] = before + size_bytes


def test_a_still_that_people_ask_for_postpones_none_of_the_views_own() -> None:
    asked = after_asked(Spent(), 1, at_ms=20_000 * DAY_MS)
    assert is_due(asked, SETTINGS, "c1", at_ms=20_000 * DAY_MS)
