from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings.traffic import Flow, Look, TrafficBounds, TrafficState, judge, unseen

BOUNDS = TrafficBounds()
FREE = BOUNDS.free_heights_per_s
Shown = tuple[float, float | None]
"""Part filled, speed in heights a second."""

QUIET: Shown = (0.05, FREE)
DENSE: Shown = (0.3, 0.42 * FREE)
JAM: Shown = (0.35, 0.1 * FREE)


def _states(shown: list[Shown], *, step_ms: int = 1000) -> list[TrafficState]:
    state, states = TrafficState(), []
    for number, (filled, speed) in enumerate(shown):
        state = judge(state, Look(up_ms=number * step_ms, filled=filled, heights_per_s=speed), BOUNDS)
        states.append(state)
    return states


@pytest.mark.parametrize(("shown", "flow"), [(QUIET, Flow.LANCAR), (DENSE, Flow.PADAT), (JAM, Flow.MACET)])
def test_a_street_that_stays_as_it_is_gets_its_name_and_keeps_it(shown: Shown, flow: Flow) -> None:
    flows = [state.flow for state in _states([shown] * 600)]
    assert flows[0] is None
    assert set(flows[31:]) == {flow}


def test_an_empty_street_flows() -> None:
    assert _states([(0.0, None)] * 60)[-1].flow is Flow.LANCAR


def test_one_who_parks_is_no_jam() -> None:
    assert _states([(0.08, 0.0)] * 600)[-1].flow is Flow.LANCAR


def test_a_full_street_is_dense_at_any_speed() -> None:
    assert _states([(0.5, FREE)] * 200)[-1].flow is Flow.PADAT


def test_a_jam_comes_and_goes_with_one_change_each() -> None:
    states = _states([QUIET] * 200 + [JAM] * 400 + [QUIET] * 400)
    flows = [state.flow for state in states if state.flow is not None]
    changes = [after for before, after in pairwise(flows) if before != after]
    assert changes[0] in {Flow.PADAT, Flow.MACET}
    assert Flow.MACET in changes
    assert changes[-1] is Flow.LANCAR
    assert len(changes) <= 4
    assert states[-1].since_up_ms is not None
    assert states[-1].since_up_ms > 600_000


def test_a_red_light_is_no_jam() -> None:
    cycle: list[Shown] = [*[(0.2, 0.0)] * 25, *[(0.2, 0.9 * FREE)] * 65]
    flows = {state.flow for state in _states([*[QUIET] * 200, *cycle * 10])[200:]}
    assert Flow.MACET not in flows


def test_a_state_is_left_only_past_its_bound_by_the_slack() -> None:
    just_below: Shown = (0.3, BOUNDS.padat_speed * FREE * 1.2)
    fresh = _states([just_below] * 300)[-1]
    held = _states([*[DENSE] * 300, *[just_below] * 600])[-1]
    assert (fresh.flow, held.flow) == (Flow.LANCAR, Flow.PADAT)


def test_while_nothing_can_be_seen_nothing_changes_and_at_last_nothing_is_known() -> None:
    state = _states([JAM] * 200)[-1]
    short = unseen(state, 199_000 + 200_000, BOUNDS)
    assert (short.flow, short.since_up_ms) == (state.flow, state.since_up_ms)
    assert unseen(state, 199_000 + 301_000, BOUNDS).flow is None


def test_bounds_that_are_none_are_refused() -> None:
    import msgspec

    with pytest.raises(msgspec.ValidationError, match="macet_speed"):
        msgspec.convert({"macet_speed": 1.5}, TrafficBounds)


SHOWN = st.tuples(st.floats(0, 1), st.none() | st.floats(0, 20))


@settings(max_examples=50)
@given(st.lists(st.tuples(SHOWN, st.integers(1, 30)), min_size=1, max_size=60))
def test_it_never_flaps(runs: list[tuple[Shown, int]]) -> None:
    states = _states([shown for shown, length in runs for _ in range(length)], step_ms=2000)
    changes = [number for number, (a, b) in enumerate(pairwise(states)) if a.flow != b.flow]
    assert all((after - before) * 2000 >= 1000 * BOUNDS.hold_s for before, after in pairwise(changes))


@settings(max_examples=40)
@given(st.lists(st.floats(-0.2, 0.2), min_size=50, max_size=120), st.sampled_from([DENSE, JAM]))
def test_wavering_within_the_slack_changes_nothing(noise: list[float], around: Shown) -> None:
    filled, speed = around
    assert speed is not None
    settled: list[Shown] = [around] * 200
    wavering: list[Shown] = [(filled, speed * (1 + part)) for part in noise]
    states = _states(settled + wavering)
    assert len({state.flow for state in states[199:]}) == 1


@settings(max_examples=50)
@given(st.lists(SHOWN, min_size=1, max_size=40), st.integers(100, 5000))
def test_since_is_when_it_changed(shown: list[Shown], step_ms: int) -> None:
    for number, (before, after) in enumerate(pairwise(_states(shown, step_ms=step_ms)), start=1):
        if before.flow == after.flow:
            assert before.since_up_ms == after.since_up_ms
        else:
            assert after.since_up_ms == number * step_ms
