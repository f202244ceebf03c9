"""The gauge process: when it looks, what it hears, and that nothing ends it. Real outbox and inbox, simulated time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from contract.clock import ClockTrust
from contract.desired import Desired, Sampling
from contract.records import ClockAnchor, CommandResult, Fault, Level, Reading, Siren
from edge_agent.gauges.siren import SirenPattern
from edge_agent.outbox.inbox import Inbox
from edge_agent.outbox.inbox_rows import HUB_ZERO, HUB_ZERO_BOOT
from edge_agent.outbox.marks import Marks
from edge_agent.stop import Stop
from tests.support.boxes import BoxBench, FakeKernel, FakeSiren, document, station
from tests.support.clocks import FakeClock

HIGH_CM = 230.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bench(tmp_path: Path, clock: FakeClock) -> Iterator[BoxBench]:
    bench = BoxBench(tmp_path, clock=clock, desired=station())
    yield bench
    bench.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox.open(tmp_path / "inbox.db") as inbox:
        yield inbox


def put(inbox: Inbox, offered: Desired) -> None:
    inbox.put_desired(db_epoch=offered.db_epoch, version=offered.version, body=msgspec.json.encode(offered))


def command(
    inbox: Inbox,
    clock: FakeClock,
    *,
    command_id: str = "01JD",
    lives_s: float = 120.0,
    boot: str = "boot-1",
    **args: Any,
) -> None:
    body = msgspec.json.encode(
        {"v": 1, "command_id": command_id, "kind": "siren_test", "site": "x", "ttl_s": 120, "hub_ms": 0, "args": args}
    )
    expires_ms = clock.real_ms() + round(1000 * lives_s)
    inbox.add_command(command_id, body, expires_real_ms=expires_ms, kernel_boot=boot, arrived_ms=clock.now_ms())


def test_a_still_river_is_read_at_once_and_then_every_minute(bench: BoxBench) -> None:
    bench.run(301)
    readings = bench.records(Reading)
    assert len(readings) == 6
    assert {reading.interval_s for reading in readings} == {60.0}
    assert readings[1].up_ms - readings[0].up_ms == 60_000


def test_at_waspada_it_is_read_every_five_seconds(bench: BoxBench) -> None:
    bench.river.stage_cm = 130.0
    bench.run(181)
    before = len(bench.records(Reading))
    bench.run(60)
    readings = bench.records(Reading)[before:]
    assert len(readings) == 12
    assert {reading.interval_s for reading in readings} == {5.0}


def test_on_a_fast_clock_no_reading_comes_more_often_than_once_a_real_second(tmp_path: Path) -> None:
    bench = BoxBench(tmp_path, clock=FakeClock(rate=60.0), desired=station())
    bench.river.stage_cm = 130.0
    bench.run(10)
    readings = bench.records(Reading)
    assert len(readings) == 10
    assert {reading.interval_s for reading in readings} == {60.0}
    bench.close()


def test_the_loop_sleeps_until_something_is_due(bench: BoxBench) -> None:
    bench.process.go_round()
    assert bench.process.wait_s() == 1.0


def test_a_rise_to_awas_sounds_the_siren_with_no_hub_at_all(bench: BoxBench) -> None:
    bench.run(61)
    bench.river.stage_cm = HIGH_CM
    bench.run(121)
    level = bench.records(Level)[-1]
    siren = bench.records(Siren)[-1]
    assert (level.severity, siren.on) == (3, True)
    assert siren.decision_id == level.decision_id
    assert bench.is_heard()


def test_the_siren_rests_and_ends_by_itself(bench: BoxBench) -> None:
    bench.river.stage_cm = HIGH_CM
    bench.run(61)
    heard = []
    for _ in range(300):
        bench.run(1)
        heard.append(bench.is_heard())
    assert 175 <= sum(heard) <= 181
    assert not bench.is_heard()
    assert [record.on for record in bench.records(Siren)] == [True, False]


def test_a_restart_sounds_only_what_is_left(tmp_path: Path, clock: FakeClock) -> None:
    first = BoxBench(tmp_path, clock=clock, desired=station())
    first.river.stage_cm = HIGH_CM
    first.run(61)
    first.run(200)
    first.close()
    second = BoxBench(tmp_path, clock=clock, desired=station(), river=first.river)
    second.run(1)
    assert second.is_heard()
    second.run(60)
    assert not second.is_heard()
    assert [record.on for record in second.records(Siren)] == [True, False]
    second.close()


def test_a_restart_keeps_level_decision_and_window(tmp_path: Path, clock: FakeClock) -> None:
    first = BoxBench(tmp_path, clock=clock, desired=station())
    first.river.stage_cm = HIGH_CM
    first.run(61)
    first.close()
    second = BoxBench(tmp_path, clock=clock, desired=station())
    assert second.desk.memory.gauges["g1"].level == first.desk.memory.gauges["g1"].level
    assert second.outbox.boot == first.outbox.boot
    second.close()


def test_what_the_hub_has_is_settled(bench: BoxBench, inbox: Inbox) -> None:
    bench.run(1)
    assert sum(bench.reader.counts().values()) == bench.outbox.next_seq - 1
    inbox.put_marks([Marks(spool=bench.outbox.spool_id, db_epoch="d1a0", high=bench.outbox.next_seq - 1)])
    bench.run(1)
    assert sum(bench.reader.counts().values()) == 0


def test_a_long_backlog_is_settled_at_once_and_not_over_many_seconds(
    tmp_path: Path, clock: FakeClock, inbox: Inbox
) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(sampling_s=Sampling(peace=1.0, flood=1.0)))
    bench.run(700)
    newest = bench.outbox.next_seq - 1
    inbox.put_marks([Marks(spool=bench.outbox.spool_id, db_epoch="d1a0", high=newest)])
    bench.run(1.5)
    assert bench.reader.marks()[0] > newest
    bench.close()


def test_a_desired_state_is_applied_and_told(bench: BoxBench, inbox: Inbox) -> None:
    bench.run(1)
    put(inbox, document(8, g1=station(version=2, sampling_s=Sampling(peace=30.0, flood=5.0))))
    bench.run(2)
    level = bench.records(Level)[-1]
    assert level.cause is not None
    assert (level.cause.code, level.threshold_version) == ("thresholds", 2)
    before = len(bench.records(Reading))
    bench.run(60)
    assert len(bench.records(Reading)) == before + 2


def test_a_changed_quota_moves_the_page_limit_of_the_running_outbox_and_holds_after_a_restart(
    tmp_path: Path, clock: FakeClock, inbox: Inbox
) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station())
    for version, quota_mb, limit_mb in ((8, 12, 6), (9, 8, 4), (10, 1_000, 8), (11, 10, 5)):
        put(inbox, replace(document(version, g1=station()), quota_mb=quota_mb))
        bench.run(2)
        assert bench.outbox.limit_pages == limit_mb * 256
    bench.close()
    again = BoxBench(tmp_path, clock=clock, desired=station())
    assert again.outbox.limit_pages == 5 * 256
    again.close()


def test_a_desired_state_holds_after_a_restart_with_no_inbox(tmp_path: Path, clock: FakeClock) -> None:
    first = BoxBench(tmp_path / "a", clock=clock)
    with Inbox.open(tmp_path / "a" / "inbox.db") as inbox:
        put(inbox, document(8, g1=station(version=2)))
    first.run(1)
    first.close()
    for file in (tmp_path / "a").glob("inbox*"):
        file.unlink()
    second = BoxBench(tmp_path / "a", clock=clock, desired=station(version=1))
    second.run(1)
    desired = second.desk.memory.gauges["g1"].desired
    assert desired is not None
    assert desired.thresholds.version == 2
    second.close()


def test_each_answered_hello_is_followed_by_one_level_record_of_now(bench: BoxBench, inbox: Inbox) -> None:
    bench.run(1)
    before = len(bench.records(Level))
    inbox.note_answered()
    bench.run(5)
    told = bench.records(Level)[before:]
    assert [(level.severity, level.from_severity) for level in told] == [(0, 0)]
    inbox.note_answered()
    bench.run(5)
    assert len(bench.records(Level)) == before + 2


def test_a_test_of_the_siren_is_executed_and_answered_once_also_across_a_restart(
    tmp_path: Path, clock: FakeClock, inbox: Inbox
) -> None:
    first = BoxBench(tmp_path, clock=clock, desired=station())
    command(inbox, clock, seconds=3)
    first.run(2)
    first.run(5)
    first.close()
    second = BoxBench(tmp_path, clock=clock, desired=station())
    second.run(5)
    results = second.records(CommandResult)
    assert [(result.command_id, result.result) for result in results] == [("01JD", "done")]
    assert [record.on for record in second.records(Siren)] == [True, False]
    second.close()


def test_a_test_plays_the_pattern_of_a_test(tmp_path: Path, inbox: Inbox, clock: FakeClock) -> None:
    siren = FakeSiren()
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=siren)
    command(inbox, clock, seconds=10)
    bench.run(2)
    assert siren.pattern is SirenPattern.TEST
    bench.close()


def test_an_expired_command_is_answered_so(bench: BoxBench, inbox: Inbox, clock: FakeClock) -> None:
    command(inbox, clock, command_id="old", lives_s=-1.0)
    command(inbox, clock, command_id="other-boot", boot="boot-0")
    bench.run(2)
    assert [result.result for result in bench.records(CommandResult)] == ["expired", "expired"]
    assert bench.records(Siren) == []


def test_a_broken_driver_is_a_missing_reading_and_is_opened_again(bench: BoxBench) -> None:
    bench.run(1)
    bench.river.is_broken = True
    bench.run(60)
    bench.river.is_broken = False
    bench.run(60)
    readings = bench.records(Reading)
    assert [(reading.flag, reading.reason) for reading in readings][1:] == [(9, "sensor_failed"), (1, "")]
    assert bench.river.opened == 2


def test_the_first_proof_of_the_clock_is_told_by_an_anchor(bench: BoxBench, clock: FakeClock) -> None:
    bench.run(2)
    assert [anchor.step_ms for anchor in bench.records(ClockAnchor)] == [0]
    clock.step_wall(3600)
    bench.run(2)
    assert [anchor.step_ms for anchor in bench.records(ClockAnchor)] == [0, 3_600_000]


def test_without_ntp_records_follow_the_hubs_time(tmp_path: Path, clock: FakeClock, inbox: Inbox) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), kernel=FakeKernel(ntp_err_ms=None))
    zero_ms = clock.now_ms() - clock.up_ms() + 7_200_000
    inbox.put_hub({HUB_ZERO: str(zero_ms), HUB_ZERO_BOOT: "boot-1"})
    bench.run(61)
    clock.step_wall(7_200)  # set right while the uplink is away and lays down nothing new
    bench.run(60)
    for reading in bench.records(Reading)[-2:]:
        assert reading.clock is ClockTrust.HUB
        assert reading.at_ms - reading.up_ms == zero_ms
    bench.close()


def test_the_hubs_time_of_another_boot_is_not_followed(tmp_path: Path, clock: FakeClock, inbox: Inbox) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), kernel=FakeKernel(ntp_err_ms=None))
    inbox.put_hub({HUB_ZERO: "7200000", HUB_ZERO_BOOT: "boot-0"})
    bench.run(61)
    assert bench.records(Reading)[-1].clock is ClockTrust.SAVED
    bench.close()


def test_a_siren_that_cannot_be_opened_is_a_fault_and_the_readings_go_on(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren_fault="Sirene tidak dapat dibuka: pin 99")
    bench.river.stage_cm = HIGH_CM
    bench.run(61)
    assert [(fault.code, fault.active) for fault in bench.records(Fault)] == [("siren_failed", True)]
    assert bench.records(Level)[-1].severity == 3
    bench.close()


def test_a_gauge_whose_time_is_over_ends_by_itself_and_is_started_again(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), ends_real_ms=clock.real_ms())
    stop = Stop()
    bench.process.run(stop)
    assert not stop.is_set()
    bench.close()


def test_a_gauge_of_a_box_that_is_retired_silences_its_siren_and_ends_at_once(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(
        tmp_path, clock=clock, desired=station(), is_to_leave=lambda: bool(told)
    )  # fmt: skip
    told: list[str] = []
    bench.river.stage_cm = HIGH_CM
    bench.run(70)
    assert bench.is_heard()
    assert not bench.process.is_over()
    told.append("retire")
    assert bench.process.is_over()
    stop = Stop()
    bench.process.run(stop)
    assert not stop.is_set()
    assert not bench.is_heard()
    bench.close()


def test_a_gauge_whose_time_is_over_does_not_cut_its_siren_off(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), ends_real_ms=clock.real_ms() + 60_000)
    bench.river.stage_cm = HIGH_CM
    bench.run(70)
    assert bench.is_heard()
    assert not bench.process.is_over()
    bench.run(400)
    assert not bench.is_heard()
    assert bench.process.is_over()
    bench.close()
