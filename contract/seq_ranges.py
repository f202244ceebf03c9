"""Sets of sequence numbers as sorted, disjoint, non-adjacent closed ranges.

Used for acknowledgements, watermarks and tombstones. Values in, values out; a range is `(first, last)`, both from 1.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from contract.errors import RangesError

Range = tuple[int, int]


class SeqRanges:
    """A mutable set of sequence numbers, small as long as it has few holes."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, ranges: Iterable[Iterable[int]] = ()) -> None:
        """Make the set that holds these ranges, in any order, overlapping or not."""
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def add(self, first: int, last: int | None = None) -> None:
        """Add the numbers from `first` to `last`, both included.

        Raises:
            RangesError: `first` is below 1 or above `last`.
        """
        end = first if last is None else last
        if first < 1 or end < first:
            message = f"range of sequence numbers [{first}, {end}]: expected 1 <= first <= last"
            raise RangesError(message)
        low = bisect_right(self._lasts, first - 2)
        high = bisect_right(self._firsts, end + 1)
        if low < high:
            first = min(first, self._firsts[low])
            end = max(end, self._lasts[high - 1])
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [end]

    def update(self, ranges: Iterable[Iterable[int]]) -> None:
        """Add every range of `ranges`."""
        for first, last in ranges:
            self.add(first, last)

    def __contains__(self, seq: int) -> bool:
        """Answer whether `seq` is in the set."""
        index = bisect_right(self._firsts, seq) - 1
        return index >= 0 and seq <= self._lasts[index]

    def __iter__(self) -> Iterator[Range]:
        """Yield the ranges in order."""
        return iter(zip(self._firsts, self._lasts, strict=True))

    def __len__(self) -> int:
        """Return the number of ranges, not of numbers."""
        return len(self._firsts)

    def __eq__(self, other: object) -> bool:
        """Answer whether both hold the same numbers."""
        return isinstance(other, SeqRanges) and self._firsts == other._firsts and self._lasts == other._lasts

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Return the ranges as text."""
        return f"SeqRanges({self.as_lists()})"

    def count(self) -> int:
        """Return how many numbers are in the set."""
        return sum(last - first + 1 for first, last in self)

    def high(self) -> int:
        """Return the contiguous high mark: the greatest n with all of 1..n in the set; 0 if 1 is not in it."""
        return self._lasts[0] if self._firsts and self._firsts[0] == 1 else 0

    def holes(self, first: int, last: int) -> list[Range]:
        """Return what is missing between `first` and `last`, both included, in order."""
        missing: list[Range] = []
        cursor = first
        for start, end in self:
            if end < cursor:
                continue
            if start > last:
                break
            if start > cursor:
                missing.append((cursor, start - 1))
            cursor = end + 1
        if cursor <= last:
            missing.append((cursor, last))
        return missing

    def as_lists(self) -> list[list[int]]:
        """Return the ranges as they stand on the wire."""
        return [[first, last] for first, last in self]


def ranges_of(seqs: Iterable[int]) -> list[list[int]]:
    """Return the ranges that cover exactly these numbers, as they stand on the wire."""
    ranges = SeqRanges()
    for seq in seqs:
        ranges.add(seq)
    return ranges.as_lists()
