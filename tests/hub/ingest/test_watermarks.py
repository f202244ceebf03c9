"""Covered, outstanding, lost: every number of a spool is in one place, by any order of arrival."""

from hypothesis import given
from hypothesis import strategies as st

from hub.ingest.watermarks import QUIET_REAL_MS, SpoolMark, is_run, touched_ranges


def mark() -> SpoolMark:
    return SpoolMark(spool_no=1, node_id="n-7f3k2m9q", spool_id="0" * 32)


@given(st.lists(st.integers(1, 60), max_size=40))
def test_touched_ranges_cover_exactly_the_numbers(seqs: list[int]) -> None:
    covered = [seq for first, last in touched_ranges(seqs) for seq in range(first, last + 1)]
    assert covered == sorted(set(seqs))


def test_two_numbers_far_apart_are_no_run_and_cost_nothing() -> None:
    assert not is_run([1, 2**53])
    assert touched_ranges([1, 2**53]) == [[1, 1], [2**53, 2**53]]
    assert mark().is_all_new([1, 2**53]) is False


def test_a_run_that_is_partly_covered_is_not_all_new() -> None:
    held = mark()
    held.cover([3])
    assert held.is_all_new([4, 5])
    assert not held.is_all_new([2, 3, 4])
    assert not held.is_all_new([5, 4])


class Box:
    """A spool on a box, and what the hub believes of it: a plain model with sets."""

    def __init__(self) -> None:
        self.held: set[int] = set()
        self.evicted: set[int] = set()
        self.next = 1
        self.mark = mark()
        self.news: set[int] = set()

    def low(self) -> int:
        return min(self.held, default=self.next)

    def write(self, count: int) -> None:
        self.held |= set(range(self.next, self.next + count))
        self.next += count

    def evict(self, count: int) -> None:
        gone = set(sorted(self.held)[:count])
        self.held -= gone
        self.evicted |= gone

    def send(self, chosen: list[int]) -> None:
        seqs = sorted(self.held)
        sent = sorted({seqs[index % len(seqs)] for index in chosen}) if seqs else []
        fresh = [seq for seq in sent if seq not in self.mark.covered]
        self.mark.cover(fresh)
        self.mark.note(self.low(), self.next)
        self.held -= set(sent)
        self.news |= {
            seq for first, last in self.mark.find_lost(real_ms=0, is_there=True) for seq in range(first, last + 1)
        }


STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 9)),
    st.tuples(st.just("evict"), st.integers(1, 5)),
    st.tuples(st.just("send"), st.lists(st.integers(0, 30), max_size=8)),
)


@given(st.lists(STEPS, max_size=40))
def test_only_what_the_box_dropped_is_ever_called_lost_and_in_the_end_all_of_it_is(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    box = Box()
    for name, value in steps:
        getattr(box, name)(value)
        assert box.news <= box.evicted
    for _ in range(3):
        box.send(list(range(len(box.held))))
    box.mark.note(box.low(), box.next)
    box.mark.find_lost(real_ms=0, is_there=True)
    lost = {seq for first, last in box.mark.lost for seq in range(first, last + 1)}
    assert lost == {seq for seq in box.evicted if seq not in box.mark.covered}
    assert box.mark.covered.count() + len(lost) == box.next - 1


def test_the_loss_of_exactly_one_record_is_found() -> None:
    held = mark()
    held.note(2, 2)
    assert held.find_lost(real_ms=0, is_there=True) == [(1, 1)]
    held.cover([2, 3])
    held.note(5, 5)
    assert held.find_lost(real_ms=0, is_there=True) == [(4, 4)]


def test_a_loss_is_believed_after_a_quiet_minute_though_something_is_outstanding() -> None:
    held = mark()
    held.cover([5])
    held.note(5, 9)
    assert held.find_lost(real_ms=QUIET_REAL_MS, is_there=True) == []
    assert held.find_lost(real_ms=QUIET_REAL_MS + 1, is_there=True) == [(1, 4)]
    assert held.find_lost(real_ms=QUIET_REAL_MS + 1, is_there=True) == []


def test_what_the_box_offers_again_after_a_restore_is_not_called_lost() -> None:
    held = mark()
    held.cover([1, 2])
    held.note(9, 12)
    held.note(3, 12)  # the box has heard of the new epoch and offers again what it kept
    assert held.find_lost(real_ms=QUIET_REAL_MS + 1, is_there=True) == []
    held.cover(list(range(3, 12)))
    assert held.find_lost(real_ms=0, is_there=True) == []
    assert held.covered.high() == 11


def test_what_is_found_again_is_no_longer_lost() -> None:
    held = mark()
    held.cover([4])
    held.note(4, 5)
    assert held.find_lost(real_ms=0, is_there=True) == [(1, 3)]
    assert not held.find_again()
    held.cover([2])
    assert held.find_again()
    assert held.lost.as_lists() == [[1, 1], [3, 3]]


def test_the_silence_of_a_box_that_is_away_proves_no_loss() -> None:
    held = mark()
    held.cover([9])
    held.note(5, 10)  # 5 to 8 are still to come, and with them perhaps the tombstone for 1 to 4
    assert held.find_lost(real_ms=10 * QUIET_REAL_MS, is_there=False) == []
    assert held.find_lost(real_ms=10 * QUIET_REAL_MS, is_there=True) == [(1, 4)]
