"""What the hub has said of each spool."""

import pytest

from contract.errors import RangesError
from contract.messages import Ack
from edge_agent.uplink.acknowledged import MOST_RANGES, MOST_SET_ASIDE, Acknowledged, Verdict

SPOOL, OTHER = "a" * 32, "b" * 32


def ack(*ranges: tuple[int, int], high: int = 0, epoch: str = "e1", spool: str = SPOOL) -> Ack:
    return Ack(spool=spool, high=high, ranges=ranges, hub_ms=1, db_epoch=epoch, credit_rps=10)


def test_high_mark_and_ranges_add_up() -> None:
    acknowledged = Acknowledged()
    acknowledged.apply(ack((8, 9), high=3))
    acknowledged.apply(ack((4, 5), (12, 12), high=5))
    assert acknowledged.acked(SPOOL).as_lists() == [[1, 5], [8, 9], [12, 12]]


def test_a_reversed_range_is_refused_and_changes_nothing() -> None:
    acknowledged = Acknowledged(epoch="e1")
    with pytest.raises(RangesError):
        acknowledged.apply(ack((3, 4), (9, 8), high=5, epoch="e2"))
    assert acknowledged.epoch == "e1"
    assert not acknowledged.acked(SPOOL).as_lists()


def test_the_first_epoch_ever_is_no_restore() -> None:
    assert Acknowledged().apply(ack(high=1)) is Verdict.TAKEN


def test_another_epoch_forgets_the_marks_of_every_spool() -> None:
    acknowledged = Acknowledged(epoch="e1")
    acknowledged.restore(SPOOL, ranges=[(1, 9)], set_aside=[11])
    acknowledged.restore(OTHER, ranges=[(1, 9)], set_aside=[])
    assert acknowledged.apply(ack(high=2, epoch="e2")) is Verdict.NEW_EPOCH
    assert acknowledged.acked(SPOOL).as_lists() == [[1, 2]]
    assert acknowledged.aside(SPOOL) == []
    assert acknowledged.acked(OTHER).as_lists() == []
    assert acknowledged.take_changed() == {SPOOL, OTHER}


def test_a_straggler_of_an_epoch_that_was_left_changes_nothing() -> None:
    acknowledged = Acknowledged(epoch="e1")
    acknowledged.apply(ack(high=2, epoch="e2"))
    assert acknowledged.apply(ack(high=9, epoch="e1")) is Verdict.LEFT_EPOCH
    assert acknowledged.acked(SPOOL).as_lists() == [[1, 2]]


def test_a_set_aside_record_is_forgotten_once_an_ack_covers_it() -> None:
    acknowledged = Acknowledged(epoch="e1")
    acknowledged.set_aside(SPOOL, 5)
    acknowledged.set_aside(SPOOL, 7)
    acknowledged.apply(ack(high=6))
    assert acknowledged.aside(SPOOL) == [7]


def test_ranges_and_set_aside_are_bounded() -> None:
    acknowledged = Acknowledged(epoch="e1")
    for seq in range(1, 8 * MOST_RANGES, 2):
        acknowledged.apply(ack((seq, seq)))
        acknowledged.set_aside(SPOOL, seq + 50_000)
    assert len(acknowledged.acked(SPOOL)) <= 2 * MOST_RANGES
    assert 8 * MOST_RANGES - 1 in acknowledged.acked(SPOOL)
    assert len(acknowledged.aside(SPOOL)) == MOST_SET_ASIDE


def test_what_was_said_last_is_never_what_is_forgotten_though_it_be_the_lowest() -> None:
    acknowledged = Acknowledged(epoch="e1")
    for seq in range(8 * MOST_RANGES + 1, 0, -2):
        acknowledged.apply(ack((seq, seq)))
        assert seq in acknowledged.acked(SPOOL)
    newest = range(2 * MOST_RANGES - 1, 0, -2)
    assert all(seq in acknowledged.acked(SPOOL) for seq in newest)
    assert len(acknowledged.acked(SPOOL)) <= 2 * MOST_RANGES + 1


def test_marks_that_have_changed_are_told_once() -> None:
    acknowledged = Acknowledged()
    acknowledged.apply(ack(high=1))
    assert acknowledged.take_changed() == {SPOOL}
    assert acknowledged.take_changed() == set()


def test_a_spool_that_the_box_no_longer_has_is_forgotten() -> None:
    acknowledged = Acknowledged()
    acknowledged.apply(ack(high=1))
    acknowledged.keep_only({OTHER})
    assert not acknowledged.acked(SPOOL).as_lists()
