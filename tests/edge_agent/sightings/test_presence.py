from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings.presence import APPEAR_S, GONE_S, BankWatch

STEP_MS = 500


def _told(counts: list[dict[str, int]]) -> list[tuple[int, str, int]]:
    watch = BankWatch("tepi")
    return [
        (told.up_ms, told.label, told.count)
        for frame, here in enumerate(counts)
        for told in watch.step(here, frame * STEP_MS)
    ]


def test_someone_who_comes_is_told_once_within_a_second() -> None:
    assert _told([{}] * 4 + [{"person": 2}] * 200) == [(2000 + round(1000 * APPEAR_S), "person", 2)]


def test_a_chance_detection_is_not_told() -> None:
    assert _told([{"person": 1}, {}, {}, {}, {}, {"person": 1}, {}, {}, {}, {}] * 5) == []


def test_one_whom_the_detector_misses_now_and_then_is_told_once() -> None:
    assert len(_told([{"person": 1}, {"person": 1}, {}] * 100)) == 1


def test_who_comes_back_after_a_while_is_told_again() -> None:
    gone: list[dict[str, int]] = [{}] * (round(1000 * GONE_S / STEP_MS) + 2)
    assert len(_told([{"boat": 1}] * 10 + gone + [{"boat": 1}] * 10)) == 2
    assert len(_told([{"boat": 1}] * 10 + gone[:20] + [{"boat": 1}] * 10)) == 1


def test_people_and_boats_are_told_apart() -> None:
    told = _told([{"person": 1}] * 6 + [{"person": 1, "boat": 1}] * 6)
    assert [label for _, label, _ in told] == ["person", "boat"]


def test_blind_time_is_no_absence() -> None:
    watch = BankWatch("tepi")
    for frame in range(10):
        watch.step({"person": 1}, frame * STEP_MS)
    watch.unseen(600.0)
    assert watch.step({"person": 1}, 605_000) == []
    assert watch.step({"person": 1}, 606_500) == []


@settings(max_examples=50)
@given(st.lists(st.integers(0, 2), max_size=200))
def test_there_is_never_a_second_word_before_an_absence(counts: list[int]) -> None:
    told = [up_ms for up_ms, _, _ in _told([{"person": count} for count in counts])]
    for before, after in pairwise(told):
        assert after - before > 1000 * GONE_S
