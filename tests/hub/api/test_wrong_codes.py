"""Wrong claim codes are limited by place, in bounded memory, and hold up no other place."""

from hypothesis import given
from hypothesis import strategies as st

from hub.api.unwritten import Unwritten
from hub.api.wrong_codes import PLACES_MOST, WITHIN_MS, WRONG_MOST, WrongCodes

MINE, OTHER = "10.0.0.1", "10.0.0.2"


def test_the_sixth_wrong_code_in_ten_minutes_waits_and_no_other_place_does() -> None:
    codes = WrongCodes()
    for number in range(WRONG_MOST):
        assert codes.wait_ms(MINE, now_ms=number) == 0
        codes.count(MINE, now_ms=number)
    assert codes.wait_ms(MINE, now_ms=10) == WITHIN_MS - 10
    assert codes.wait_ms(OTHER, now_ms=10) == 0
    assert codes.wait_ms(MINE, now_ms=WITHIN_MS) == 0


def test_a_household_has_one_ipv6_network() -> None:
    codes = WrongCodes()
    for number in range(WRONG_MOST):
        codes.count(f"2001:db8:1:2::{number}", now_ms=0)
    assert codes.wait_ms("2001:db8:1:2:ffff::1", now_ms=1) > 0
    assert codes.wait_ms("2001:db8:1:3::1", now_ms=1) == 0


def test_thousands_of_places_fill_no_memory() -> None:
    codes = WrongCodes()
    for number in range(4 * PLACES_MOST):
        codes.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", now_ms=number)
    assert codes.places == PLACES_MOST


@given(st.lists(st.tuples(st.sampled_from([MINE, OTHER]), st.integers(0, WITHIN_MS)), max_size=40))
def test_a_place_waits_for_its_own_wrong_codes_alone(tries: list[tuple[str, int]]) -> None:
    codes, alone = WrongCodes(), WrongCodes()
    now_ms = 0
    for place, later_ms in tries:
        now_ms += later_ms
        codes.count(place, now_ms=now_ms)
        if place == MINE:
            alone.count(place, now_ms=now_ms)
        assert codes.wait_ms(MINE, now_ms=now_ms) == alone.wait_ms(MINE, now_ms=now_ms)


def test_what_was_answered_without_a_write_is_taken_once() -> None:
    unwritten = Unwritten()
    for outcome in ("limited", "again", "limited"):
        unwritten.count(outcome)
    assert (unwritten.take(), unwritten.take()) == ({"limited": 2, "again": 1}, {})
