"""What a reading makes of the box, and the records that tell it."""

from collections.abc import Sequence

from contract.level import rule
from contract.level.rule import StageReading, Step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from contract.records import Fault, KnownRecord, Level, Reading, Siren
from edge_agent.alarm.judgement import NO_DATUM, QUALITY_ERROR, RULE_ERROR, Judge, Look
from edge_agent.alarm.siren_programme import is_sounding
from edge_agent.gauges.sensor import Burst
from tests.support.boxes import BOLD, NODE_ID, SPAN, SPOOL_ID, RuleBench, station

AWAS_CM = 230.0


def kinds(records: Sequence[KnownRecord]) -> list[str]:
    return [type(record).__name__ for record in records]


def in_peace() -> RuleBench:
    bench = RuleBench(desired=station())
    for _ in range(3):
        bench.read(30.0)
    return bench


def at_awas() -> RuleBench:
    bench = in_peace()
    bench.read(AWAS_CM)
    bench.read(AWAS_CM)
    assert bench.memory.gauges["g1"].level.severity == 3
    return bench


def test_a_reading_carries_distance_stage_flag_and_interval() -> None:
    bench = RuleBench(desired=station())
    bench.read(30.0, interval_s=60.0)
    reading = bench.told[0]
    assert isinstance(reading, Reading)
    assert (reading.stage_cm, reading.distance_mm, reading.interval_s) == (30.0, 3700, 60.0)


def test_the_first_reading_is_told_with_a_level_and_the_next_like_it_alone() -> None:
    bench = RuleBench(desired=station())
    assert kinds(bench.read(30.0)) == ["Reading", "Level"]
    assert kinds(bench.read(30.0)) == ["Reading"]


def test_a_rise_is_named_by_the_level_record_right_behind_its_reading() -> None:
    bench = in_peace()
    bench.read(AWAS_CM)
    reading, level = bench.read(AWAS_CM)[:2]
    assert isinstance(reading, Reading)
    assert isinstance(level, Level)
    assert level.seq == reading.seq + 1
    assert level.decision_id == f"{NODE_ID}/{SPOOL_ID}/{level.seq}"
    assert (level.severity, level.from_severity, level.suspect) == (3, 0, False)
    assert level.why == "2 dari 3 bacaan di atas 220 cm"


def test_awas_of_good_quality_sounds_the_siren_in_the_same_transaction() -> None:
    bench = in_peace()
    bench.read(AWAS_CM)
    records = bench.read(AWAS_CM)
    assert kinds(records) == ["Reading", "Level", "Siren"]
    siren, level = records[2], records[1]
    assert isinstance(siren, Siren)
    assert isinstance(level, Level)
    assert (siren.on, siren.trigger, siren.severity, siren.decision_id) == (True, "level", 3, level.decision_id)


def test_one_reading_at_awas_sounds_nothing() -> None:
    bench = in_peace()
    bench.read(AWAS_CM)
    assert not is_sounding(bench.memory.siren)


def test_a_suspect_awas_is_told_and_does_not_sound() -> None:
    # The usual limits: a jump of 40 cm between two readings is doubted for five minutes.
    bench = RuleBench(Judge(clock_rate=1.0), desired=station(raise_cm=(40.0, 50.0, 60.0)))
    for _ in range(3):
        bench.read(30.0)
    for _ in range(6):
        bench.read(72.0)
    level = bench.memory.gauges["g1"].level
    assert (level.severity, level.is_suspect) == (3, True)
    assert not is_sounding(bench.memory.siren)


def test_a_missing_value_holds_the_level_and_the_siren() -> None:
    bench = at_awas()
    for _ in range(3):
        bench.read(None)
    assert bench.memory.gauges["g1"].level.severity == 3
    assert is_sounding(bench.memory.siren)


def test_a_lost_echo_is_a_reading_without_a_value() -> None:
    bench = in_peace()
    (reading,) = bench.read(None)
    assert isinstance(reading, Reading)
    assert (reading.stage_cm, reading.flag, reading.reason) == (None, 9, "no_echo")


def test_a_driver_that_failed_is_named_in_the_reason() -> None:
    bench = in_peace()
    (reading,) = bench.read(None, sensor_fault="sensor_failed")
    assert isinstance(reading, Reading)
    assert (reading.flag, reading.reason) == (9, "sensor_failed")


def test_failing_readings_while_rising_are_told_to_people_once_and_taken_back_once() -> None:
    bench = RuleBench(desired=station())
    for stage_cm in (30.0, 40.0, 50.0, 60.0):
        bench.read(stage_cm, interval_s=60.0)
    failing = [record for _ in range(5) for record in bench.read(None, interval_s=60.0)]
    back = bench.read(70.0, interval_s=60.0)
    faults = [record for record in (*failing, *back) if isinstance(record, Fault)]
    assert [(fault.code, fault.active, fault.record_class) for fault in faults] == [
        ("maybe_very_high", True, 0),
        ("maybe_very_high", False, 0),
    ]
    assert faults[0].stage_cm == 60.0
    assert faults[0].text == "Mungkin sangat tinggi: bacaan gagal saat air naik; bacaan layak terakhir 60,0 cm"
    assert not is_sounding(bench.memory.siren)


def test_before_any_station_is_known_the_distance_is_written_and_no_level() -> None:
    bench = RuleBench()
    (reading,) = bench.read(30.0)
    assert isinstance(reading, Reading)
    assert (reading.stage_cm, reading.distance_mm, reading.flag, reading.reason) == (None, 3700, 2, NO_DATUM)


def raising_at(poison_cm: float) -> Judge:
    def level_rule(state: LevelState, reading: StageReading, settings: RuleSettings, *, decision_id: str) -> Step:
        if reading.stage_cm == poison_cm:
            raise ZeroDivisionError("poisoned value")
        return rule.step(state, reading, settings, decision_id=decision_id)

    return Judge(clock_rate=1.0, limits=BOLD, level_rule=level_rule)


def test_a_rule_that_raises_on_one_value_loses_no_reading_and_is_told_once() -> None:
    bench = RuleBench(raising_at(66.0), desired=station())
    bench.read(30.0)
    first, again = bench.read(66.0), bench.read(66.0)
    assert kinds(first) == ["Reading", "Fault"]
    assert kinds(again) == ["Reading"]
    fault = first[1]
    assert isinstance(fault, Fault)
    assert (fault.code, fault.active, fault.record_class) == (RULE_ERROR, True, 0)
    assert "poisoned value" in fault.text


def test_after_a_rule_error_everything_else_goes_on() -> None:
    bench = RuleBench(raising_at(66.0), desired=station())
    bench.read(30.0)
    bench.read(66.0)
    assert kinds(bench.read(AWAS_CM)) == ["Reading", "Fault"]
    assert kinds(bench.read(AWAS_CM)) == ["Reading", "Level", "Siren"]


def test_a_quality_control_that_raises_loses_no_reading_either() -> None:
    bench = in_peace()
    page = bench.page()
    look = Look(burst=Burst(distances_mm=("torn",)), span=SPAN, interval_s=5.0)  # type: ignore[arg-type]
    bench.memory = bench.judge.take_reading(bench.memory, page, source="g1", look=look)
    reading, fault = bench.tell(page)
    assert isinstance(reading, Reading)
    assert isinstance(fault, Fault)
    assert (reading.stage_cm, reading.flag, reading.reason) == (None, 4, QUALITY_ERROR)
    assert (fault.code, fault.active) == (QUALITY_ERROR, True)
    assert kinds(bench.read(30.0)) == ["Reading", "Fault"]
