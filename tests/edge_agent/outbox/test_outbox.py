from pathlib import Path

import pytest

from contract.records import Fault, Tombstone
from edge_agent.outbox.errors import OutboxInUseError, RecordRefusedError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.transaction import RECORD_MAX_BYTES
from tests.support.clocks import FakeClock
from tests.support.outbox_records import (
    append,
    debug,
    fault,
    level,
    open_outbox,
    reading,
    settle_all,
    sighting,
    waiting,
)


def write_two(outbox: Outbox, clock: FakeClock, *, second_seq: int) -> None:
    with outbox.transaction() as transaction:
        transaction.append(reading(transaction.next_seq, clock))
        transaction.set_state("level/g1", b"half")
        transaction.append(reading(second_seq, clock))


def test_records_of_all_classes_come_out_as_they_went_in(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        put = []
        with outbox.transaction() as transaction:
            for build in (reading, level, sighting, debug, fault):
                put.append(build(transaction.next_seq, clock))
                transaction.append(put[-1])
        assert list(waiting(outbox).values()) == sorted(put, key=lambda record: (record.record_class, record.seq))
        assert outbox.counts() == {0: 2, 1: 1, 2: 1, 3: 1}


def test_a_level_record_stands_right_behind_its_reading(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        with outbox.transaction() as transaction:
            first = transaction.next_seq
            transaction.append(reading(first, clock))
            transaction.append(level(transaction.next_seq, clock, decision_id=f"{first + 1}"))
        assert set(waiting(outbox)) == {first, first + 1}


def test_a_record_with_another_seq_is_refused_and_nothing_of_its_transaction_stays(
    home: Path, clock: FakeClock
) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading)
        with pytest.raises(RecordRefusedError, match="where 3 is next"):
            write_two(outbox, clock, second_seq=7)
        assert outbox.next_seq == 2
        assert set(waiting(outbox)) == {1}
        assert outbox.state("level/g1") is None


def test_a_record_that_fits_no_batch_is_refused(home: Path, clock: FakeClock) -> None:
    with (
        open_outbox(home, clock, limit_mb=4) as outbox,
        pytest.raises(RecordRefusedError, match="Make it smaller"),
        outbox.transaction() as transaction,
    ):
        transaction.append(fault(1, clock, text="x" * RECORD_MAX_BYTES))


def test_a_step_that_fails_in_the_producer_leaves_nothing_behind(home: Path, clock: FakeClock) -> None:
    def fail(outbox: Outbox) -> None:
        with outbox.transaction() as transaction:
            transaction.append(reading(1, clock))
            transaction.set_state("level/g1", b"new")
            raise ZeroDivisionError

    with open_outbox(home, clock) as outbox:
        with pytest.raises(ZeroDivisionError):
            fail(outbox)
        assert (outbox.next_seq, outbox.state("level/g1")) == (1, None)
        append(outbox, clock, reading)
        assert set(waiting(outbox)) == {1}


def test_state_is_kept_across_a_restart_with_the_record_it_explains(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox, outbox.transaction() as transaction:
        transaction.append(reading(1, clock))
        transaction.set_state("level/g1", b"severity 2")
        transaction.set_state("level/g1", b"severity 3")
    with open_outbox(home, clock) as outbox:
        assert outbox.state("level/g1") == b"severity 3"
        assert outbox.state("level/g2") is None
        assert set(waiting(outbox)) == {1}


def test_no_number_is_given_twice_though_all_rows_are_gone(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 5)
        settle_all(outbox, Marks(spool=outbox.spool_id, db_epoch="d1a0", high=5))
        clock.advance(25 * 3600)
        outbox.settle(None)
        assert sum(OutboxReader.open(outbox.path).kept(n) for n in range(4)) == 0
    with open_outbox(home, clock) as outbox:
        assert append(outbox, clock, reading) == [6]


@pytest.mark.parametrize(
    ("kernel_boot", "is_scaled", "boot"), [("boot-a", False, 1), ("boot-b", False, 2), ("boot-a", True, 2)]
)
def test_the_boot_number_rises_with_the_kernels_boot_and_with_a_scaled_clock_at_each_start(
    home: Path, clock: FakeClock, kernel_boot: str, *, is_scaled: bool, boot: int
) -> None:
    with open_outbox(home, clock) as outbox:
        assert outbox.boot == 1
    with open_outbox(home, clock, kernel_boot=kernel_boot, is_scaled=is_scaled) as outbox:
        assert outbox.boot == boot
    with open_outbox(home, clock, kernel_boot=kernel_boot) as outbox:
        assert outbox.boot == boot


def test_a_second_owner_is_turned_away_and_the_first_goes_on(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        with pytest.raises(OutboxInUseError, match="one owner"):
            open_outbox(home, clock)
        append(outbox, clock, reading)
    with open_outbox(home, clock) as outbox:
        assert set(waiting(outbox)) == {1}


def test_what_the_outbox_writes_itself_carries_the_clock_trust_of_its_producer(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading)
        outbox.set_aside([1], "refused")
        (tombstone,) = waiting(outbox).values()
        assert isinstance(tombstone, Tombstone)
        assert (tombstone.clock, tombstone.err_ms, tombstone.boot) == ("ntp", 12, outbox.boot)


def test_a_first_start_needs_no_fault(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        assert not outbox.was_reborn
        assert not any(isinstance(record, Fault) for record in waiting(outbox).values())


def test_the_connection_waits_for_the_disk_and_maps_nothing(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        ask = outbox._spool.file.connection.execute
        answers = {
            name: ask(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "mmap_size", "max_page_count", "journal_size_limit")
        }
        assert answers == {
            "journal_mode": "wal",
            "synchronous": 2,
            "mmap_size": 0,
            "max_page_count": 128,
            "journal_size_limit": 4 << 20,
        }


def test_a_closed_outbox_keeps_the_disk_space_of_its_log(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading)
    (log,) = home.glob("*-wal")
    assert log.stat().st_size == 4 << 20


def test_a_plain_file_copied_here_is_taken_up(home: Path, clock: FakeClock) -> None:
    old, new = home / "old", home / "new"
    with open_outbox(old, clock) as outbox:
        append(outbox, clock, reading, 3)
        outbox._spool.file.checkpoint()
        spool_id = outbox.spool_id
        new.mkdir()
        (new / "outbox-gauge.db").write_bytes((old / "outbox-gauge.db").read_bytes())
    with open_outbox(new, clock) as outbox:
        assert outbox.spool_id == spool_id
        assert set(waiting(outbox)) == {1, 2, 3}
