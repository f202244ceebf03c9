"""Files that cannot be trusted: a new spool, what could be read of the old one, and a fault that says so."""

import random
from pathlib import Path

import pytest

from contract.records import Fault, Reading, Tombstone
from edge_agent.outbox.errors import SpoolRebornError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.quarantine import FOLDER, KEPT_FILES, kept_files
from edge_agent.outbox.salvage import with_seq
from tests.support.clocks import FakeClock
from tests.support.outbox_records import append, append_each_minute, level, open_outbox, reading, settle_all, waiting

PAGE = 4096


def filled(home: Path, clock: FakeClock, readings: int = 400) -> str:
    """Leave an outbox with readings, a level record and a state behind, all of it in the file; return its spool."""
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append_each_minute(outbox, clock, readings)
        append(outbox, clock, level)
        with outbox.transaction() as transaction:
            transaction.set_state("level/g1", b"severity 2")
        assert outbox._spool.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        return outbox.spool_id


def damage(home: Path, *pages: int) -> None:
    """Overwrite pages of the file, counted from 0."""
    with (home / "outbox-gauge.db").open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(random.Random(page).randbytes(PAGE))


def leaf_pages(home: Path) -> list[int]:
    """Return pages that hold readings, in the order of the file."""
    data = (home / "outbox-gauge.db").read_bytes()
    count = len(data) // PAGE
    return [n for n in range(count) if data[n * PAGE] == 0x0D and data[n * PAGE :][:PAGE].count(b'"reading"') > 3]


def reborn_fault(outbox: Outbox) -> Fault:
    (fault,) = (
        record for record in waiting(outbox).values() if isinstance(record, Fault) and record.code == "spool_reborn"
    )
    return fault


def test_a_file_with_a_broken_header_becomes_a_new_spool(home: Path, clock: FakeClock) -> None:
    old = filled(home, clock)
    damage(home, 0)
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert outbox.spool_id != old
        assert outbox.was_reborn
        fault = reborn_fault(outbox)
        assert (fault.record_class, fault.active) == (0, True)
        assert "Antrean baru dimulai" in fault.text
        append(outbox, clock, reading)
    assert len(kept_files(home)) == 1


