"""Which camera looked at which view, as with gauges and stations."""

from hub.sightings.where import Stretch, stretches, unbound_id, view_at
from hub.storage.view_bindings import ViewBinding


def binding(number: int, node_id: str, view_id: str, bound_ms: int, ended_ms: int | None) -> ViewBinding:
    return ViewBinding(
        id=number, node_id=node_id, source="c1", view_id=view_id, bound_ms=bound_ms, ended_ms=ended_ms
    )  # fmt: skip


BINDINGS = [
    binding(1, "n-box001", "pasar", 100, 200),
    binding(2, "n-box002", "pasar", 200, None),
    binding(3, "n-box001", "jembatan", 300, None),
]


def test_a_view_is_what_each_camera_saw_while_it_looked_there() -> None:
    assert stretches(BINDINGS, "pasar", from_ms=0, to_ms=1000) == [
        Stretch(eye=("n-box001", "c1"), from_ms=0, to_ms=200),
        Stretch(eye=("n-box002", "c1"), from_ms=0, to_ms=1000),
    ]
    assert stretches(BINDINGS, "jembatan", from_ms=0, to_ms=350) == [
        Stretch(eye=("n-box001", "c1"), from_ms=300, to_ms=350)
    ]
    assert stretches(BINDINGS, "jembatan", from_ms=0, to_ms=250) == []


def test_a_moment_belongs_to_one_view_or_to_none() -> None:
    found = [view_at(BINDINGS, ("n-box001", "c1"), at_ms) for at_ms in (5, 150, 250, 300)]
    assert found == ["pasar", "pasar", None, "jembatan"]
    assert view_at(BINDINGS, ("n-other1", "c1"), 150) is None


def test_a_camera_without_a_view_has_a_name_that_no_view_can_have() -> None:
    assert unbound_id(("n-box001", "c1")) == "n-box001.c1"
