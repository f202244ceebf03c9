"""The hub's levels: stepped on what is newer, adopted from boxes, agreed with them by any order of delivery."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.level.rule import StageReading, step
from contract.level.settings import Persistence, RuleSettings, Thresholds
from contract.level.state import LevelState
from hub.alerting.inputs import decode_inputs, encode_state, rerun
from hub.storage import bindings, stations
from hub.storage import connection as database
from tests.support.hub_worlds import (
    CLEAR_CM,
    NODE,
    OTHER_SPOOL,
    RAISE_CM,
    SPOOL,
    START_MS,
    STATION,
    HubWorld,
    level,
    reading,
)

RULE = RuleSettings(thresholds=Thresholds(version=1, raise_cm=RAISE_CM, clear_cm=CLEAR_CM))
FLOOD_CM = (60.0, 125.0, 130.0, 175.0, 180.0, 225.0, 230.0, 226.0, 100.0, 60.0)


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    world = HubWorld(tmp_path)
    world.add_station()
    return world


class Gauge:
    """A box's gauge process: readings, and a level record whenever the rule speaks."""

    def __init__(self) -> None:
        self.state = LevelState()
        self.seq = 0
        self.records: list[dict[str, Any]] = []

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def read(self, stage_cm: float | None, *, minutes: int = 1) -> None:
        seq = self._next()
        up_ms = (self.records[-1]["up_ms"] if self.records else 0) + minutes * 60_000
        told = reading(seq, stage_cm, up_ms=up_ms, at_ms=START_MS + up_ms)
        self.records.append(told)
        stage = StageReading(stage_cm, told["flag"], 60, 1, up_ms, told["at_ms"], seq)
        done = step(self.state, stage, RULE, decision_id=f"{NODE}/{SPOOL}/{seq + 1}")
        self.state = done.state
        if done.cause is not None:
            self.tell(cause=msgspec.to_builtins(done.cause), why="berubah", before=done.from_severity)

    def tell(self, *, cause: dict[str, Any] | None = None, why: str = "keadaan", before: int | None = None) -> None:
        newest = self.records[-1]
        self.records.append(
            level(
                self._next(),
                self.state.severity,
                up_ms=newest["up_ms"],
                at_ms=newest["at_ms"],
                since_ms=self.state.since_ms,
                stage_cm=newest["stage_cm"],
                flag=newest["flag"],
                state=msgspec.to_builtins(self.state),
                decision_id=self.state.decision_id,
                cause=cause or {"code": "state"},
                why=why,
            )
            | {"from": before if cause else self.state.severity}
        )


def kept_state(hub: HubWorld) -> LevelState:
    ((body,),) = hub.rows("SELECT state FROM level_states")
    return msgspec.json.decode(body, type=LevelState)


def flooded() -> Gauge:
    gauge = Gauge()
    for stage_cm in FLOOD_CM:
        gauge.read(stage_cm)
    return gauge


def test_the_hub_steps_the_rule_by_itself(hub: HubWorld) -> None:
    gauge = flooded()
    hub.batch([one for one in gauge.records if one["kind"] == "reading"])
    assert [change.severity for change in hub.desk.changes] == [0, 1, 2, 3]
    state = kept_state(hub)
    assert (state.severity, state.decision_id) == (gauge.state.severity, gauge.state.decision_id)


def test_level_records_change_nothing_where_the_hub_has_come_to_the_same(hub: HubWorld) -> None:
    gauge = flooded()
    hub.batch(gauge.records)
    assert [change.severity for change in hub.desk.changes] == [0, 1, 2, 3]
    assert len({change.decision_id for change in hub.desk.changes if change.severity}) == 1


def test_a_level_record_alone_is_enough(hub: HubWorld) -> None:
    gauge = flooded()
    hub.batch([one for one in gauge.records if one["kind"] == "level"])
    assert [change.severity for change in hub.desk.changes] == [0, 1, 2, 3]
    assert hub.desk.changes[-1].why == "berubah"
    assert hub.desk.changes[-1].decided_ms == [one for one in gauge.records if one["kind"] == "level"][-1]["at_ms"]


def test_older_readings_are_stored_and_never_stepped(hub: HubWorld) -> None:
    gauge = flooded()
    hub.batch([gauge.records[-1]])
    state, changes = kept_state(hub), len(hub.desk.changes)
    hub.batch(gauge.records[:-1])
    assert kept_state(hub) == state
    assert len(hub.desk.changes) == changes
    assert hub.count("records") == len(gauge.records)


def test_each_decision_can_be_run_again_to_the_same_bytes(hub: HubWorld) -> None:
    hub.batch(flooded().records[:9])
    hub.batch([level(40, 3), reading(41, 60.0)])
    assert {json.loads(change.inputs)["act"] for change in hub.desk.changes} == {"step", "adopt"}
    for change in hub.desk.changes:
        assert encode_state(rerun(decode_inputs(change.inputs)).state) == change.after


