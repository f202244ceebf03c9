"""The lanes in which towns wait: every town in one, nothing else in any."""

from pathlib import Path

from tests.support.lanes import IN_THE_FIRST_LANE, ONE_LIFE, TOWNS, Lanes, Night, lane_of

ROOT = Path(__file__).parents[2]


def test_every_town_stands_in_a_lane_and_nothing_else_does() -> None:
    first = [f"{TOWNS}/{name}::test_x[a/b::c]" for name in sorted(IN_THE_FIRST_LANE)]
    assert {lane_of(nodeid) for nodeid in first} == {"first lane"}
    assert lane_of(f"{TOWNS}/test_new.py::test_x") == "second lane"
    assert lane_of("tests/hub/test_config.py::test_x") is None


def test_a_lane_is_handed_out_whole_and_every_other_test_by_itself() -> None:
    scheduler = Lanes.__new__(Lanes)
    assert scheduler._split_scope(f"{TOWNS}/test_demo.py::test_x") == "first lane"
    assert scheduler._split_scope("tests/hub/test_config.py::test_x") == "tests/hub/test_config.py::test_x"


def test_tests_that_go_on_where_another_stopped_stay_together_at_night() -> None:
    scheduler = Night.__new__(Night)
    one, other = f"{TOWNS}/test_bare_machine.py::test_x", f"{TOWNS}/test_bare_machine.py::test_y[z]"
    assert scheduler._split_scope(one) == scheduler._split_scope(other)
    assert scheduler._split_scope(f"{TOWNS}/test_rogue.py::test_x") == f"{TOWNS}/test_rogue.py::test_x"


def test_each_file_that_is_named_is_there() -> None:
    assert {name for name in IN_THE_FIRST_LANE | ONE_LIFE if not (ROOT / TOWNS / name).exists()} == set()
