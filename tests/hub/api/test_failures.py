from hub.api.failures import HOUR_MS, MANY, TOLD_APART_MOST, Failures


def test_a_flood_of_failures_makes_a_row_for_each_tenfold() -> None:
    failures = Failures()
    due = [failures.count("192.0.2.1", "rina", now_ms=n) for n in range(10_000)]
    assert [one for one in due if one] == [("192.0.2.1", "rina", 10**power) for power in range(5)]


def test_after_an_hour_counting_begins_anew() -> None:
    failures = Failures()
    assert failures.count("a", "", now_ms=0) == ("a", "", 1)
    assert failures.count("a", "", now_ms=HOUR_MS - 1) is None
    assert failures.count("a", "", now_ms=HOUR_MS) == ("a", "", 1)


def test_failures_from_everywhere_are_counted_together_and_nothing_grows() -> None:
    failures = Failures()
    due = [failures.count(f"place-{n}", "", now_ms=n) for n in range(5_000)]
    rows = [one for one in due if one]
    assert len(rows) == TOLD_APART_MOST + 4
    assert rows[-1] == (MANY, "", 1000)
    assert failures.count("place-0", "", now_ms=HOUR_MS + 5_000) == ("place-0", "", 1)
