from random import Random

from edge_agent.cameras.retry import FIRST_CAP_S, LONGEST_CAP_S, STEADY_AFTER_S, Retry


def test_waits_are_drawn_below_a_cap_that_doubles_to_a_quarter_minute() -> None:
    retry = Retry(rng=Random(1))
    caps = []
    for _ in range(7):
        caps.append(retry.cap_s())
        assert 0 <= retry.next_delay_s(lived_s=0.0) <= caps[-1]
    assert caps == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert max(Retry(rng=Random(seed)).next_delay_s(lived_s=0.0) for seed in range(100)) > 0.9 * FIRST_CAP_S


def test_only_a_stream_that_lived_puts_the_cap_back() -> None:
    retry = Retry(rng=Random(1))
    for _ in range(9):
        retry.next_delay_s(lived_s=STEADY_AFTER_S - 1)
    assert retry.cap_s() == LONGEST_CAP_S
    retry.next_delay_s(lived_s=STEADY_AFTER_S)
    assert retry.cap_s() == 2 * FIRST_CAP_S
