"""Stamps for records, with trust."""

from dataclasses import dataclass

from contract.clock import ClockTrust
from edge_agent.health.box_clock import BoxClock
from tests.support.clocks import FakeClock


@dataclass
class FakeKernel:
    err_ms: int | None = None

    def ntp_err_ms(self) -> int | None:
        return self.err_ms

    def has_rtc(self) -> bool:
        return False


def test_a_stamp_carries_boot_times_trust_and_error() -> None:
    clock = FakeClock()
    box_clock = BoxClock(clock=clock, source=FakeKernel(err_ms=12), boot=17, remembered=None)
    box_clock.look()
    stamp = box_clock.stamp()
    assert (stamp.boot, stamp.up_ms, stamp.at_ms) == (17, clock.up_ms(), clock.now_ms())
    assert (stamp.clock, stamp.err_ms) == (ClockTrust.NTP, 12)


def test_a_stamp_follows_the_boot_clock_between_two_looks() -> None:
    clock = FakeClock()
    box_clock = BoxClock(clock=clock, source=FakeKernel(), boot=1, remembered=None)
    before = box_clock.stamp()
    clock.advance(2.5)
    assert box_clock.stamp().at_ms - before.at_ms == 2500


def test_the_error_of_a_scaled_clock_is_scaled_too() -> None:
    box_clock = BoxClock(clock=FakeClock(rate=60.0), source=FakeKernel(err_ms=12), boot=1, remembered=None)
    box_clock.look()
    assert box_clock.stamp().err_ms == 720


def test_a_new_process_of_the_same_boot_needs_no_second_anchor() -> None:
    clock, kernel = FakeClock(), FakeKernel(err_ms=12)
    first = BoxClock(clock=clock, source=kernel, boot=1, remembered=None)
    assert first.look() is not None
    second = BoxClock(clock=clock, source=kernel, boot=1, remembered=first.remembered())
    assert second.look() is None


def test_a_memory_that_cannot_be_read_begins_trust_anew() -> None:
    box_clock = BoxClock(clock=FakeClock(), source=FakeKernel(), boot=1, remembered=b"\x00broken")
    assert box_clock.stamp().clock is ClockTrust.SAVED


def test_a_clock_before_1970_is_written_as_zero() -> None:
    box_clock = BoxClock(clock=FakeClock(now_ms=-5000), source=FakeKernel(), boot=1, remembered=None)
    assert box_clock.stamp().at_ms == 0
