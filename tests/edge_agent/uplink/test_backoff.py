"""Waits between attempts to connect."""

import random

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.uplink.backoff import (
    LONGEST_CAP_S,
    LONGEST_CAP_WITH_ALERT_S,
    STEADY_AFTER_S,
    URGENT_CAP_S,
    Backoff,
)


def test_the_cap_doubles_from_1_s_to_120_s() -> None:
    backoff = Backoff(rng=random.Random(1))
    caps = []
    for _ in range(9):
        caps.append(backoff.cap_s())
        backoff.next_delay_s()
    assert caps == [1, 2, 4, 8, 16, 32, 64, 120, 120]


@given(seed=st.integers(), failures=st.integers(0, 2_000))
def test_a_delay_lies_between_0_and_the_cap_after_any_number_of_failures(seed: int, failures: int) -> None:
    backoff = Backoff(rng=random.Random(seed))
    for _ in range(failures):
        backoff.next_delay_s()
    cap_s = backoff.cap_s()
    assert 0 <= backoff.next_delay_s() <= cap_s <= LONGEST_CAP_S
    assert 0 <= backoff.urgent_delay_s() <= URGENT_CAP_S


@given(seed=st.integers(), failures=st.integers(0, 200))
def test_with_an_alert_in_hand_no_wait_is_longer_than_15_s(seed: int, failures: int) -> None:
    backoff = Backoff(rng=random.Random(seed))
    for _ in range(failures):
        backoff.next_delay_s()
    assert 0 <= backoff.next_delay_s(has_alert=True) <= LONGEST_CAP_WITH_ALERT_S == 15
    assert backoff.cap_s() == min(LONGEST_CAP_S, 2.0 ** min(7, failures + 1)), "failures are counted all the same"


def test_a_thousand_boxes_that_fail_together_do_not_come_back_together() -> None:
    delays = []
    for seed in range(1_000):
        backoff = Backoff(rng=random.Random(seed))
        for _ in range(8):
            backoff.next_delay_s()
        delays.append(backoff.next_delay_s())
    busiest_second = max(
        sum(second <= delay < second + 1 for delay in delays) for second in range(round(LONGEST_CAP_S) + 1)
    )
    assert busiest_second < 30


def test_only_a_connection_that_served_for_a_while_ends_the_row_of_failures() -> None:
    backoff = Backoff(rng=random.Random(1))
    for _ in range(5):
        backoff.next_delay_s()
    backoff.lived(seconds=STEADY_AFTER_S - 1, was_answered=True)
    backoff.lived(seconds=STEADY_AFTER_S + 1, was_answered=False)
    assert backoff.cap_s() == 32
    backoff.lived(seconds=STEADY_AFTER_S, was_answered=True)
    assert backoff.cap_s() == 1
