from hypothesis import given
from hypothesis import strategies as st

from hub.api.attempts import KNOWN_MOST, KNOWN_MS, MINUTE_MS, PAIRS_MOST, PLACES_MOST, Attempts, network_of

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_five_wrong_ones_in_a_minute_and_then_a_wait_that_ends_with_the_first_of_them() -> None:
    attempts = Attempts()
    assert [attempts.begin(HERE, "rina", now_ms=second * 1000) for second in range(5)] == [0] * 5
    assert attempts.begin(HERE, "rina", now_ms=10_000) == 50_000
    assert attempts.begin(HERE, "rina", now_ms=59_999) == 1
    assert attempts.begin(HERE, "rina", now_ms=60_000) == 0


def test_who_goes_on_slowly_waits_a_quarter_of_an_hour() -> None:
    attempts = Attempts()
    assert [attempts.begin(HERE, "rina", now_ms=n * 15_000) for n in range(15)] == [0] * 15
    assert attempts.begin(HERE, "rina", now_ms=15 * 15_000) == 15 * MINUTE_MS - 15 * 15_000


def test_many_names_of_one_place_are_one_place() -> None:
    attempts = Attempts()
    assert [attempts.begin(HERE, f"name-{n}", now_ms=0) for n in range(30)] == [0] * 30
    assert attempts.begin(HERE, "rina", now_ms=0) == MINUTE_MS
    assert attempts.begin(THERE, "rina", now_ms=0) == 0


def test_who_was_in_from_there_of_late_does_not_wait_for_a_guesser_at_the_same_address() -> None:
    attempts = Attempts()
    attempts.begin(HERE, "rina", now_ms=0)
    attempts.was_right(HERE, "rina", began_ms=0)

    def fill(now_ms: int) -> None:
        for n in range(30):
            attempts.begin(HERE, f"name-{n}", now_ms=now_ms)

    fill(MINUTE_MS)
    assert attempts.begin(HERE, "tono", now_ms=MINUTE_MS) > 0, "nobody knows tono here"
    assert [attempts.begin(HERE, "rina", now_ms=MINUTE_MS) == 0 for _ in range(6)] == [True] * 5 + [False], (
        "guesses at rina herself are slowed as ever"
    )
    fill(KNOWN_MS)
    assert attempts.begin(HERE, "rina", now_ms=KNOWN_MS) > 0, "after 12 h she is anybody"


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 900_000)), max_size=300))
def test_whatever_others_do_from_elsewhere_nobody_waits_for_it(tries: list[tuple[int, int]]) -> None:
    attempts = Attempts()
    for place, now_ms in sorted(tries, key=lambda one: one[1]):
        attempts.begin(f"198.51.100.{place}", "rina", now_ms=now_ms)
    assert attempts.begin(HERE, "rina", now_ms=900_000) == 0


def test_a_hundred_places_that_guess_at_a_name_make_its_owner_wait_nowhere_else() -> None:
    attempts = Attempts()
    for place in range(100):
        while not attempts.begin(f"198.51.100.{place}", "rina", now_ms=1):
            pass
    assert attempts.begin(HERE, "rina", now_ms=1) == 0


def test_a_thousand_at_once_are_five_tries_not_a_thousand() -> None:
    attempts = Attempts()
    assert [attempts.begin(HERE, "rina", now_ms=7) for _ in range(1000)].count(0) == 5


def test_the_right_password_forgets_the_wrong_ones_before_it() -> None:
    attempts = Attempts()
    for _ in range(8):
        for now_ms in range(4):
            assert attempts.begin(HERE, "rina", now_ms=now_ms) == 0
        attempts.was_right(HERE, "rina", began_ms=3)
        for now_ms in range(3):
            attempts.was_not_tried(HERE, "rina", began_ms=now_ms)
    assert attempts.begin(HERE, "rina", now_ms=9) == 0


def test_what_is_remembered_is_bounded_by_a_count_not_by_who_asks() -> None:
    attempts = Attempts()
    for n in range(PAIRS_MOST + 500):
        attempts.begin(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", f"name-{n}", now_ms=n)
    assert attempts.kept == (PAIRS_MOST, PLACES_MOST, 0)
    for n in range(KNOWN_MOST + 500):
        attempts.was_right(HERE, f"name-{n}", began_ms=n)
    assert attempts.kept[2] == KNOWN_MOST


def test_a_household_of_ipv6_is_one_place() -> None:
    assert network_of("2001:db8:1:2::5") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::5") != network_of("2001:db8:1:2::5")
    assert network_of(HERE) == HERE
    assert network_of("") == ""


def test_whoever_has_to_wait_somewhere_can_be_told_by_name_and_nobody_else() -> None:
    attempts = Attempts()
    for now_ms in range(5):
        attempts.begin(HERE, "rina", now_ms=now_ms)
    attempts.begin("192.0.2.99", "sari", now_ms=4)
    assert attempts.waiting(["rina", "sari", "tono"], now_ms=10) == {"rina": 59_990}
    assert attempts.waiting(["rina"], now_ms=60_000) == {}
