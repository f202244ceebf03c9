"""How a view stands: never better than its age, its camera's faults and its own doubts allow."""

import pytest

from hub.wall.freshness import age_limits
from hub.wall.view_standing import ViewStanding, view_standing, worst_road

LIMITS = age_limits(60, rate=1.0)


@pytest.mark.parametrize(
    ("age_s", "has_fault", "doubts", "standing"),
    [
        (None, False, (), "never"),
        (None, True, (), "blind"),
        (10, False, (), "fresh"),
        (10, False, ("too_slow",), "slow"),
        (10, False, ("too_slow", "cannot_see"), "blind"),
        (10, True, (), "blind"),
        (130, False, (), "late"),
        (130, False, ("too_slow",), "slow"),
        (200, False, ("too_slow",), "stale"),
        (200, False, ("cannot_see",), "stale"),
        (400, False, (), "lost"),
        (400, True, (), "blind"),
        (10, False, ("something_new",), "fresh"),
    ],
)
def test_what_says_least_wins(*, age_s: float | None, has_fault: bool, doubts: tuple[str, ...], standing: str) -> None:
    found = view_standing(age_s=age_s, limits=LIMITS, has_fault=has_fault, doubts=frozenset(doubts))
    assert found == ViewStanding(standing)


def test_the_worst_road_is_told_since_the_first_of_them_is_in_it() -> None:
    assert worst_road([("lancar", 1), ("macet", 9), ("macet", 7), ("", None)]) == ("macet", 7)
    assert worst_road([("padat", None)]) == ("padat", None)
    assert worst_road([("", None), ("terbang", 3)]) == ("", None)
