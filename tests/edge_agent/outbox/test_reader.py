import shutil
from pathlib import Path

import pytest

from edge_agent.outbox.errors import FileAwayError, FileDamagedError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.reader import OutboxReader
from tests.support.clocks import FakeClock
from tests.support.outbox_records import append, level, open_outbox, reading, settle_all


def test_a_missing_outbox_is_away_until_its_producer_has_started(home: Path, clock: FakeClock) -> None:
    reader = OutboxReader.open(home / "outbox-gauge.db")
    with pytest.raises(FileAwayError, match="not there"):
        reader.view()
    with open_outbox(home, clock) as outbox:
        assert reader.spool_id == outbox.spool_id
        assert reader.marks() == (1, 1)
        assert reader.rows(1) == []


def test_rows_come_oldest_or_newest_first_between_two_numbers(home: Path, clock: FakeClock) -> None:
    reader = OutboxReader.open(home / "outbox-gauge.db")
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 4)
        append(outbox, clock, level, 2)
        append(outbox, clock, reading, 4)

    def seqs(**how: int | bool) -> list[int]:
        return [row.seq for row in reader.rows(1, **how)]  # type: ignore[arg-type]

    assert seqs() == [1, 2, 3, 4, 7, 8, 9, 10]
    assert seqs(newest_first=True, limit=3) == [10, 9, 8]
    assert seqs(after_seq=2, before_seq=9) == [3, 4, 7, 8]
    assert seqs(before_seq=8, newest_first=True, limit=2) == [7, 4]
    assert [row.seq for row in reader.rows(0, newest_first=True)] == [6, 5]


def test_low_is_the_lowest_unacknowledged_of_all_classes(home: Path, clock: FakeClock) -> None:
    reader = OutboxReader.open(home / "outbox-gauge.db")
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        append(outbox, clock, level, 1)
        append(outbox, clock, reading, 3)
        settle_all(outbox, Marks(spool=outbox.spool_id, db_epoch="d1a0", high=2, ranges=((5, 6),)))
        assert reader.marks() == (3, 8)
        assert reader.counts() == {0: 1, 1: 2, 2: 0, 3: 0}
        assert reader.kept(1) == 4
        settle_all(outbox, Marks(spool=outbox.spool_id, db_epoch="d1a0", high=3, ranges=((5, 7),)))
        assert reader.marks() == (4, 8)
        settle_all(outbox, Marks(spool=outbox.spool_id, db_epoch="d1a0", high=7))
        assert reader.marks() == (8, 8)


def test_a_producer_that_has_ended_is_still_read(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
    reader = OutboxReader.open(home / "outbox-gauge.db")
    assert [row.seq for row in reader.rows(1)] == [1, 2, 3]
    for left in home.glob("*-shm"):
        left.unlink()
    assert [row.seq for row in reader.rows(1)] == [1, 2, 3]


def test_a_reader_leaves_the_recovery_after_a_cut_to_the_producer(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        power_cut = shutil.copytree(home, home / "cut", symlinks=True)
    (shared,) = power_cut.glob("*-shm")
    shared.write_bytes(b"")
    reader = OutboxReader.open(power_cut / "outbox-gauge.db")
    assert [row.seq for row in reader.rows(1)] == [1, 2, 3]
    assert shared.read_bytes() == b""
    with open_outbox(power_cut, clock) as outbox:
        assert append(outbox, clock, reading) == [4]


def test_a_file_put_in_place_of_the_old_one_is_read_at_once(home: Path, clock: FakeClock) -> None:
    reader = OutboxReader.open(home / "outbox-gauge.db")
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        old = reader.spool_id
    with open_outbox(home, clock, board="board-2") as outbox:
        reader.rows(1)
        assert reader.spool_id == outbox.spool_id != old


def test_a_damaged_page_is_told_apart_from_a_file_that_is_away(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
    real = (home / "outbox-gauge.db").resolve()
    for log in home.glob("*-wal"):
        log.unlink()
    real.write_bytes(b"x" * real.stat().st_size)
    with pytest.raises(FileDamagedError, match="damaged"):
        OutboxReader.open(home / "outbox-gauge.db").rows(1)


def test_a_reader_cannot_write(home: Path, clock: FakeClock) -> None:
    reader = OutboxReader.open(home / "outbox-gauge.db")
    with (
        open_outbox(home, clock),
        pytest.raises(FileAwayError, match="readonly"),
        reader._read() as (connection, _),
    ):
        connection.execute("DELETE FROM class1")