def test_a_level_record_without_a_state_is_taken_at_its_word(hub: HubWorld) -> None:
    hub.batch([level(5, 3)])
    assert (hub.now().severity, hub.now().decision_id) == (3, f"{NODE}/{SPOOL}/5")
    assert hub.now().stage_cm == 230.0


def test_a_state_without_severity_never_takes_one_away(hub: HubWorld) -> None:
    hub.batch([level(1, 3)])
    hub.batch([level(2, None, since_ms=None, state={"threshold_version": 1, "boot": 1})])
    assert hub.now().severity == 3
    assert len(hub.desk.changes) == 1


def test_a_new_spool_keeps_severity_and_decision_and_empties_the_window(hub: HubWorld) -> None:
    gauge = flooded()
    hub.batch(gauge.records[:8])
    before = hub.now()
    hub.batch([reading(1, 228.0)], spool=OTHER_SPOOL)
    after = hub.now()
    assert (after.severity, after.since_ms, after.decision_id) == (
        before.severity,
        before.since_ms,
        before.decision_id,
    )
    states = [json.loads(body) for (body,) in hub.rows("SELECT state FROM level_states ORDER BY spool_no")]
    assert [len(state["window"]) for state in states] == [5, 1]


def test_a_spool_that_was_followed_by_another_is_never_stepped_again(hub: HubWorld) -> None:
    hub.batch([reading(1, 60.0)])
    hub.batch([reading(1, 61.0)], spool=OTHER_SPOOL)
    hub.batch([reading(2, 230.0), level(3, 3)])
    assert (hub.now().stage_cm, hub.now().severity) == (61.0, 0)


def test_a_spool_that_a_hello_has_put_in_the_past_is_never_stepped_again(hub: HubWorld) -> None:
    hub.hello()
    hub.batch([reading(1, 60.0)])
    hub.hello(spools={"gauge": {"spool": OTHER_SPOOL, "low": 1, "next": 1}})
    hub.batch([reading(2, 230.0), level(3, 3)])
    assert (hub.now().stage_cm, hub.now().severity) == (60.0, 0)
    assert hub.count("records") == 3


def test_a_new_gauge_at_the_station_goes_on_from_where_the_old_one_stood(hub: HubWorld) -> None:
    hub.batch(flooded().records[:8])
    before = hub.now()
    with database.write(database.open(hub.path)) as other:
        bindings.bind(other, node_id="n-box002", source="g2", station_id=STATION, now_ms=hub.clock.now_ms())
    hub.tick(seconds=1)
    hub.batch([reading(1, 227.0, source="g2")], node_id="n-box002", spool=OTHER_SPOOL)
    assert (hub.now().severity, hub.now().since_ms, hub.now().node_id) == (before.severity, before.since_ms, "n-box002")
    hub.batch([reading(20, 60.0)])
    assert hub.now().stage_cm == 227.0


def test_the_levels_are_known_after_a_new_start(hub: HubWorld) -> None:
    hub.batch(flooded().records[:8])
    state, now = kept_state(hub), hub.now()
    hub.start()
    hub.batch(flooded().records[:8])
    assert kept_state(hub) == state
    assert hub.now() == now


def test_a_box_with_other_thresholds_is_judged_by_the_hubs(hub: HubWorld) -> None:
    gauge = flooded()
    told = [one | {"threshold_version": 7} for one in gauge.records if one["kind"] == "level"]
    told = [one | {"state": one["state"] | {"threshold_version": 7}} for one in told]
    hub.batch(told)
    assert (hub.now().severity, hub.now().box_threshold_version, hub.now().threshold_version) == (3, 7, 1)
    assert hub.desk.changes[-1].why == "ambang versi 1 dipakai"


def test_a_box_that_does_not_know_the_new_persistence_yet_gives_no_all_clear(hub: HubWorld) -> None:
    gauge = Gauge()
    for stage_cm in (100.0, 100.0, 180.0, 100.0, 100.0, 180.0):
        gauge.read(stage_cm)
    hub.batch(gauge.records)
    with database.write(hub.connection):
        told = stations.one(hub.connection, STATION)
        assert told is not None
        stations.save(hub.connection, msgspec.structs.replace(told, persistence=Persistence(need=(1, 1, 1))))
    hub.tick(seconds=1)
    assert hub.now().severity == 2
    gauge.tell()
    hub.batch([gauge.records[-1]])
    assert hub.now().severity == 2
    assert not any(change.decision_ended for change in hub.desk.changes)


