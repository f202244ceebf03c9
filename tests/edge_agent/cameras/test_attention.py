"""When a picture goes to the detector."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.cameras.attention import LEAST_S, LINGERS_S, STANDING_S, Attention

LOOK_MS = 500


def asked(*, moves_at: range | tuple[int, ...], has_tracks: bool, seconds: int) -> list[float]:
    """Return the seconds at which the detector was asked, of two looks a second."""
    attention = Attention()
    return [
        n / 2
        for n in range(2 * seconds)
        if attention.is_wanted(is_moving=n in moves_at, has_tracks=has_tracks, real_ms=LOOK_MS * n)
    ]


def test_while_something_moves_and_shortly_after_every_picture_is_asked_about() -> None:
    assert asked(moves_at=range(20, 31), has_tracks=False, seconds=40)[1:] == [n / 2 for n in range(20, 35)]


def test_what_stands_is_looked_at_every_ten_seconds() -> None:
    assert asked(moves_at=(), has_tracks=True, seconds=35) == [0.0, 10.0, 20.0, 30.0]


def test_an_empty_street_is_looked_at_once_a_minute() -> None:
    assert asked(moves_at=(), has_tracks=False, seconds=130) == [0.0, 60.0, 120.0]


@given(st.lists(st.tuples(st.integers(50, 20_000), st.booleans(), st.booleans()), min_size=1, max_size=100))
def test_the_detector_is_never_left_out_for_longer_than_each_rule_allows(
    history: list[tuple[int, bool, bool]],
) -> None:
    attention, real_ms, last_ms, moved_ms = Attention(), 0, -(10**9), -(10**9)
    for step_ms, is_moving, has_tracks in history:
        real_ms += step_ms
        moved_ms = real_ms if is_moving else moved_ms
        must = (
            real_ms - moved_ms <= 1000 * LINGERS_S
            or real_ms - last_ms >= 1000 * LEAST_S
            or (has_tracks and real_ms - last_ms >= 1000 * STANDING_S)
        )
        assert attention.is_wanted(is_moving=is_moving, has_tracks=has_tracks, real_ms=real_ms) == must
        last_ms = real_ms if must else last_ms
