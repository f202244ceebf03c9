import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings import motion as motions
from edge_agent.sightings.boxes import Floats

INTERVALS = st.lists(st.floats(0.04, 0.5), min_size=12, max_size=40)
SPEED = st.floats(-300, 300)


def _box(x: float, y: float) -> Floats:
    return np.array([[x - 30, y - 20, x + 30, y + 20]], np.float64)


@settings(max_examples=50)
@given(INTERVALS, SPEED, SPEED)
def test_a_steady_thing_is_foretold_at_any_rhythm_of_frames(intervals: list[float], vx: float, vy: float) -> None:
    now, motion = 0.0, motions.begin(_box(500, 300))
    for seconds in intervals:
        now += seconds
        motion = motions.correct(motions.predict(motion, seconds), _box(500 + vx * now, 300 + vy * now))
    ahead = motions.predict(motion, 0.5)
    assert ahead.at[0, 0] == pytest.approx(500 + vx * (now + 0.5), abs=12)
    assert ahead.at[0, 1] == pytest.approx(300 + vy * (now + 0.5), abs=12)


@given(st.floats(0.02, 1), st.floats(0.02, 1))
def test_two_short_waits_lead_where_one_long_one_does_and_doubt_as_much_at_least(first: float, second: float) -> None:
    motion = motions.correct(motions.predict(motions.begin(_box(0, 0)), 0.1), _box(10, 4))
    once = motions.predict(motion, first + second)
    twice = motions.predict(motions.predict(motion, first), second)
    assert np.allclose(once.at[:, :2], twice.at[:, :2])
    wait_s = first + second
    least = motion.var_at + 2 * wait_s * motion.covar + wait_s**2 * motion.var_speed
    assert (twice.var_at >= least * (1 - 1e-9)).all()


def test_doubt_grows_while_hidden_and_shrinks_when_seen() -> None:
    motion = motions.begin(_box(0, 0))
    short, long = motions.predict(motion, 0.04), motions.predict(motion, 0.5)
    assert motion.doubt_sides[0] < short.doubt_sides[0] < 0.3
    assert long.doubt_sides[0] > 1.5
    assert motions.correct(long, _box(30, 0)).doubt_sides[0] < 0.06


def test_a_thing_at_rest_has_no_speed_and_keeps_its_place() -> None:
    moving = motions.correct(motions.predict(motions.begin(_box(0, 0)), 0.1), _box(20, 0))
    still = motions.at_rest(moving)
    assert moving.speed[0, 0] > 50
    assert np.allclose(motions.predict(still, 2.0).at, moving.at)


def test_a_box_never_shrinks_to_nothing_while_hidden() -> None:
    motion = motions.begin(_box(0, 0))
    for side in (40, 30, 20, 10):
        motion = motions.predict(motion, 0.1)
        motion = motions.correct(motion, np.array([[0, 0, side, side]], np.float64))
    boxes = motions.predict(motion, 5).boxes
    assert (boxes[:, 2:] > boxes[:, :2]).all()
