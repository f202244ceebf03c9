"""A box that outlives databases of the hub: what an earlier life has acknowledged is never called a loss by a later.

The plain model knows of each number where it went; the hub must come to the same, by its marks alone.
"""

import copy
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from hub.ingest.watermarks import SpoolMark


def new_mark() -> SpoolMark:
    return SpoolMark(spool_no=1, node_id="n-7f3k2m9q", spool_id="0" * 32)


class TwoSides:
    """One spool on a box and its marks in the hub's database, which may be emptied or put back from a copy."""

    def __init__(self) -> None:
        self.held: set[int] = set()
        self.acked: set[int] = set()
        """Still kept on the box."""
        self.given_before: set[int] = set()
        """Acknowledged by an earlier life of the database."""
        self.vanished: set[int] = set()
        """Gone from the box without a word, unacknowledged."""
        self.next = 1
        self.epoch = self.applied_epoch = 0
        self.mark = new_mark()
        self.backup = new_mark()
        self.called: dict[int, str] = {}
        """Number to the kind of loss it is believed to be in this life."""
        self.heard_next: int | None = None
        """What the box named as next when this life first heard it."""

    def write(self, count: int) -> None:
        self.held |= set(range(self.next, self.next + count))
        self.next += count

    def vanish(self, count: int) -> None:
        gone = set(sorted(self.held)[:count])
        self.held -= gone
        self.vanished |= gone

    def forget(self, count: int) -> None:
        """Let the day after an acknowledgement be over."""
        self.acked -= set(sorted(self.acked)[:count])

    def say(self, chosen: Sequence[int]) -> None:
        """Send a hello and a batch, and hear the ack of both."""
        seqs = sorted(self.held)
        sent = sorted({seqs[index % len(seqs)] for index in chosen}) if seqs else []
        if self.heard_next is None:
            self.heard_next = self.next
        low = min(self.held, default=self.next)
        self.mark.note(low, self.next, is_of_another_life=self.applied_epoch != self.epoch)
        self.mark.cover([seq for seq in sent if seq not in self.mark.covered])
        self.mark.note(low, self.next)
        if len(self.mark.lost) and self.mark.find_again():
            self.called = {seq: kind for seq, kind in self.called.items() if seq not in self.mark.covered}
        for kind, (first, last) in self.mark.by_kind(self.mark.find_lost(real_ms=0, is_there=True)):
            self.called |= dict.fromkeys(range(first, last + 1), kind)
        if self.applied_epoch != self.epoch:
            self.applied_epoch = self.epoch
            self.held |= self.acked
            self.acked = set()
        arrived = {seq for seq in self.held if seq in self.mark.covered}
        self.held -= arrived
        self.acked |= arrived

    def back_up(self, _: int) -> None:
        self.backup = copy.deepcopy(self.mark)

    def lose_database(self, _: int) -> None:
        self._begin_life(new_mark())
        self.backup = new_mark()

    def restore_copy(self, _: int) -> None:
        self._begin_life(copy.deepcopy(self.backup))

    def _begin_life(self, mark: SpoolMark) -> None:
        self.given_before |= {seq for first, last in self.mark.covered for seq in range(first, last + 1)}
        mark.inherited_next = 0
        self.called = {}
        self.epoch += 1
        self.mark, self.heard_next = mark, None


OF_THE_BOX = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 9)),
    st.tuples(st.just("vanish"), st.integers(1, 3)),
    st.tuples(st.just("say"), st.lists(st.integers(0, 30), max_size=8)),
)
STEPS = st.one_of(
    OF_THE_BOX,
    st.tuples(st.just("forget"), st.integers(1, 20)),
    st.tuples(st.sampled_from(["back_up", "lose_database", "restore_copy"]), st.just(0)),
)


@given(st.lists(STEPS, max_size=50))
def test_no_record_that_a_life_of_the_hub_has_acknowledged_is_ever_called_a_loss(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    both = TwoSides()
    both.write(9)
    both.say(range(9))
    for name, value in [*steps, ("say", [])]:
        getattr(both, name)(value)
        losses = {seq for seq, kind in both.called.items() if kind == "loss"}
        assert losses <= both.vanished
        assert not losses & both.given_before


@given(st.lists(STEPS, max_size=50), st.integers(1, 9))
def test_what_vanishes_once_this_life_has_heard_of_the_spool_is_called_a_loss(
    steps: list[tuple],  # type: ignore[type-arg]
    count: int,
) -> None:
    both = TwoSides()
    for name, value in steps:
        getattr(both, name)(value)
    both.say([])
    before = both.next
    both.write(count)
    both.held -= set(range(before, before + count))
    both.vanished |= set(range(before, before + count))
    both.write(1)
    for _ in range(3):
        both.say(range(len(both.held)))
    assert {seq for seq, kind in both.called.items() if kind == "loss"} >= set(range(before, before + count))


@given(st.lists(OF_THE_BOX, max_size=40))
def test_whatever_vanishes_of_a_spool_that_began_under_this_hub_is_called_a_loss(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    both = TwoSides()
    both.write(9)
    both.say([])
    for name, value in [*steps, ("vanish", 1), ("write", 1)]:
        getattr(both, name)(value)
    for _ in range(3):
        both.say(range(len(both.held)))
    assert both.called == dict.fromkeys(both.vanished, "loss")
