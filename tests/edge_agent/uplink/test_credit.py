"""How many records a second may go."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.uplink.credit import Bucket, Credit


@given(
    rate_rps=st.floats(1, 5_000),
    takes=st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 100)), min_size=1, max_size=80),
)
def test_over_any_time_no_more_goes_than_the_rate_one_second_and_one_batch(
    rate_rps: float, takes: list[tuple[int, int]]
) -> None:
    bucket = Bucket(rate_rps=rate_rps, now_ms=0)
    now_ms = taken = 0
    for wait_ms, records in takes:
        now_ms += wait_ms
        if bucket.open_at_ms(now_ms=now_ms) <= now_ms:
            bucket.take(records, now_ms=now_ms)
            taken += records
    assert taken <= rate_rps * (now_ms / 1000 + 1) + 100 + 1e-6


def test_a_bucket_in_debt_opens_exactly_when_it_says() -> None:
    bucket = Bucket(rate_rps=7, now_ms=0)
    bucket.take(107, now_ms=0)
    open_ms = bucket.open_at_ms(now_ms=0)
    assert bucket.open_at_ms(now_ms=open_ms - 2) > open_ms - 2
    assert bucket.open_at_ms(now_ms=open_ms) == open_ms


def test_before_the_first_ack_10_records_a_second_may_go_and_7_of_backlog() -> None:
    credit = Credit(now_ms=0)
    credit.spend(110, is_backlog=True, now_ms=0)
    assert 9_900 < credit.open_at_ms(is_backlog=False, now_ms=0) < 10_100
    assert 14_600 < credit.open_at_ms(is_backlog=True, now_ms=0) < 14_900


def test_what_happens_now_is_not_held_up_by_backlog_that_used_its_share() -> None:
    credit = Credit(now_ms=0)
    credit.grant(1_000, now_ms=0)
    for now_ms in range(0, 10_000, 10):
        if credit.open_at_ms(is_backlog=True, now_ms=now_ms) <= now_ms:
            credit.spend(100, is_backlog=True, now_ms=now_ms)
        assert credit.open_at_ms(is_backlog=False, now_ms=now_ms) - now_ms < 200


def test_less_than_the_floor_is_taken_for_the_floor() -> None:
    credit = Credit(now_ms=0)
    credit.grant(0, now_ms=0)
    assert credit.rps == 10
