import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sightings.riders import join_riders
from tests.support.detections import CLASSES, Found, detections

MACHINE: Found = ("motorcycle", 100, 200, 160, 290, 0.7)
"""60 wide, 90 high, wheels at 290."""
RIDER: Found = ("person", 105, 130, 155, 265, 0.8)


def _joined(*found: Found) -> list[Found]:
    got = join_riders(detections(found))
    boxes = [tuple(round(edge, 3) for edge in box) for box in got.box_xyxy_px.tolist()]
    return [
        (label, *box, round(score, 2))
        for label, box, score in zip(got.labels(), boxes, got.score.tolist(), strict=True)
    ]


def test_rider_and_machine_are_one_motorcycle_and_surer_than_the_machine_alone() -> None:
    assert _joined(MACHINE, RIDER) == [("motorcycle", 100, 130, 160, 290, 0.82)]


def test_a_cyclist_is_one_bicycle() -> None:
    assert _joined(("bicycle", *MACHINE[1:]), RIDER) == [("bicycle", 100, 130, 160, 290, 0.82)]


def test_two_riders_on_one_machine_are_one_motorcycle() -> None:
    pillion: Found = ("person", 90, 125, 135, 260, 0.6)
    assert _joined(MACHINE, RIDER, pillion) == [("motorcycle", 90, 125, 160, 290, 0.82)]


def test_two_machines_side_by_side_keep_their_own_riders() -> None:
    shift = 75
    other_machine: Found = ("motorcycle", 100 + shift, 200, 160 + shift, 290, 0.6)
    other_rider: Found = ("person", 105 + shift, 120, 155 + shift, 262, 0.7)
    assert _joined(RIDER, MACHINE, other_rider, other_machine) == [
        ("motorcycle", 100, 130, 160, 290, 0.82),
        ("motorcycle", 175, 120, 235, 290, 0.74),
    ]


def test_a_rider_whom_the_machines_box_holds_already_adds_nothing() -> None:
    whole: Found = ("motorcycle", 100, 130, 160, 290, 0.7)
    behind: Found = ("person", 80, 120, 150, 250, 0.5)
    assert _joined(whole, RIDER, behind) == [(*whole[:5], 0.82)]


def test_a_weak_rider_is_taken_in_and_does_not_move_the_edges() -> None:
    assert _joined(MACHINE, (*RIDER[:5], 0.2)) == [(*MACHINE[:5], 0.73)]


@pytest.mark.parametrize(
    ("who", "person"),
    [
        ("walks before a parked machine, nearer to the camera", ("person", 110, 150, 150, 305, 0.8)),
        ("walks close beside it", ("person", 138, 150, 178, 285, 0.8)),
        ("walks beside it", ("person", 158, 150, 198, 292, 0.8)),
        ("walks behind it, seen above it", ("person", 110, 100, 150, 225, 0.8)),
        ("is a child far behind it", ("person", 115, 195, 135, 235, 0.8)),
        ("is a passer-by right before the camera", ("person", 60, 20, 200, 310, 0.8)),
    ],
)
def test_a_pedestrian_near_a_parked_motorcycle_stays_a_person(who: str, person: Found) -> None:
    assert _joined(MACHINE, person) == [MACHINE, person], who


def test_a_pedestrian_taken_for_a_bicycle_by_mistake_stays() -> None:
    person: Found = ("person", 100, 100, 140, 220, 0.6)
    assert person in _joined(person, ("bicycle", 101, 100, 140, 221, 0.2))


def test_someone_between_two_machine_boxes_goes_to_the_likelier_one() -> None:
    ghost: Found = ("motorcycle", 98, 190, 158, 270, 0.4)
    assert _joined(ghost, MACHINE, RIDER) == [ghost, ("motorcycle", 100, 130, 160, 290, 0.82)]


def test_cars_and_empty_frames_pass_through() -> None:
    car: Found = ("car", 90, 180, 200, 290, 0.9)
    assert _joined(car, RIDER) == [car, RIDER]
    assert _joined() == []


PLACE = st.integers(0, 300)
FOUND = st.tuples(
    st.sampled_from(CLASSES), PLACE, PLACE, st.integers(5, 120), st.integers(5, 200), st.integers(5, 99)
).map(lambda f: (f[0], f[1], f[2], f[1] + f[3], f[2] + f[4], f[5] / 100))


@settings(max_examples=50)
@given(st.lists(FOUND, max_size=10))
def test_only_people_go_and_only_machines_grow(found: list[Found]) -> None:
    left = _joined(*found)
    for label in CLASSES:
        before = sorted(one for one in found if one[0] == label)
        after = sorted(one for one in left if one[0] == label)
        if label == "person":
            assert set(after) <= set(before)
        elif label in {"motorcycle", "bicycle"}:
            assert len(after) == len(before)
        else:
            assert after == before
    for grown, machine in zip(
        (one for one in left if one[0] in {"motorcycle", "bicycle"}),
        (one for one in found if one[0] in {"motorcycle", "bicycle"}),
        strict=True,
    ):
        assert grown[1] <= machine[1]
        assert grown[2] <= machine[2]
        assert grown[3] >= machine[3]
        assert grown[4] >= machine[4]
        assert grown[5] >= machine[5]


@settings(max_examples=50)
@given(st.lists(FOUND, max_size=10))
def test_joining_twice_joins_no_more_edges_than_people_are_left(found: list[Found]) -> None:
    once = join_riders(detections(found))
    machines = sum(label in {"motorcycle", "bicycle"} for label in once.labels())
    assert len(once) >= len(found) - 3 * machines
