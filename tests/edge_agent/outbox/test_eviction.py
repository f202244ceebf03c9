from pathlib import Path
from typing import TypeVar

import pytest

from contract.records import AnyRecord, CommandResult, Level, Reading, Tombstone
from edge_agent.outbox.errors import OutboxFullError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.room import Limits
from tests.support.clocks import FakeClock
from tests.support.outbox_records import (
    SMALL_MB,
    append,
    append_each_minute,
    debug,
    envelope,
    fault,
    level,
    named,
    open_outbox,
    reading,
    sighting,
    waiting,
)

R = TypeVar("R", bound=AnyRecord)
LIMITS = Limits.of(SMALL_MB)


def of_kind(records: dict[int, AnyRecord], kind: type[R]) -> list[R]:
    return [record for record in records.values() if isinstance(record, kind)]


def unnamed(outbox: Outbox) -> set[int]:
    held = waiting(outbox)
    return set(range(1, outbox.next_seq)) - set(held) - named(held)


def test_a_tenth_of_the_pages_is_kept_for_alerts(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        for _ in range(30):
            append_each_minute(outbox, clock, 200)
            assert outbox.used_share() * LIMITS.pages <= LIMITS.soft
        assert LIMITS.pages - LIMITS.soft >= LIMITS.pages // 10


def test_acknowledged_rows_go_first_and_without_a_tombstone(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append_each_minute(outbox, clock, 1_000)
        marks = Marks(spool=outbox.spool_id, db_epoch="d1a0", high=600)
        while outbox.settle(marks):
            pass
        append_each_minute(outbox, clock, 1_400, debug)
        held = waiting(outbox)
        assert named(held) == set()
        assert OutboxReader.open(outbox.path).kept(1) < 600
        assert len(of_kind(held, Reading)) == 400


def test_debug_goes_before_telemetry_and_telemetry_before_readings(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append_each_minute(outbox, clock, 500)
        append_each_minute(outbox, clock, 500, sighting)
        append_each_minute(outbox, clock, 500, debug)
        while outbox.counts()[3] > 300:
            append_each_minute(outbox, clock, 10)
        assert (outbox.counts()[2], outbox.counts()[0]) == (500, 0)
        while outbox.counts()[2] > 300:
            append_each_minute(outbox, clock, 10)
        assert outbox.counts()[3] == 0
        assert {tombstone.of_class for tombstone in of_kind(waiting(outbox), Tombstone)} == {2, 3}
        assert not any(record.mean_of > 1 for record in of_kind(waiting(outbox), Reading))
        assert unnamed(outbox) == set()


def test_a_tombstone_lists_exactly_what_was_dropped(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        for _ in range(1_300):
            append(outbox, clock, sighting)
            append(outbox, clock, level if outbox.next_seq % 100 == 0 else sighting)
            clock.advance(10)
        held = waiting(outbox)
        tombstones = of_kind(held, Tombstone)
        assert tombstones
        for tombstone in tombstones:
            size = sum(last - first + 1 for first, last in tombstone.ranges)
            assert (tombstone.count, len(tombstone.ranges) <= 500) == (size, True)
            assert tombstone.first_at_ms < tombstone.last_at_ms
        assert not named(held) & set(held)
        assert unnamed(outbox) == set()


def test_readings_are_thinned_oldest_first_to_ten_minutes_then_to_an_hour(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append_each_minute(outbox, clock, 2_500)
        readings = of_kind(waiting(outbox), Reading)
        means = [record for record in readings if record.mean_of > 1]
        raw = [record for record in readings if record.mean_of == 1]
        assert means
        assert {record.interval_s for record in means} == {600.0}
        assert max(record.at_ms for record in means) < min(record.at_ms for record in raw)
        append_each_minute(outbox, clock, 20_000)
        hourly = [record for record in of_kind(waiting(outbox), Reading) if record.interval_s == 3600.0]
        assert hourly
        assert max(record.mean_of for record in hourly) == 60
        assert unnamed(outbox) == set()


def test_thinning_keeps_the_height_of_a_flood(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append_each_minute(outbox, clock, 300)
        append_each_minute(outbox, clock, 1, stage_cm=412.0)
        append_each_minute(outbox, clock, 10_000)
        assert max(record.max_cm or 0 for record in of_kind(waiting(outbox), Reading)) == 412.0


def test_results_and_tombstones_outlive_the_readings_around_them(home: Path, clock: FakeClock) -> None:
    def result(seq: int, clock: FakeClock) -> CommandResult:
        return CommandResult(**envelope(seq, clock, 1), command_id="c-1", result="done")

    with open_outbox(home, clock) as outbox:
        append(outbox, clock, result)
        append_each_minute(outbox, clock, 9_000)
        assert len(of_kind(waiting(outbox), CommandResult)) == 1
        assert len(of_kind(waiting(outbox), Tombstone)) < 12


def test_an_alert_is_taken_though_everything_is_full(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append_each_minute(outbox, clock, 2_500)
        alerts = [append(outbox, clock, level)[0] for _ in range(10)]
        assert set(alerts) <= set(waiting(outbox))


def test_when_alerts_fill_even_the_reserve_repeats_of_a_rise_are_merged_and_counted(
    home: Path, clock: FakeClock
) -> None:
    with open_outbox(home, clock) as outbox:
        for number in range(1_500):
            append(outbox, clock, level, severity=3 if number == 700 else 2, from_severity=2)
            clock.advance(60)
        levels = of_kind(waiting(outbox), Level)
        newest = max(levels, key=lambda record: record.up_ms)
        assert min(record.seq for record in levels) == 1
        assert newest.at_ms == clock.now_ms() - 60_000
        assert sum(max(1, record.repeats) for record in levels) == 1_500
        assert any(record.severity == 3 for record in levels)
        assert unnamed(outbox) == set()


def test_alerts_that_cannot_be_merged_give_way_oldest_first_at_the_very_last(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        for number in range(3_000):
            append(outbox, clock, fault, code=f"fault_{number}", text="x" * 200)
        alerts = [seq for seq, record in waiting(outbox).items() if record.record_class == 0]
        assert len(alerts) > 500
        assert min(alerts) > 1_000
        assert unnamed(outbox) == set()
        assert outbox.used_share() <= 1


def test_a_transaction_larger_than_the_file_is_refused_and_the_outbox_goes_on(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading)
        with pytest.raises(OutboxFullError, match="nothing more can be written"):
            append(outbox, clock, reading, 4_000)
        assert append(outbox, clock, reading) == [2]


def test_a_quota_that_was_lowered_is_met_step_by_step(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append_each_minute(outbox, clock, 9_000)
        assert outbox.counts()[1] == 9_000
    with open_outbox(home, clock) as outbox:
        for _ in range(40):
            append_each_minute(outbox, clock, 10)
        assert outbox.used_share() * LIMITS.pages <= LIMITS.soft
        assert unnamed(outbox) == set()


def test_room_is_made_after_a_write_so_the_number_planned_for_the_next_one_holds(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock) as outbox:
        for _ in range(2_500):
            planned = outbox.next_seq
            assert append(outbox, clock, reading) == [planned]
            clock.advance(60)
        assert named(waiting(outbox))
