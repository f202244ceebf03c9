"""Rows of a damaged file that the hub has are not offered again under the new spool; the others all are."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.records import Reading
from contract.seq_ranges import ranges_of
from edge_agent.outbox.errors import SpoolRebornError
from edge_agent.outbox.inbox import Inbox, InboxReader
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from tests.support.clocks import FakeClock
from tests.support.outbox_records import append, append_each_minute, open_outbox, reading, settle_all, waiting

PAGE = 4096
READINGS = 60
EPOCH = "d1a0"


def filled(home: Path, clock: FakeClock) -> str:
    """Leave an outbox with readings 1 to 60 behind, all of it in the file; return its spool."""
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append_each_minute(outbox, clock, READINGS)
        assert outbox._spool.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        return outbox.spool_id


def damage(home: Path, what: bytes) -> None:
    """Overwrite the leaf pages that hold `what`."""
    with (home / "outbox-gauge.db").open("r+b") as file:
        data = file.read()
        pages = [n for n in range(1, len(data) // PAGE) if what in data[n * PAGE :][:PAGE]]
        assert pages
        for page in pages:
            file.seek(page * PAGE)
            file.write(random.Random(page).randbytes(PAGE))


def lay_down(home: Path, spool: str, acked: Iterable[int], *, epoch: str = EPOCH, hub_epoch: str = EPOCH) -> None:
    """Have the uplink lay down what the hub has."""
    with Inbox.open(home / "inbox.db") as inbox:
        ranges = tuple((first, last) for first, last in ranges_of(acked))
        inbox.put_marks([Marks(spool=spool, db_epoch=epoch, ranges=ranges)])
        inbox.put_hub({"db_epoch": hub_epoch})


def minutes(outbox: Outbox) -> list[int]:
    """Return which of the readings 1 to 60 wait; each was made a minute after the one before."""
    return sorted(record.up_ms // 60_000 + 1 for record in waiting(outbox).values() if isinstance(record, Reading))


@pytest.mark.parametrize("where", [b"level/g1", b"next_seq"], ids=["of the states", "of the account"])
def test_what_the_hub_has_is_not_offered_under_the_new_spool(home: Path, clock: FakeClock, where: bytes) -> None:
    with open_outbox(home, clock, limit_mb=4) as outbox, outbox.transaction() as transaction:
        transaction.set_state("level/g1", b"severity 2")
    spool = filled(home, clock)
    lay_down(home, spool, [*range(1, 41), 50, 51])
    damage(home, where)
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert outbox.was_reborn
        assert outbox.spool_id != spool
        assert minutes(outbox) == [*range(41, 50), *range(52, READINGS + 1)]


def test_without_an_inbox_everything_is_offered_again(home: Path, clock: FakeClock) -> None:
    filled(home, clock)
    damage(home, b"next_seq")
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert minutes(outbox) == list(range(1, READINGS + 1))


@pytest.mark.parametrize("content", [b"", b"no database at all", b"\0" * 9000])
def test_a_damaged_inbox_hides_no_row(home: Path, clock: FakeClock, content: bytes) -> None:
    filled(home, clock)
    (home / "inbox.db").write_bytes(content)
    damage(home, b"next_seq")
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert minutes(outbox) == list(range(1, READINGS + 1))


def test_marks_of_an_epoch_that_the_hub_has_left_hide_no_row(home: Path, clock: FakeClock) -> None:
    spool = filled(home, clock)
    lay_down(home, spool, range(1, 41), epoch="before the restore")
    damage(home, b"next_seq")
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert minutes(outbox) == list(range(1, READINGS + 1))


def test_marks_of_another_spool_hide_no_row(home: Path, clock: FakeClock) -> None:
    filled(home, clock)
    lay_down(home, "f" * 32, range(1, 41))
    damage(home, b"next_seq")
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert minutes(outbox) == list(range(1, READINGS + 1))


def test_an_uplink_that_cannot_read_the_damaged_file_keeps_its_marks(home: Path, clock: FakeClock) -> None:
    spool = filled(home, clock)
    lay_down(home, spool, range(1, 41))
    damage(home, b"next_seq")
    with Inbox.open(home / "inbox.db") as inbox:
        inbox.keep_only({"e" * 32})  # its own: it starts before the gauge does
    with open_outbox(home, clock, limit_mb=4) as outbox:
        assert minutes(outbox) == list(range(41, READINGS + 1))


def test_a_file_that_went_back_in_time_offers_what_was_written_since_and_not_what_the_hub_has(
    home: Path, clock: FakeClock
) -> None:
    """A card that lied about an fsync: 58 to 60 were sent and are gone from the file; their numbers are given anew."""
    spool = filled(home, clock)
    connection_free_from = READINGS - 2
    with open_outbox(home, clock, limit_mb=4) as outbox:
        connection = outbox._spool.file.connection
        connection.execute("DELETE FROM class1 WHERE seq >= ?", (connection_free_from,))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'next_seq'", (str(connection_free_from),))
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append(outbox, clock, reading)
        (news,) = minutes(outbox)[-1:]
        said = Marks(spool=spool, db_epoch=EPOCH, high=READINGS)
        lay_down(home, spool, range(1, READINGS + 1))
        with pytest.raises(SpoolRebornError, match="this file is older"):
            settle_all(outbox, said)
        assert minutes(outbox) == [news]


def test_the_uplink_reads_the_inbox_that_it_owns_itself(home: Path, clock: FakeClock) -> None:
    spool = filled(home, clock)
    with Inbox.open(home / "inbox.db") as inbox:
        inbox.put_marks([Marks(spool=spool, db_epoch=EPOCH, high=40)])
        damage(home, b"next_seq")
        with open_outbox(home, clock, limit_mb=4) as outbox:
            assert minutes(outbox) == list(range(41, READINGS + 1))
            inbox.put_marks([Marks(spool=outbox.spool_id, db_epoch=EPOCH, high=1)])
            assert InboxReader(home / "inbox.db").marks(outbox.spool_id) == inbox.marks(outbox.spool_id)


@given(
    acked=st.sets(st.integers(1, READINGS)),
    settled=st.integers(0, READINGS),
    board=st.sampled_from(["board-1", "board-2"]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_row_is_at_the_hub_or_offered_and_never_both(
    home: Path, acked: set[int], settled: int, board: str
) -> None:
    box = home / f"{len(list(home.iterdir()))}"
    clock = FakeClock(up_ms=0)
    spool = filled(box, clock)
    acked |= set(range(1, settled + 1))
    with open_outbox(box, clock, limit_mb=4) as outbox:
        settle_all(outbox, Marks(spool=spool, db_epoch=EPOCH, high=settled))
        outbox._spool.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    lay_down(box, spool, acked)
    if board == "board-1":
        damage(box, b"next_seq")
    with open_outbox(box, clock, limit_mb=4, board=board) as outbox:
        assert outbox.was_reborn
        assert minutes(outbox) == sorted(set(range(1, READINGS + 1)) - acked)
