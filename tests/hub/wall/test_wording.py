from hypothesis import given
from hypothesis import strategies as st

from hub.wall.city import City
from hub.wall.language import language
from hub.wall.wording import Wording

INDONESIAN = Wording(language=language("id"), city=City())
ENGLISH = Wording(language=language("en"), city=City())
# 14 May 2015 13:53:00 WIT
AT_MS = 1_431_579_180_000
HOUR_MS = 3_600_000


def test_a_stage_is_told_in_metres_with_a_comma_in_indonesian_and_a_point_in_english() -> None:
    assert INDONESIAN.metres(312.0) == "3,12"
    assert ENGLISH.metres(312.0) == "3.12"


def test_a_missing_stage_is_a_dash_and_never_a_zero() -> None:
    assert INDONESIAN.metres(None) == "–"


def test_a_half_goes_up_as_it_does_in_the_browser() -> None:
    assert INDONESIAN.metres(12.5) == "0,13"


def test_nothing_is_told_as_minus_zero() -> None:
    assert INDONESIAN.metres(-0.4) == "0,00"


def test_a_change_carries_its_sign() -> None:
    assert [INDONESIAN.change(cm) for cm in (34.0, -5.0, 0.2)] == ["+0,34", "−0,05", "0,00"]


def test_ages_are_told_in_the_unit_a_person_would_take() -> None:
    ages = {14: "14 dtk", 60: "1 mnt", 15_120: "4 j 12 mnt", 100_000: "1 hr 3 j"}
    assert {seconds: INDONESIAN.age(seconds) for seconds in ages} == ages


def test_seconds_that_something_took_keep_digits_while_they_are_few() -> None:
    assert [INDONESIAN.seconds(s) for s in (0.42, 9.9, 74.0, 299.0, 300.0)] == [
        "0,42 dtk",
        "9,9 dtk",
        "74 dtk",
        "299 dtk",
        "5 mnt",
    ]


def test_running_times_count_as_a_stop_watch() -> None:
    assert [INDONESIAN.minutes(s) for s in (100, 3_599, 3_600)] == ["01:40", "59:59", "1:00:00"]


def test_times_are_those_of_the_city() -> None:
    assert INDONESIAN.time(AT_MS) == "13:53"
    assert INDONESIAN.date(AT_MS) == "Kam 14 Mei 2015"
    assert ENGLISH.date(AT_MS) == "Thu 14 May 2015"


def test_a_time_of_another_day_names_the_day() -> None:
    assert INDONESIAN.since(AT_MS - HOUR_MS, now_ms=AT_MS) == "12:53"
    assert INDONESIAN.since(AT_MS - 20 * HOUR_MS, now_ms=AT_MS) == "13 Mei 17:53"


def test_a_level_has_the_citys_own_word_in_every_language() -> None:
    city = City(words={0: "Aman", 1: "Waspada", 2: "Siaga", 3: "Bahaya"})
    assert Wording(language=language("en"), city=city).level(3) == "Bahaya"
    assert ENGLISH.level(None) == "No data yet"


@given(st.floats(min_value=-20_000, max_value=20_000))
def test_metres_are_within_half_a_centimetre_of_the_truth(cm: float) -> None:
    told = float(INDONESIAN.metres(cm).replace(",", ".").replace("−", "-"))
    assert abs(told * 100 - cm) <= 0.5 + 1e-6
