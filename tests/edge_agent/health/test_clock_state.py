"""How far wall time can be trusted."""

from hypothesis import given
from hypothesis import strategies as st

from contract.clock import ClockTrust
from edge_agent.health.clock_state import (
    RTC_ERR_MS,
    SAVED_ERR_MS,
    UNSYNCED_ERR_MS,
    Anchor,
    ClockSigns,
    ClockState,
    begin,
    error_ms,
    look,
)

NOW_MS = 1_763_712_000_000
UP_MS = 60_000
HOUR_MS = 3_600_000


def signs(
    *,
    now_ms: int = NOW_MS,
    up_ms: int = UP_MS,
    ntp_err_ms: int | None = None,
    hub_zero_ms: int | None = None,
) -> ClockSigns:
    return ClockSigns(now_ms=now_ms, up_ms=up_ms, ntp_err_ms=ntp_err_ms, hub_zero_ms=hub_zero_ms)


def later(
    by_ms: int, *, step_ms: int = 0, ntp_err_ms: int | None = None, hub_ahead_ms: int | None = None
) -> ClockSigns:
    """Return the signs after a time in which the wall clock stepped; the hub is ahead of what that clock had been."""
    zero_ms = None if hub_ahead_ms is None else NOW_MS - UP_MS + hub_ahead_ms
    return signs(now_ms=NOW_MS + by_ms + step_ms, up_ms=UP_MS + by_ms, ntp_err_ms=ntp_err_ms, hub_zero_ms=zero_ms)


def test_a_box_without_proof_and_without_a_hardware_clock_has_a_saved_clock() -> None:
    state = begin(None, signs(), has_rtc=False, boot=1)
    assert (state.trust, state.err_ms) == (ClockTrust.SAVED, SAVED_ERR_MS)


def test_a_hardware_clock_is_worth_more_than_a_saved_one() -> None:
    state = begin(None, signs(), has_rtc=True, boot=1)
    assert (state.trust, state.err_ms) == (ClockTrust.RTC, RTC_ERR_MS)


def test_a_boot_that_begins_before_what_was_written_has_lost_its_clock() -> None:
    last, _ = look(begin(None, signs(), has_rtc=False, boot=1), signs())
    state = begin(last, signs(now_ms=0, up_ms=5_000), has_rtc=True, boot=2)
    assert (state.trust, state.err_ms) == (ClockTrust.UNSYNCED, UNSYNCED_ERR_MS)


def test_a_restart_in_the_same_boot_keeps_the_trust() -> None:
    proven, _ = look(begin(None, signs(), has_rtc=False, boot=1), signs(ntp_err_ms=12))
    assert begin(proven, later(HOUR_MS), has_rtc=False, boot=1) == proven


def test_the_first_proof_by_ntp_calls_for_an_anchor_even_without_a_step() -> None:
    state, anchor = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, ntp_err_ms=12))
    assert (state.trust, state.err_ms) == (ClockTrust.NTP, 12)
    assert anchor == Anchor(step_ms=0, was=ClockTrust.SAVED)


def test_a_proof_that_goes_on_calls_for_no_second_anchor() -> None:
    state, _ = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, ntp_err_ms=12))
    _, anchor = look(state, later(2000, ntp_err_ms=13))
    assert anchor is None


def test_a_step_of_three_hours_calls_for_an_anchor_that_tells_it() -> None:
    state, _ = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, ntp_err_ms=12))
    _, anchor = look(state, later(2000, step_ms=3 * HOUR_MS, ntp_err_ms=12))
    assert anchor == Anchor(step_ms=3 * HOUR_MS, was=ClockTrust.NTP)


def test_a_slew_of_a_second_calls_for_no_anchor() -> None:
    state, _ = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, ntp_err_ms=12))
    _, anchor = look(state, later(2000, step_ms=1000, ntp_err_ms=12))
    assert anchor is None


def test_without_ntp_the_box_follows_the_hub() -> None:
    state, anchor = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, hub_ahead_ms=7 * HOUR_MS))
    assert state.trust is ClockTrust.HUB
    assert anchor == Anchor(step_ms=7 * HOUR_MS, was=ClockTrust.SAVED)
    assert UP_MS + 1000 + state.zero_ms == NOW_MS + 1000 + 7 * HOUR_MS


def test_the_jitter_of_acknowledgements_does_not_shake_the_time() -> None:
    state, _ = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, hub_ahead_ms=5000))
    shaken, anchor = look(state, later(2000, hub_ahead_ms=5900))
    assert (shaken.zero_ms, anchor) == (state.zero_ms, None)


def test_a_step_of_the_wall_clock_does_not_move_the_hubs_time() -> None:
    told, _ = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, hub_ahead_ms=3 * HOUR_MS))
    stepped, anchor = look(told, later(2000, step_ms=3 * HOUR_MS, hub_ahead_ms=3 * HOUR_MS))
    assert (stepped.trust, stepped.zero_ms, anchor) == (ClockTrust.HUB, told.zero_ms, None)


def test_a_hub_that_fell_silent_still_dates_the_records_of_this_boot() -> None:
    told, _ = look(begin(None, signs(), has_rtc=False, boot=1), later(1000, hub_ahead_ms=7 * HOUR_MS))
    alone, anchor = look(told, later(HOUR_MS))
    assert (alone.trust, alone.zero_ms, anchor) == (ClockTrust.HUB, told.zero_ms, None)


def test_an_unkept_clock_grows_its_error_by_the_kernels_bound() -> None:
    state, _ = look(begin(None, signs(), has_rtc=False, boot=1), signs(ntp_err_ms=12))
    assert error_ms(state, up_ms=UP_MS + HOUR_MS) == 12 + 1800


SIGNS = st.builds(
    lambda by_ms, step_ms, ntp, hub: later(by_ms, step_ms=step_ms, ntp_err_ms=ntp, hub_ahead_ms=hub),
    st.integers(0, 10 * HOUR_MS),
    st.integers(-NOW_MS, 10**12),
    st.none() | st.integers(0, 16_000),
    st.none() | st.integers(-(10**12), 10**12),
)


@given(st.lists(SIGNS, max_size=8))
def test_trust_earned_in_a_boot_is_never_lost_in_it(looks: list[ClockSigns]) -> None:
    state = begin(None, signs(), has_rtc=False, boot=1)
    was_proven = False
    for seen in sorted(looks, key=lambda one: one.up_ms):
        state, _ = look(state, seen)
        was_proven = was_proven or state.trust in {ClockTrust.NTP, ClockTrust.HUB}
        assert not was_proven or state.trust in {ClockTrust.NTP, ClockTrust.HUB}


@given(st.lists(SIGNS, min_size=1, max_size=8))
def test_wall_time_never_moves_by_over_two_seconds_without_an_anchor(looks: list[ClockSigns]) -> None:
    state: ClockState = begin(None, signs(), has_rtc=False, boot=1)
    for seen in sorted(looks, key=lambda one: one.up_ms):
        before = state.zero_ms
        state, anchor = look(state, seen)
        if anchor is None:
            assert abs(state.zero_ms - before) <= 2_000
        else:
            assert anchor.step_ms == state.zero_ms - before
