"""What the box knows of the hub's clock."""

from edge_agent.uplink.hub_time import HubTime
from tests.support.clocks import FakeClock


def test_before_any_ack_nothing_is_known() -> None:
    hub_time = HubTime(FakeClock())
    assert (hub_time.now_ms(), hub_time.zero_ms()) == (None, None)


def test_the_quickest_of_several_acks_counts() -> None:
    clock = FakeClock(now_ms=1_000_000)
    hub_time = HubTime(clock)
    for late_ms in (400, 20, 900):
        clock.advance(60)
        hub_time.heard(clock.now_ms() + 5_000 - late_ms)
    assert hub_time.now_ms() == clock.now_ms() + 4_980


def test_a_step_of_the_boxs_own_clock_does_not_move_the_hubs_time() -> None:
    clock = FakeClock(now_ms=1_000_000)
    hub_time = HubTime(clock)
    hub_time.heard(1_000_000)
    clock.step_wall(3_600)
    assert (hub_time.now_ms(), hub_time.zero_ms()) == (1_000_000, 1_000_000 - clock.up_ms())


def test_after_ten_minutes_a_slow_ack_is_better_than_an_old_one() -> None:
    clock = FakeClock(now_ms=1_000_000)
    hub_time = HubTime(clock)
    hub_time.heard(clock.now_ms() + 500)
    clock.advance(601)
    hub_time.heard(clock.now_ms() - 100)
    assert hub_time.now_ms() == clock.now_ms() - 100
