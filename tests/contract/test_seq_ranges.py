"""Ranges of sequence numbers behave as the sets of numbers they stand for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import RangesError
from contract.seq_ranges import SeqRanges, ranges_of

PIECES = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 15)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=12
)


def _numbers(pieces: list[tuple[int, int]]) -> set[int]:
    return {seq for first, last in pieces for seq in range(first, last + 1)}


@given(PIECES)
def test_it_holds_exactly_what_was_added(pieces: list[tuple[int, int]]) -> None:
    ranges, numbers = SeqRanges(pieces), _numbers(pieces)
    assert {seq for seq in range(1, 100) if seq in ranges} == numbers
    assert ranges.count() == len(numbers)
    assert ranges_of(numbers) == ranges.as_lists()


@given(PIECES)
def test_ranges_are_sorted_and_apart(pieces: list[tuple[int, int]]) -> None:
    lists = SeqRanges(pieces).as_lists()
    assert all(first <= last for first, last in lists)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(lists))


@given(PIECES)
def test_the_high_mark_is_the_end_of_what_is_there_from_one_on(pieces: list[tuple[int, int]]) -> None:
    numbers = _numbers(pieces)
    high = 0
    while high + 1 in numbers:
        high += 1
    assert SeqRanges(pieces).high() == high


@given(PIECES, st.integers(1, 80), st.integers(0, 30))
def test_holes_are_what_is_missing_between_two_numbers(pieces: list[tuple[int, int]], first: int, length: int) -> None:
    last = first + length
    missing = set(range(first, last + 1)) - _numbers(pieces)
    holes = SeqRanges(pieces).holes(first, last)
    assert _numbers(holes) == missing


@pytest.mark.parametrize("wrong", [(0, 3), (5, 4), (-1, -1)])
def test_a_range_that_is_none_is_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(RangesError, match="expected 1 <= first <= last"):
        SeqRanges([wrong])
