from random import Random

import pytest

from edge_agent.sightings.standing import BASE_S, STANDING_HEIGHTS_PER_S, Pace, Paces
from tests.support.detections import track

STEP_MS = 200


def _paces(places: list[tuple[float, float]], *, hidden: frozenset[int] = frozenset()) -> list[Pace]:
    """Return the pace after each frame of a car 40 px high, five frames a second."""
    paces = Paces()
    return [
        paces.step([track(x, y, is_seen=frame not in hidden)], frame * STEP_MS)[1]
        for frame, (x, y) in enumerate(places)
    ]


def test_a_parked_car_stands_since_it_was_first_seen_whatever_its_box_jitters() -> None:
    rng = Random(1)
    places = [(300 + rng.gauss(0, 2), 200 + rng.gauss(0, 2)) for _ in range(100)]
    last = _paces(places)[-1]
    assert last.stands
    assert last.stood_s == pytest.approx(99 * STEP_MS / 1000, abs=BASE_S)


@pytest.mark.parametrize(("heights_per_s", "stands"), [(0.8, False), (1.2, False), (0.1, True)])
def test_slow_is_not_standing_unless_very_slow(heights_per_s: float, *, stands: bool) -> None:
    step_px = heights_per_s * 40 * STEP_MS / 1000
    last = _paces([(300 + step_px * frame, 200) for frame in range(40)])[-1]
    assert last.heights_per_s == pytest.approx(heights_per_s, rel=0.05)
    assert last.stands is stands


def test_a_stop_ends_when_it_drives_on() -> None:
    stop = [(300.0, 200.0)] * 50
    drive = [(300 + 10.0 * frame, 200.0) for frame in range(1, 20)]
    paces = _paces(stop + drive)
    assert paces[49].stood_s == pytest.approx(49 * STEP_MS / 1000)
    assert paces[-1].stood_s == 0


def test_a_hidden_car_goes_on_standing() -> None:
    paces = _paces([(300, 200)] * 60, hidden=frozenset(range(30, 50)))
    assert paces[45].stood_s == pytest.approx(45 * STEP_MS / 1000)
    assert paces[-1].stands


def test_one_just_seen_does_not_stand_yet() -> None:
    assert not _paces([(300, 200)] * 4)[-1].stands


def test_what_has_ended_is_forgotten_and_what_is_remembered_is_bounded() -> None:
    paces = Paces()
    for frame in range(2000):
        paces.step([track(300, 200, number=1), track(10, 10, number=frame + 2)], frame * 10)
    assert set(paces._trails) == {1, 2001}
    assert len(paces._trails[1].places) <= 12


def test_the_bound_is_well_above_jitter() -> None:
    assert 2 * 0.05 / BASE_S < STANDING_HEIGHTS_PER_S / 2
