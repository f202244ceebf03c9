"""What the hub's words and time make of the box."""

from typing import Any

import msgspec
from msgspec.structs import replace

from contract.desired import Applied, Desired, DesiredSource, Sampling
from contract.messages import Command
from contract.records import CommandResult, Fault, KnownRecord, Level, Siren
from edge_agent.alarm import orders
from edge_agent.alarm.desired import applied_of
from edge_agent.alarm.siren_programme import PROGRAMME_MS, is_sounding
from edge_agent.gauges.quality.state import QualityState
from tests.support.boxes import NODE_ID, SPOOL_ID, RuleBench, document, station

AWAS_CM = 230.0


def bench_at(stage_cm: float, desired: DesiredSource | None = None, *, readings: int = 3) -> RuleBench:
    bench = RuleBench(desired=desired or station())
    for _ in range(readings):
        bench.read(stage_cm)
    return bench


def offer(bench: RuleBench, offered: Desired) -> list[KnownRecord]:
    return offer_raw(bench, applied_of(offered), msgspec.json.encode(offered))


def offer_raw(bench: RuleBench, offered: Applied, body: bytes) -> list[KnownRecord]:
    page = bench.page()
    bench.memory = orders.take_desired(bench.memory, page, offered=offered, body=body, clock_rate=1.0)
    return bench.tell(page)


def order(
    bench: RuleBench, *, command_id: str = "01JD", is_expired: bool = False, has_output: bool = True, **args: Any
) -> list[KnownRecord]:
    command = Command(command_id=command_id, kind="siren_test", site="x", ttl_s=120, hub_ms=0, args=args)
    page = bench.page()
    bench.memory = orders.take_command(
        bench.memory, page, command=command, is_expired=is_expired, has_output=has_output
    )
    return bench.tell(page)


def pass_time(bench: RuleBench, seconds: float) -> list[KnownRecord]:
    bench.up_ms += round(1000 * seconds)
    page = bench.page()
    bench.memory = orders.pass_time(bench.memory, page)
    return bench.tell(page)


def test_an_answered_hello_is_followed_by_the_level_of_now() -> None:
    bench = bench_at(AWAS_CM)
    page = bench.page()
    bench.memory = orders.take_answered_hello(bench.memory, page, answered=4)
    (level,) = bench.tell(page)
    assert isinstance(level, Level)
    assert (level.severity, level.from_severity, level.record_class) == (3, 3, 0)
    assert level.cause is not None
    assert level.cause.code == "state"
    assert (level.stage_cm, level.flag, level.state) == (AWAS_CM, 1, bench.memory.gauges["g1"].level)
    assert bench.memory.answered == 4


def test_an_answered_hello_never_sounds_the_siren() -> None:
    bench = bench_at(AWAS_CM, station(siren=False))
    bench.memory = bench.memory.with_gauge(
        "g1", msgspec.structs.replace(bench.memory.gauges["g1"], desired=station(siren=True))
    )
    bench.memory = orders.take_answered_hello(bench.memory, bench.page(), answered=1)
    assert not is_sounding(bench.memory.siren)


def test_a_box_that_knows_no_station_has_no_level_to_tell() -> None:
    bench = RuleBench()
    page = bench.page()
    orders.tell_levels(bench.memory, page)
    assert page.records == []


def test_new_thresholds_are_told_by_a_level_record_with_their_version() -> None:
    bench = bench_at(130.0, station(version=1))
    (level,) = offer(bench, document(8, g1=station(version=2, raise_cm=(100.0, 150.0, 200.0))))
    assert isinstance(level, Level)
    assert level.cause is not None
    assert (level.cause.code, level.threshold_version, level.why) == ("thresholds", 2, "ambang versi 2 dipakai")
    assert applied_of(bench.memory.document) == Applied(db_epoch="d1a0", version=8)


def test_a_rise_by_new_thresholds_is_named_by_its_own_record() -> None:
    bench = bench_at(90.0)
    (level,) = offer(bench, document(8, g1=station(version=2, raise_cm=(50.0, 80.0, 200.0))))
    assert isinstance(level, Level)
    assert level.decision_id == f"{NODE_ID}/{SPOOL_ID}/{level.seq}"


def test_new_thresholds_alone_never_sound_the_siren_and_the_next_high_reading_does() -> None:
    bench = bench_at(90.0)
    lowered = offer(bench, document(8, g1=station(version=2, raise_cm=(40.0, 60.0, 80.0))))
    assert bench.memory.gauges["g1"].level.severity == 3
    assert not any(isinstance(record, Siren) for record in lowered)
    assert not any(isinstance(record, Siren) for record in bench.read(75.0))
    assert any(isinstance(record, Siren) for record in bench.read(90.0))


def test_the_same_document_again_writes_nothing() -> None:
    bench = bench_at(30.0)
    offer(bench, document(8, g1=station(version=2)))
    before = bench.memory
    assert offer(bench, document(8, g1=station(version=2))) == []
    assert bench.memory == before


def test_other_sampling_alone_judges_nothing_anew() -> None:
    bench = bench_at(130.0)
    changed = station(sampling_s=Sampling(peace=30.0, flood=10.0))
    assert offer(bench, document(8, g1=changed)) == []
    assert bench.memory.gauges["g1"].desired == changed


