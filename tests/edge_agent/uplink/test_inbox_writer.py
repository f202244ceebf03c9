"""What the hub has said, laid down for the producers."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from contract.messages import Ack
from edge_agent.outbox.errors import InboxRebornError, OutboxFullError
from edge_agent.outbox.inbox import Inbox, InboxReader
from edge_agent.outbox.inbox_rows import DesiredDocument
from edge_agent.outbox.marks import Marks
from edge_agent.uplink.inbox_writer import InboxWriter
from tests.support.clocks import FakeClock

SPOOL, OTHER = "a" * 32, "b" * 32


def ack(high: int, *, epoch: str = "e1", spool: str = SPOOL, ranges: tuple[tuple[int, int], ...] = ()) -> Ack:
    return Ack(spool=spool, high=high, ranges=ranges, hub_ms=1, db_epoch=epoch, credit_rps=10)


def writer(home: Path, clock: FakeClock) -> InboxWriter:
    made = InboxWriter(Inbox.open(home / "inbox.db"), clock=clock, kernel_boot="boot-a")
    made.take_up({SPOOL})
    return made


def laid(home: Path, spool: str = SPOOL) -> Marks | None:
    return InboxReader.open(home / "inbox.db").marks(spool)


def test_marks_are_laid_down_at_most_five_times_a_second(tmp_path: Path) -> None:
    clock = FakeClock()
    made = writer(tmp_path, clock)
    made.acknowledged.apply(ack(1))
    made.flush()
    assert laid(tmp_path) == Marks(spool=SPOOL, db_epoch="e1", high=1)
    made.acknowledged.apply(ack(2, ranges=((5, 6),)))
    clock.advance(0.1)
    made.flush()
    assert laid(tmp_path) == Marks(spool=SPOOL, db_epoch="e1", high=1)
    clock.advance(0.1)
    made.flush()
    assert laid(tmp_path) == Marks(spool=SPOOL, db_epoch="e1", high=2, ranges=((5, 6),))
    made.close()


def test_the_next_process_takes_up_what_was_laid_down(tmp_path: Path) -> None:
    clock = FakeClock()
    made = writer(tmp_path, clock)
    made.acknowledged.apply(ack(7, ranges=((9, 12),)))
    made.acknowledged.set_aside(SPOOL, 20)
    made.note_hub(link="open", zero_ms=None, credit_rps=10)
    made.close()
    again = writer(tmp_path, clock)
    assert again.acknowledged.epoch == "e1"
    assert again.acknowledged.acked(SPOOL).as_lists() == [[1, 7], [9, 12]]
    assert again.acknowledged.aside(SPOOL) == [20]
    again.close()


def test_marks_of_another_epoch_are_not_taken_up(tmp_path: Path) -> None:
    with Inbox.open(tmp_path / "inbox.db") as inbox:
        inbox.put_marks([Marks(spool=SPOOL, db_epoch="e0", high=9)])
        inbox.put_hub({"db_epoch": "e1"})
    made = writer(tmp_path, FakeClock())
    assert not made.acknowledged.acked(SPOOL).as_lists()
    made.close()


def test_a_changed_epoch_is_laid_down_for_every_spool(tmp_path: Path) -> None:
    clock = FakeClock()
    made = writer(tmp_path, clock)
    made.take_up({SPOOL, OTHER})
    made.acknowledged.apply(ack(7))
    made.acknowledged.apply(ack(7, spool=OTHER))
    made.flush()
    made.acknowledged.apply(ack(2, epoch="e2"))
    clock.advance(1)
    made.flush()
    assert laid(tmp_path) == Marks(spool=SPOOL, db_epoch="e2", high=2)
    assert laid(tmp_path, OTHER) == Marks(spool=OTHER, db_epoch="e2")
    made.close()


def test_marks_of_a_spool_that_cannot_be_seen_are_kept_for_its_owner(tmp_path: Path) -> None:
    clock = FakeClock()
    made = writer(tmp_path, clock)
    made.acknowledged.apply(ack(7))
    made.flush()
    made.take_up({OTHER})
    made.flush()
    kept = laid(tmp_path)
    assert kept is not None
    assert kept.high == 7
    made.close()


def test_an_answered_hello_is_counted_on_over_restarts(tmp_path: Path) -> None:
    clock, counts = FakeClock(), []
    for _ in range(2):
        made = writer(tmp_path, clock)
        made.note_answered()
        made.flush()
        made.close()
        counts.append(InboxReader.open(tmp_path / "inbox.db").answered())
    assert counts[1] == counts[0] + 1


def test_the_hubs_time_is_written_only_when_it_moved(tmp_path: Path) -> None:
    clock = FakeClock()
    made = writer(tmp_path, clock)
    reader = InboxReader.open(tmp_path / "inbox.db")
    for zero_ms, expected in ((500, "500"), (580, "500"), (700, "700")):
        made.note_hub(link="open", zero_ms=zero_ms, credit_rps=10)
        clock.advance(1)
        made.flush()
        assert reader.hub()["hub_zero_ms"] == expected
    assert reader.hub()["hub_zero_boot"] == "boot-a"
    made.close()


def test_a_damaged_spool_is_reported_until_it_can_be_read_again(tmp_path: Path) -> None:
    clock = FakeClock()
    made = writer(tmp_path, clock)
    for is_damaged in (True, False):
        made.note_damage(SPOOL, is_damaged)
        clock.advance(1)
        made.flush()
        marks = laid(tmp_path)
        assert marks is not None
        assert marks.is_damaged is is_damaged
    made.close()


class RebornInbox(Inbox):
    """An inbox that loses everything at one write, and says so."""

    is_to_lose = False

    def put_marks(self, marks: Iterable[Marks]) -> None:
        if self.is_to_lose:
            self.is_to_lose = False
            with self._file.writing() as connection:
                for loss in ("DELETE FROM marks", "DELETE FROM desired", "DELETE FROM hub"):
                    connection.execute(loss)
            raise InboxRebornError("damaged; begun anew")
        super().put_marks(marks)


def test_after_the_inbox_was_begun_anew_everything_is_laid_down_again(tmp_path: Path) -> None:
    clock = FakeClock()
    inbox = RebornInbox.open(tmp_path / "inbox.db")
    made = InboxWriter(inbox, clock=clock, kernel_boot="boot-a")
    made.take_up({SPOOL, OTHER})
    for spool in (SPOOL, OTHER):
        made.acknowledged.apply(ack(7, spool=spool))
    made.note_desired(DesiredDocument(db_epoch="e1", version=3, body=b"{}"))
    made.note_hub(link="open", zero_ms=500, credit_rps=10)
    made.flush()
    inbox.is_to_lose = True
    made.acknowledged.apply(ack(8))
    for _ in range(2):
        clock.advance(1)
        made.flush()
    assert laid(tmp_path) == Marks(spool=SPOOL, db_epoch="e1", high=8)
    assert laid(tmp_path, OTHER) == Marks(spool=OTHER, db_epoch="e1", high=7)
    assert inbox.desired() == DesiredDocument(db_epoch="e1", version=3, body=b"{}")
    assert inbox.hub()["hub_zero_ms"] == "500"
    made.close()


class FullInbox(Inbox):
    """An inbox on a disk that takes nothing as long as `is_full`."""

    is_full = True

    def put_desired(self, *, db_epoch: str, version: int, body: bytes) -> None:
        if self.is_full:
            raise OutboxFullError("no room")
        super().put_desired(db_epoch=db_epoch, version=version, body=body)


def test_what_a_full_disk_does_not_take_is_tried_again_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    inbox = FullInbox.open(tmp_path / "inbox.db")
    made = InboxWriter(inbox, clock=clock, kernel_boot="boot-a")
    made.note_desired(DesiredDocument(db_epoch="e1", version=3, body=b"{}"))
    for _ in range(5):
        made.flush()
        clock.advance(1)
    inbox.is_full = False
    made.flush()
    assert inbox.desired() == DesiredDocument(db_epoch="e1", version=3, body=b"{}")
    assert [record.levelname for record in caplog.records if record.levelname == "WARNING"] == ["WARNING"]
    made.close()
