"""What the uplink itself writes down."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from contract.clock import ClockTrust
from contract.messages import Command
from contract.records import AnyRecord, ClockAnchor, CommandResult, Health, decode_record
from edge_agent.health.box_clock import BoxClock
from edge_agent.outbox.inbox_rows import DesiredDocument
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.quota import Quota
from edge_agent.uplink.counts import Count
from edge_agent.uplink.own_records import OwnRecords
from tests.support.clocks import FakeClock

QUEUED = {"gauge": 3, "uplink": 0}


class NoTime:
    """A machine that does not know how well its clock is kept."""

    def ntp_err_ms(self) -> int | None:
        return None

    def has_rtc(self) -> bool:
        return False


def open_own(home: Path, clock: FakeClock) -> OwnRecords:
    outbox = Outbox.open(
        home / "outbox-uplink.db",
        clock=clock,
        node_id="n-7f3k2m9q",
        board="board-1",
        limit_mb=4,
        is_scaled=False,
        kernel_boot="boot-a",
    )
    box_clock = BoxClock(clock=clock, source=NoTime(), boot=outbox.boot, remembered=outbox.state("clock"))
    return OwnRecords(
        outbox=outbox, box_clock=box_clock, clock=clock, home=home, counts=Counter(), quota=Quota(most_mb=40, share=0.1)
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def own(tmp_path: Path, clock: FakeClock) -> Iterator[OwnRecords]:
    own = open_own(tmp_path, clock)
    yield own
    own.outbox.close()


def records(own: OwnRecords) -> list[AnyRecord]:
    reader = OutboxReader.open(own.outbox.path)
    return [decode_record(row.body) for record_class in range(4) for row in reader.rows(record_class)]


def command(command_id: str, kind: str = "health_now") -> Command:
    return Command(command_id=command_id, kind=kind, site="s", ttl_s=60, hub_ms=1)


def test_health_is_written_at_the_start_and_every_300_s(own: OwnRecords, clock: FakeClock) -> None:
    own.counts[Count.SENT] = 7
    for _ in range(901):
        own.pass_time(hub_zero_ms=None, queued=QUEUED)
        clock.advance(1)
    health = [record for record in records(own) if isinstance(record, Health)]
    assert len(health) == 4
    assert health[0].outbox_rows == QUEUED
    assert health[0].counters == {"sent": 7}
    assert health[0].record_class == 2


def test_with_a_fast_clock_health_comes_no_more_often_than_once_a_real_second(tmp_path: Path) -> None:
    clock = FakeClock(rate=3_600)
    own = open_own(tmp_path, clock)
    for _ in range(100):
        own.pass_time(hub_zero_ms=None, queued=QUEUED)
        clock.advance(360)
    assert len([record for record in records(own) if isinstance(record, Health)]) == 10
    own.outbox.close()


def test_the_first_word_of_the_hubs_time_is_anchored_and_trusted(own: OwnRecords, clock: FakeClock) -> None:
    own.pass_time(hub_zero_ms=None, queued=QUEUED)
    trusts = [own.trust]
    clock.advance(1)
    own.pass_time(hub_zero_ms=clock.now_ms() - clock.up_ms() + 90_000, queued=QUEUED)
    trusts.append(own.trust)
    assert trusts == [ClockTrust.SAVED, ClockTrust.HUB]
    (anchor,) = [record for record in records(own) if isinstance(record, ClockAnchor)]
    assert (anchor.step_ms, anchor.was) == (90_000, ClockTrust.SAVED)


def test_a_command_is_answered_once_also_by_the_next_process(tmp_path: Path, clock: FakeClock) -> None:
    own = open_own(tmp_path, clock)
    assert own.answer(command("a"), is_expired=False, queued=QUEUED)
    assert not own.answer(command("a"), is_expired=False, queued=QUEUED)
    own.outbox.close()
    again = open_own(tmp_path, clock)
    assert not again.answer(command("a"), is_expired=False, queued=QUEUED)
    said = records(again)
    assert [type(record) for record in said] == [CommandResult, Health]
    again.outbox.close()


def test_an_unknown_command_is_refused_and_writes_no_health(own: OwnRecords) -> None:
    own.answer(command("b", "make_coffee"), is_expired=False, queued=QUEUED)
    (result,) = records(own)
    assert isinstance(result, CommandResult)
    assert (result.command_id, result.result) == ("b", "refused")


def test_what_the_hub_has_is_let_go_and_every_change_is_seen(own: OwnRecords) -> None:
    own.pass_time(hub_zero_ms=None, queued=QUEUED)
    before = own.version
    own.settle(Marks(spool=own.outbox.spool_id, db_epoch="e1", high=1))
    assert own.version > before
    assert records(own) == []
    unchanged = own.version
    own.settle(Marks(spool=own.outbox.spool_id, db_epoch="e1", high=1))
    assert own.version == unchanged


def test_a_book_of_commands_that_cannot_be_read_begins_anew(own: OwnRecords) -> None:
    with own.outbox.transaction() as transaction:
        transaction.set_state("commands", msgspec.json.encode({"known": 5}))
    assert own.answer(command("a"), is_expired=False, queued=QUEUED)


def test_the_outbox_follows_the_quota_of_each_new_desired_state(own: OwnRecords) -> None:
    for version, quota_mb, limit_mb in ((1, 20, 2), (2, 40, 4), (3, 400, 4), (4, 8, 0.8)):
        body = b'{"v":1,"db_epoch":"e1","version":%d,"quota_mb":%d}' % (version, quota_mb)
        own.follow_quota(DesiredDocument(db_epoch="e1", version=version, body=body))
        assert own.outbox.limit_pages == int(limit_mb * 256)


def test_a_desired_state_that_cannot_be_read_leaves_the_quota_as_it_was(own: OwnRecords) -> None:
    own.follow_quota(DesiredDocument(db_epoch="e1", version=1, body=b'{"quota_mb":"much"}'))
    assert own.outbox.limit_pages == 4 * 256
