"""Outboxes on disk as the sender sees them."""

from pathlib import Path

from edge_agent.outbox.place import Place
from edge_agent.uplink.shelf import Shelf
from tests.support.clocks import FakeClock
from tests.support.outbox_records import level, open_outbox, reading


def shelf(home: Path, damaged: list[tuple[str, bool]] | None = None) -> Shelf:
    told = damaged if damaged is not None else []
    return Shelf(
        home / "outbox-gauge.db", producer="gauge", on_damage=lambda spool, is_damaged: told.append((spool, is_damaged))
    )


def seqs(shelf: Shelf, record_class: int) -> list[int]:
    return [row.seq for row in shelf.rows(record_class, newest_first=False, limit=100)]


def test_an_outbox_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    looked = shelf(tmp_path)
    assert not looked.look()
    assert looked.view is None
    assert seqs(looked, 1) == []


def test_every_commit_is_seen_once(tmp_path: Path) -> None:
    clock = FakeClock()
    looked = shelf(tmp_path)
    with open_outbox(tmp_path, clock) as outbox:
        looked.look()
        looked.look()
        for _ in range(50):
            assert not looked.look()
            with outbox.transaction() as transaction:
                transaction.append(reading(transaction.next_seq, clock))
            assert looked.look()
    assert looked.marks() == (1, 51)


def test_rows_are_those_that_were_there_at_the_look(tmp_path: Path) -> None:
    clock = FakeClock()
    looked = shelf(tmp_path)
    with open_outbox(tmp_path, clock) as outbox:
        for build in (reading, level):
            with outbox.transaction() as transaction:
                transaction.append(build(transaction.next_seq, clock))
        looked.look()
        with outbox.transaction() as transaction:
            transaction.append(reading(transaction.next_seq, clock))
        assert (seqs(looked, 0), seqs(looked, 1)) == ([2], [1])
        looked.look()
        assert seqs(looked, 1) == [1, 3]


def test_an_outbox_whose_producer_is_dead_is_still_read(tmp_path: Path) -> None:
    clock = FakeClock()
    with open_outbox(tmp_path, clock) as outbox, outbox.transaction() as transaction:
        transaction.append(reading(1, clock))
    for index in tmp_path.glob("*-shm"):
        index.unlink()
    looked = shelf(tmp_path)
    assert looked.look()
    assert seqs(looked, 1) == [1]


def test_a_file_that_was_replaced_is_a_new_spool(tmp_path: Path) -> None:
    clock = FakeClock()
    looked = shelf(tmp_path)
    with open_outbox(tmp_path, clock) as outbox:
        looked.look()
        old = outbox.spool_id
    place = Place(tmp_path / "outbox-gauge.db")
    real = place.real()
    assert real is not None
    for path in tmp_path.glob(f"{real.name}*"):
        path.unlink()
    place.release()
    (tmp_path / "outbox-gauge.db").unlink()
    with open_outbox(tmp_path, clock) as outbox:
        assert looked.look()
        assert looked.spool_id == outbox.spool_id != old


def test_a_damaged_file_is_reported_and_gives_no_rows(tmp_path: Path) -> None:
    clock = FakeClock()
    told: list[tuple[str, bool]] = []
    looked = shelf(tmp_path, told)
    outbox = open_outbox(tmp_path, clock)
    with outbox.transaction() as transaction:
        for _ in range(60):
            transaction.append(reading(transaction.next_seq, clock))
    looked.look()
    spool = looked.spool_id
    outbox.close()
    real = (tmp_path / "outbox-gauge.db").resolve()
    with real.open("r+b") as file:
        file.seek(0)
        file.write(b"\0" * 4096)
    for log in tmp_path.glob("*-wal"):
        log.write_bytes(b"")
    assert seqs(looked, 1) == []
    assert told == [(spool, True)]


def test_the_state_of_a_producer_can_be_read(tmp_path: Path) -> None:
    clock = FakeClock()
    looked = shelf(tmp_path)
    assert looked.state("desired") is None
    with open_outbox(tmp_path, clock) as outbox, outbox.transaction() as transaction:
        transaction.set_state("desired", b"{}")
    looked.look()
    assert looked.state("desired") == b"{}"
