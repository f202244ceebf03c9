from pathlib import Path

import pytest

from contract.records import Tombstone
from edge_agent.outbox.errors import SpoolRebornError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.settling import CHUNK_ROWS, QUARANTINED_ROWS
from tests.support.clocks import FakeClock
from tests.support.outbox_records import (
    append,
    append_each_minute,
    level,
    named,
    open_outbox,
    reading,
    settle_all,
    sighting,
    waiting,
)

HOUR_S = 3600


def marks(outbox: Outbox, high: int = 0, *ranges: tuple[int, int], db_epoch: str = "d1a0") -> Marks:
    return Marks(spool=outbox.spool_id, db_epoch=db_epoch, high=high, ranges=ranges)


def kept(outbox: Outbox) -> int:
    reader = OutboxReader.open(outbox.path)
    return sum(reader.kept(record_class) for record_class in range(4))


def test_acknowledged_rows_leave_the_queue_and_are_kept_for_a_day(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        append(outbox, clock, level, 3)
        assert outbox.settle(marks(outbox, 2, (5, 5))) == 3
        assert set(waiting(outbox)) == {3, 4, 6}
        clock.advance(24 * HOUR_S - 1)
        outbox.settle(None)
        assert kept(outbox) == 3
        clock.advance(1)
        outbox.settle(None)
        assert kept(outbox) == 0
        assert set(waiting(outbox)) == {3, 4, 6}


def test_the_day_is_one_of_the_scaled_clock(home: Path) -> None:
    clock = FakeClock(rate=60)
    with open_outbox(home, clock, is_scaled=True) as outbox:
        append(outbox, clock, reading)
        outbox.settle(marks(outbox, 1))
        clock.advance(24 * HOUR_S)
        assert clock.real_ms() == 24 * 60 * 1000
        outbox.settle(None)
        assert kept(outbox) == 0


@pytest.mark.parametrize("step_s", [55 * 365 * 24 * HOUR_S, -55 * 365 * 24 * HOUR_S])
def test_a_wall_clock_that_is_set_changes_nothing_in_the_day(home: Path, clock: FakeClock, step_s: int) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        outbox.settle(marks(outbox, 3))
        clock.step_wall(step_s)
        clock.advance(24 * HOUR_S - 1)
        outbox.settle(None)
        assert kept(outbox) == 3
        clock.advance(1)
        outbox.settle(None)
        assert kept(outbox) == 0


def test_rows_acknowledged_in_1970_are_kept_for_a_day_of_a_later_boot_that_knows_the_time(home: Path) -> None:
    before = FakeClock(now_ms=30_000, up_ms=30_000)
    with open_outbox(home, before) as outbox:
        append(outbox, before, reading, 3)
        outbox.settle(marks(outbox, 3))
    today = FakeClock(up_ms=5_000)
    with open_outbox(home, today, kernel_boot="boot-b") as outbox:
        today.advance(24 * HOUR_S - 1)
        outbox.settle(None)
        assert kept(outbox) == 3
        today.advance(1)
        outbox.settle(None)
        assert kept(outbox) == 0


def test_a_long_backlog_is_settled_in_small_portions(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append_each_minute(outbox, clock, 2 * CHUNK_ROWS + 50)
        said = marks(outbox, 2 * CHUNK_ROWS + 50)
        assert [outbox.settle(said) for _ in range(4)] == [CHUNK_ROWS, CHUNK_ROWS, 50, 0]


def test_marks_of_another_spool_are_passed_over(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        assert outbox.settle(Marks(spool="f" * 32, db_epoch="d1a0", high=3)) == 0
        assert len(waiting(outbox)) == 3


def test_after_the_hub_was_restored_what_is_kept_is_offered_again(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 4)
        settle_all(outbox, marks(outbox, 4))
        settle_all(outbox, marks(outbox, 0, db_epoch="d1a1"))
        assert set(waiting(outbox)) == {1, 2, 3, 4}
        settle_all(outbox, marks(outbox, 3, db_epoch="d1a1"))
        assert set(waiting(outbox)) == {4}
    with open_outbox(home, clock) as outbox:  # the epoch is remembered: a restart offers nothing again
        settle_all(outbox, marks(outbox, 3, db_epoch="d1a1"))
        assert set(waiting(outbox)) == {4}


def test_the_first_hub_is_no_restored_hub(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 2)
        settle_all(outbox, marks(outbox, 1))
        assert set(waiting(outbox)) == {2}


def test_a_record_given_up_is_set_aside_under_a_tombstone(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 2)
        append(outbox, clock, sighting, 1)
        said = Marks(spool=outbox.spool_id, db_epoch="d1a0", set_aside=(3, 2_000))
        outbox.settle(said)
        outbox.settle(said)
        held = waiting(outbox)
        (tombstone,) = (record for record in held.values() if isinstance(record, Tombstone))
        assert tombstone.ranges == ((3, 3),)
        assert (tombstone.of_class, tombstone.count, tombstone.record_class) == (2, 1, 1)
        assert set(held) == {1, 2, 4}


def test_what_is_set_aside_has_a_bound(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock, limit_mb=4) as outbox:
        seqs = append(outbox, clock, reading, QUARANTINED_ROWS + 20)
        outbox.set_aside(seqs, "refused")
        count = outbox._spool.file.connection.execute("SELECT count(*), min(seq) FROM quarantined").fetchone()
        assert count == (QUARANTINED_ROWS, 21)
        assert named(waiting(outbox)) >= set(seqs)


def test_a_tombstone_set_aside_still_names_what_it_stood_for(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 2)
        outbox.set_aside([1], "refused")
        outbox.set_aside([3], "refused")
        assert named(waiting(outbox)) == {1, 3}


def test_a_file_older_than_what_the_hub_has_seen_begins_a_new_spool(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        old = outbox.spool_id
        with pytest.raises(SpoolRebornError, match="hub has seq 10"):
            outbox.settle(marks(outbox, 2, (9, 10)))
        assert outbox.spool_id != old
        assert outbox.counts() == {0: 1, 1: 3, 2: 0, 3: 0}


def test_settling_does_not_write_when_there_is_nothing_to_settle(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        settle_all(outbox, marks(outbox, 3))
        outbox._spool.file.checkpoint()
        pages = outbox._spool.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        for _ in range(10):
            outbox.settle(marks(outbox, 3))
        assert pages[1] == 0
        assert outbox._spool.file.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] == 0