def test_a_level_crossed_while_the_link_was_away_is_late(hub: HubWorld) -> None:
    hub.clock.advance(20 * 60)
    hub.hello()
    state_of_now = level(30, 3, at_ms=hub.clock.now_ms(), since_ms=START_MS + 60_000, cause={"code": "state"})
    hub.batch([state_of_now])
    (change,) = hub.desk.changes
    assert change.is_late
    assert change.since_ms == START_MS + 60_000
    assert (change.sample_ms, change.decided_ms) == (START_MS + 60_000, START_MS + 60_000)
    assert change.committed_ms == hub.clock.now_ms()
    assert change.why == "keadaan saat ini, muka air 230 cm"


def test_the_same_notice_is_not_given_twice_when_the_backlog_follows(hub: HubWorld) -> None:
    gauge = flooded()
    hub.clock.advance(20 * 60)
    hub.hello()
    gauge.tell()
    hub.batch([gauge.records[-1]])
    hub.batch([one for one in reversed(gauge.records[:-1]) if one["kind"] == "level"])
    hub.batch([one for one in gauge.records if one["kind"] == "reading"])
    assert [(change.severity, change.is_late) for change in hub.desk.changes] == [(3, True)]


def test_a_level_crossed_now_is_not_late(hub: HubWorld) -> None:
    hub.hello()
    hub.clock.advance(600)
    hub.batch([level(9, 2, at_ms=hub.clock.now_ms(), since_ms=hub.clock.now_ms())])
    assert [change.is_late for change in hub.desk.changes] == [False]


def test_the_rate_of_rise_is_shown_over_its_time(hub: HubWorld) -> None:
    for minute, stage_cm in enumerate([60.0, 61.0, 62.0, 63.0, 64.0, 66.0, 68.0]):
        hub.batch([reading(minute + 1, stage_cm)])
    assert (hub.now().rise_cm, hub.now().rise_in_s) == (7.0, 300.0)


def test_a_station_without_thresholds_shows_its_water_and_has_no_level(hub: HubWorld) -> None:
    with database.write(hub.connection):
        hub.connection.execute("DELETE FROM thresholds")
    hub.memory.load(hub.connection)
    hub.batch([reading(2, 300.0)])
    hub.batch([reading(1, 10.0)])
    assert (hub.now().stage_cm, hub.now().severity) == (300.0, None)


def test_a_missing_reading_shows_as_missing_and_holds_the_level(hub: HubWorld) -> None:
    gauge = flooded()
    hub.batch(gauge.records[:8])
    severity = hub.now().severity
    hub.batch([reading(30, None, reason="no_echo")])
    assert (hub.now().stage_cm, hub.now().flag, hub.now().reason) == (None, 9, "no_echo")
    assert hub.now().severity == severity


ORDERS = st.lists(st.tuples(st.sampled_from([40.0, 90.0, 125.0, 175.0, 230.0, None]), st.integers(1, 5)), max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(water=ORDERS, chance=st.randoms(use_true_random=False))
def test_box_and_hub_agree_once_everything_has_come(
    tmp_path_factory: pytest.TempPathFactory, water: list[tuple[float | None, int]], chance: random.Random
) -> None:
    gauge = Gauge()
    for stage_cm, minutes in water:
        gauge.read(stage_cm, minutes=minutes)
    gauge.read(50.0)
    hub = HubWorld(tmp_path_factory.mktemp("hub"))
    hub.add_station()
    cut = chance.randint(0, len(gauge.records))
    live, backlog = gauge.records[:cut], gauge.records[cut:]
    for one in live:
        hub.batch([one])
    gauge.tell()
    hub.hello()
    hub.batch([gauge.records[-1]])
    alerts = [one for one in backlog if one["class"] == 0]
    readings = [one for one in backlog if one["class"] == 1]
    for one in [*reversed(alerts), *readings]:
        hub.batch([one])
        if chance.random() < 0.2:
            hub.batch([one])
        if chance.random() < 0.1:
            hub.start()
    state = kept_state(hub)
    assert (state.severity, state.since_ms, state.decision_id, state.window) == (
        gauge.state.severity,
        gauge.state.since_ms,
        gauge.state.decision_id,
        gauge.state.window,
    )
    assert hub.count("records") == len(gauge.records)
    hub.connection.close()


def test_a_box_that_lost_its_memory_does_not_end_an_alarm_with_its_first_reading(hub: HubWorld) -> None:
    def told(seq: int, severity: int) -> dict[str, Any]:
        state = {"severity": severity, "threshold_version": 1, "window": [[seq * 60_000, 187.0, False]]}
        return level(seq, severity, state=state, stage_cm=187.0)

    hub.batch([reading(1, 180.0), told(2, 2)])
    hub.batch([reading(1, 187.0, up_ms=60_000), told(2, 0)], spool=OTHER_SPOOL)
    assert hub.now().severity == 2
    hub.start()
    hub.batch([told(3, 0)], spool=OTHER_SPOOL)
    assert hub.now().severity == 2
    hub.batch([told(4, 2)], spool=OTHER_SPOOL)
    hub.batch([told(5, 1)], spool=OTHER_SPOOL)
    assert hub.now().severity == 1