def test_another_datum_forgets_the_values_and_keeps_the_level() -> None:
    bench = bench_at(AWAS_CM)
    offer(bench, document(8, g1=station(offset_cm=410.0)))
    level = bench.memory.gauges["g1"].level
    assert (level.severity, level.window) == (3, ())


def test_a_gauge_moved_to_another_station_begins_anew_though_its_datum_is_the_same() -> None:
    bench = bench_at(AWAS_CM)
    assert is_sounding(bench.memory.siren)
    moved = msgspec.structs.replace(station(), station="wai-batu-merah-1")
    records = offer(bench, document(8, g1=moved))
    gauge = bench.memory.gauges["g1"]
    assert (gauge.level.severity, gauge.level.decision_id, gauge.level.window) == (None, None, ())
    assert gauge.stage_cm is None
    (level,) = [record for record in records if isinstance(record, Level)]
    assert (level.severity, level.from_severity, level.decision_id) == (None, None, None)
    assert not is_sounding(bench.memory.siren)
    assert not any(isinstance(record, Siren) for record in bench.read(30.0))


def test_a_bad_document_is_refused_once_with_a_fault_and_the_old_one_holds() -> None:
    bench = bench_at(30.0)
    offer(bench, document(8, g1=station(version=2)))
    held = bench.memory.gauges
    offered = Applied(db_epoch="d1a0", version=9)
    (fault,) = offer_raw(bench, offered, b'{"version": 9}')
    assert isinstance(fault, Fault)
    assert (fault.code, fault.active, fault.record_class) == ("desired_refused", True, 2)
    assert offer_raw(bench, offered, b'{"version": 9}') == []
    assert bench.memory.gauges == held
    assert applied_of(bench.memory.document).version == 8


def test_a_good_document_after_a_bad_one_takes_the_fault_back() -> None:
    bench = bench_at(30.0)
    offer_raw(bench, Applied(db_epoch="d1a0", version=9), b"{}")
    records = offer(bench, document(10, g1=station(version=2)))
    assert [record.active for record in records if isinstance(record, Fault)] == [False]


def test_a_station_that_loses_its_siren_is_silenced_and_that_is_told() -> None:
    bench = bench_at(AWAS_CM)
    assert is_sounding(bench.memory.siren)
    records = offer(bench, document(8, g1=station(siren=False)))
    assert [record.on for record in records if isinstance(record, Siren)] == [False]
    assert not is_sounding(bench.memory.siren)


def test_the_end_of_the_programme_is_told_when_time_goes_by() -> None:
    bench = bench_at(AWAS_CM)
    (siren,) = pass_time(bench, PROGRAMME_MS / 1000)
    assert isinstance(siren, Siren)
    assert not siren.on


def test_a_test_sounds_and_is_answered_when_it_is_over() -> None:
    bench = bench_at(30.0)
    (on,) = order(bench, seconds=3)
    assert isinstance(on, Siren)
    assert (on.on, on.trigger, on.severity) == (True, "test", None)
    off, result = pass_time(bench, 3)
    assert isinstance(off, Siren)
    assert isinstance(result, CommandResult)
    assert (off.on, result.command_id, result.result) == (False, "01JD", "done")


def test_a_test_is_executed_once() -> None:
    bench = bench_at(30.0)
    order(bench, seconds=3)
    pass_time(bench, 3)
    assert order(bench, seconds=3) == []


def test_an_expired_test_does_not_sound() -> None:
    bench = bench_at(30.0)
    (result,) = order(bench, is_expired=True)
    assert isinstance(result, CommandResult)
    assert result.result == "expired"
    assert not is_sounding(bench.memory.siren)


def test_a_box_without_a_siren_says_so() -> None:
    (result,) = order(bench_at(30.0), has_output=False)
    assert isinstance(result, CommandResult)
    assert result.result == "failed"


def test_a_test_during_an_alarm_is_refused() -> None:
    (result,) = order(bench_at(AWAS_CM))
    assert isinstance(result, CommandResult)
    assert result.result == "refused"


def test_an_alarm_that_comes_during_a_test_is_the_end_of_it() -> None:
    bench = bench_at(30.0)
    order(bench, seconds=30)
    bench.read(AWAS_CM)
    records = bench.read(AWAS_CM)
    assert [record.result for record in records if isinstance(record, CommandResult)] == ["failed"]
    assert [record.trigger for record in records if isinstance(record, Siren)] == ["level"]


def test_a_restart_during_a_test_answers_it_as_failed_and_does_not_sound_on() -> None:
    bench = bench_at(30.0)
    order(bench, seconds=30)
    page = bench.page()
    bench.memory = orders.begin(bench.memory, page)
    (result,) = page.records
    assert isinstance(result, CommandResult)
    assert result.result == "failed"
    assert not is_sounding(bench.memory.siren)


def test_a_restart_during_an_alarm_sounds_on() -> None:
    bench = bench_at(AWAS_CM)
    bench.memory = orders.begin(bench.memory, bench.page())
    assert is_sounding(bench.memory.siren)


def test_a_box_at_another_station_begins_anew_with_its_quality_too() -> None:
    bench = bench_at(370.0)
    offer(bench, document(8, g1=station(version=2, offset_cm=450.0)))
    assert bench.memory.gauges["g1"].quality.last_good_cm is not None, "another datum is the same water"
    offer(bench, document(9, g1=replace(station(offset_cm=450.0), station="wai-batu-gajah-1")))
    assert bench.memory.gauges["g1"].quality == QualityState()
