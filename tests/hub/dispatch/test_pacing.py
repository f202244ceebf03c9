import random

from hypothesis import given
from hypothesis import strategies as st

from hub.dispatch.pacing import GIVE_UP_S, LONGEST_S, is_hopeless, wait_s


@given(st.integers(1, 10_000), st.integers())
def test_a_pause_is_never_longer_than_a_minute(attempts: int, seed: int) -> None:
    assert 0 <= wait_s(attempts, chance=random.Random(seed)) <= min(LONGEST_S, 2.0 ** min(attempts - 1, 16))


def test_pauses_spread_over_the_whole_bound() -> None:
    chance = random.Random(7)
    pauses = sorted(wait_s(4, chance=chance) for _ in range(400))
    assert pauses[0] < 0.5
    assert pauses[-1] > 7.5


def test_a_message_is_given_up_after_six_real_hours_whatever_the_rate() -> None:
    scaled_ms = round(1000 * GIVE_UP_S * 60)
    assert not is_hopeless(due_ms=0, now_ms=scaled_ms - 1, rate=60.0)
    assert is_hopeless(due_ms=0, now_ms=scaled_ms, rate=60.0)
