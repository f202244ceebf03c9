import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.inference.detections import Detections
from edge_agent.sightings.fusion import Fused, fused
from edge_agent.sightings.kinds import families
from tests.support.detections import CLASSES, Found, detections

FAMILIES = families(CLASSES)


def _fused(*found: Found) -> Fused:
    return fused(detections(found), FAMILIES, 0.15)


def test_a_van_that_is_a_bit_of_everything_is_one_likely_vehicle() -> None:
    things = _fused(
        ("car", 100, 100, 200, 160, 0.25), ("bus", 101, 99, 201, 160, 0.3), ("truck", 99, 100, 200, 161, 0.25)
    )
    assert len(things) == 1
    assert things.score[0] == pytest.approx(1 - 0.75 * 0.7 * 0.75, abs=1e-6)
    assert things.is_good.all()
    assert dict(zip(CLASSES, things.votes[0].round(2).tolist(), strict=True))["bus"] == 0.3


def test_one_low_score_alone_is_not_good() -> None:
    assert not _fused(("car", 100, 100, 200, 160, 0.3)).is_good.any()
    assert _fused(("car", 100, 100, 200, 160, 0.36)).is_good.all()


def test_the_same_class_twice_on_one_place_counts_once() -> None:
    things = _fused(("car", 100, 100, 200, 160, 0.3), ("car", 102, 100, 202, 160, 0.3))
    assert (len(things), things.score[0]) == (1, pytest.approx(0.3))


def test_two_cars_side_by_side_stay_two() -> None:
    assert len(_fused(("car", 100, 100, 200, 160, 0.8), ("car", 160, 100, 260, 160, 0.8))) == 2


def test_a_boat_where_a_likelier_car_is_is_none() -> None:
    things = _fused(("car", 100, 100, 200, 160, 0.6), ("boat", 101, 100, 200, 160, 0.4))
    assert things.family.tolist() == [FAMILIES[CLASSES.index("car")]]


def test_a_person_before_a_bus_stays() -> None:
    assert len(_fused(("bus", 100, 100, 300, 220, 0.8), ("person", 150, 150, 180, 230, 0.5))) == 2


def test_boxes_that_are_none_are_passed_over() -> None:
    nan = float("nan")
    assert len(_fused(("car", nan, 0, 10, 10, 0.9), ("car", 10, 10, 10, 20, 0.9), ("car", 0, 0, 9, 9, 0.05))) == 0
    assert len(fused(Detections.none(CLASSES), FAMILIES, 0.15)) == 0


PLACE = st.integers(0, 300)
FOUND = st.tuples(
    st.sampled_from(CLASSES), PLACE, PLACE, st.integers(5, 120), st.integers(5, 120), st.integers(5, 99)
).map(lambda f: (f[0], f[1], f[2], f[1] + f[3], f[2] + f[4], f[5] / 100))


@settings(max_examples=40)
@given(st.lists(FOUND, max_size=12).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_within_a_frame_changes_nothing(both: tuple[list[Found], list[Found]]) -> None:
    one, other = (_fused(*found) for found in both)
    assert np.array_equal(one.box, other.box)
    assert np.array_equal(one.score, other.score)
    assert np.array_equal(one.votes, other.votes)


@settings(max_examples=40)
@given(st.lists(FOUND, max_size=12))
def test_nothing_is_made_up(found: list[Found]) -> None:
    things = _fused(*found)
    assert len(things) <= len(found)
    assert ((things.score >= 0.15) & (things.score <= 1)).all()