def test_readable_rows_of_a_damaged_file_are_taken_over_with_new_numbers(home: Path, clock: FakeClock) -> None:
    filled(home, clock)
    leaves = leaf_pages(home)
    damage(home, leaves[len(leaves) // 2])
    with open_outbox(home, clock, limit_mb=4) as outbox:
        held = waiting(outbox)
        readings = [record for record in held.values() if isinstance(record, Reading)]
        assert 350 < len(readings) < 400
        assert [record.at_ms for record in readings] == sorted(record.at_ms for record in readings)
        assert outbox.counts()[0] == 2
        assert outbox.state("level/g1") == b"severity 2"
        assert f"{len(readings) + 1} catatan lama diselamatkan" in reborn_fault(outbox).text
        assert sorted(held) == list(range(1, outbox.next_seq))


@pytest.mark.parametrize("size", [0, 50, PAGE, 5 * PAGE + 17])
def test_a_file_cut_short_becomes_a_new_spool(home: Path, clock: FakeClock, size: int) -> None:
    filled(home, clock)
    for log in home.glob("*-wal"):
        log.unlink()
    with (home / "outbox-gauge.db").open("r+b") as file:
        file.truncate(size)
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert outbox.was_reborn
        append(outbox, clock, reading)


def test_damage_met_while_writing_rolls_back_and_asks_to_do_it_again(home: Path, clock: FakeClock) -> None:
    filled(home, clock)
    with open_outbox(home, clock, limit_mb=4) as outbox:
        old = outbox.spool_id
        damage(home, *leaf_pages(home))
        outbox._spool.file.connection.execute("PRAGMA shrink_memory")
        with pytest.raises(SpoolRebornError, match="do the last step again"):
            settle_all(outbox, Marks(spool=old, db_epoch="d1a0", high=300))
        assert outbox.spool_id != old
        assert reborn_fault(outbox).active
        append(outbox, clock, reading)
        assert outbox.counts()[1] >= 1


def test_the_producer_looks_when_the_uplink_has_met_a_bad_page(home: Path, clock: FakeClock) -> None:
    filled(home, clock)
    with open_outbox(home, clock, limit_mb=4) as outbox:
        said = Marks(spool=outbox.spool_id, db_epoch="d1a0", is_damaged=True)
        outbox.settle(said)  # the uplink was wrong: nothing happens
        outbox.settle(Marks(spool=outbox.spool_id, db_epoch="d1a0"))
        damage(home, leaf_pages(home)[3])
        outbox._spool.file.connection.execute("PRAGMA shrink_memory")
        with pytest.raises(SpoolRebornError, match="pages do not make sense"):
            outbox.settle(said)
        assert outbox.counts()[1] > 300


def test_a_card_moved_to_another_board_begins_a_new_spool_with_the_rows_of_the_old(
    home: Path, clock: FakeClock
) -> None:
    old = filled(home, clock, 10)
    with open_outbox(home, clock, board="board-2", limit_mb=4) as outbox:
        assert outbox.spool_id != old
        assert outbox.counts()[1] == 10
        assert "board-2" in reborn_fault(outbox).text
    with open_outbox(home, clock, board="board-2", limit_mb=4) as outbox:
        assert not outbox.was_reborn


def test_rows_of_another_node_are_not_sent_under_this_ones_name(home: Path, clock: FakeClock) -> None:
    filled(home, clock, 10)
    with open_outbox(home, clock, node_id="n-another1", limit_mb=4) as outbox:
        assert outbox.counts() == {0: 1, 1: 0, 2: 0, 3: 0}
        assert outbox.state("level/g1") is None


def test_a_new_spool_goes_on_counting_boots(home: Path, clock: FakeClock) -> None:
    filled(home, clock, 10)
    with open_outbox(home, clock, kernel_boot="boot-b", limit_mb=4) as outbox:
        assert outbox.boot == 2
    with open_outbox(home, clock, kernel_boot="boot-c", board="board-2", limit_mb=4) as outbox:
        assert outbox.boot == 3
        assert reborn_fault(outbox).boot == 3


def test_only_the_newest_files_are_kept_apart(home: Path, clock: FakeClock) -> None:
    for number in range(KEPT_FILES + 3):
        open_outbox(home, clock, board=f"board-{number}").close()
    assert len(kept_files(home)) == KEPT_FILES
    assert len(list((home / FOLDER).glob("*.db-wal"))) == KEPT_FILES


def test_a_cut_before_the_new_file_stands_leaves_the_old_one_in_place(home: Path, clock: FakeClock) -> None:
    spool_id = filled(home, clock, 10)
    (home / "outbox-gauge.0badcafe.db").write_bytes(b"half a new file")
    (home / "outbox-gauge.0badcafe.db-wal").write_bytes(b"and its log")
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert outbox.spool_id == spool_id
        assert outbox.counts()[1] == 10
    assert not list(home.glob("outbox-gauge.0badcafe*"))


def test_tombstones_of_the_old_spool_say_nothing_about_the_new_one(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        outbox.set_aside([2], "refused")
    with open_outbox(home, clock, board="board-2") as outbox:
        kinds = [type(record) for record in waiting(outbox).values()]
        assert kinds.count(Tombstone) == 0
        assert kinds.count(Reading) == 2


def test_a_row_gets_its_new_number_whatever_else_is_in_it() -> None:
    assert with_seq(b'{"kind":"later","seq":4,"deep":{"seq":9},"x":[1.5]}', 70) == (
        b'{"kind":"later","seq":70,"deep":{"seq":9},"x":[1.5]}'
    )
    assert with_seq(b"[1]", 1) is None
    assert with_seq(b"\xff{", 1) is None


def told(outbox: Outbox) -> list[bool]:
    return [
        record.active
        for _, record in sorted(waiting(outbox).items())
        if isinstance(record, Fault) and record.code == "spool_reborn"
    ]


def test_the_fault_ends_once_when_the_hub_has_a_record_written_after_it(home: Path, clock: FakeClock) -> None:
    filled(home, clock, 10)
    with open_outbox(home, clock, board="board-2", limit_mb=4) as outbox:
        fault = reborn_fault(outbox)
        settle_all(outbox, Marks(spool=outbox.spool_id, db_epoch="d1a0", high=fault.seq - 1))
        append(outbox, clock, reading)
        assert told(outbox) == [True]
    with open_outbox(home, clock, board="board-2", limit_mb=4) as outbox:  # a restart forgets nothing of it
        said = Marks(spool=outbox.spool_id, db_epoch="d1a0", ranges=((fault.seq + 1, fault.seq + 1),))
        for _ in range(3):
            outbox.settle(said)
        assert told(outbox) == [True, False]
        append(outbox, clock, reading, 3)
        settle_all(outbox, Marks(spool=outbox.spool_id, db_epoch="d1a0", high=outbox.next_seq - 1))
        assert told(outbox) == []


def test_a_spool_that_was_never_reborn_tells_no_end(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        outbox.settle(Marks(spool=outbox.spool_id, db_epoch="d1a0", high=2))
        assert told(outbox) == []
