"""What time alone brings: old values, silent stations, other thresholds, roll-ups, a sign of life."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from contract.desired import Desired
from contract.messages import decode_message
from hub.alerting.alert import BROKER_CODE
from hub.broker.keeper import BrokerState
from hub.storage import bindings, heartbeats, rollups, thresholds
from hub.storage import connection as database
from hub.storage.connection import Connection
from tests.support.hub_worlds import NODE, START_MS, STATION, HubWorld, level, reading, version_of


def fresh(hub: HubWorld, seq: int, stage_cm: float | None = 60.0, **values: Any) -> dict[str, Any]:
    """Return a reading measured just now."""
    passed_ms = hub.clock.now_ms() - START_MS
    return reading(seq, stage_cm, at_ms=hub.clock.now_ms(), up_ms=60_000 + passed_ms, **values)


def test_a_value_is_stale_after_three_intervals(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    hub.tick(seconds=180)
    assert not hub.now().is_stale
    hub.tick(seconds=1)
    assert hub.now().is_stale
    assert hub.now().severity == 0
    hub.batch([fresh(hub, 2)])
    assert not hub.now().is_stale


def test_on_a_fast_clock_a_value_is_not_stale_before_ten_real_seconds(tmp_path: Path) -> None:
    hub = HubWorld(tmp_path, rate=60)
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    hub.tick(seconds=590)
    assert not hub.now().is_stale
    hub.tick(seconds=11)
    assert hub.now().is_stale


def test_old_backlog_that_trickles_in_does_not_look_fresh(hub: HubWorld) -> None:
    hub.add_station()
    hub.clock.advance(3600)
    hub.batch([reading(1, at_ms=START_MS)])
    assert hub.now().is_stale
    hub.batch([reading(2, at_ms=START_MS, clock="unsynced")])
    assert not hub.now().is_stale


def test_a_gauge_that_fails_is_stale_though_it_speaks(hub: HubWorld) -> None:
    hub.add_station()
    for seq in range(1, 7):
        hub.clock.advance(60)
        hub.batch([fresh(hub, seq, 60.0 if seq < 2 else None)])
    assert hub.now().is_stale
    assert hub.desk.changes[-1].is_stale


def test_a_last_known_awas_that_goes_stale_stays_awas(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([level(1, 3, at_ms=hub.clock.now_ms())])
    hub.tick(seconds=3600)
    assert (hub.now().severity, hub.now().is_stale, hub.now().is_silent) == (3, True, True)
    (silence,) = hub.desk.told("silence")
    assert (silence["station_id"], silence["last_severity"]) == (STATION, 3)
    assert silence["silent_since_ms"] == START_MS


def test_a_silence_is_told_once_and_ends_with_a_voice(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    for _ in range(5):
        hub.tick(seconds=181)
    assert len(hub.desk.told("silence")) == 1
    hub.batch([fresh(hub, 2)])
    assert len(hub.desk.told("voice")) == 1
    assert not hub.now().is_silent


def test_in_flood_a_gap_of_half_a_minute_is_stale_but_not_yet_silent(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1, interval_s=5)])
    hub.tick(seconds=30)
    assert hub.now().is_stale
    assert hub.desk.told("silence") == []
    hub.tick(seconds=31)
    assert len(hub.desk.told("silence")) == 1


def test_a_station_that_never_spoke_is_not_called_silent(hub: HubWorld) -> None:
    hub.add_station()
    hub.tick(seconds=10_000)
    assert hub.desk.told("silence") == []


def test_a_hub_that_was_away_blames_no_station(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    hub.clock.advance(7200)
    hub.start()
    hub.tick(seconds=1)
    assert hub.now().is_stale
    assert hub.desk.told("silence") == []
    hub.tick(seconds=181)
    assert len(hub.desk.told("silence")) == 1


def test_a_station_without_a_gauge_is_not_called_silent(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    with database.write(hub.connection):
        bindings.end(hub.connection, node_id=NODE, source="g1", now_ms=hub.clock.now_ms())
    hub.tick(seconds=1)
    hub.tick(seconds=10_000)
    assert hub.desk.told("silence") == []


def test_people_are_told_when_the_broker_is_away_for_a_minute_and_when_it_is_back(hub: HubWorld) -> None:
    hub.tick(seconds=1)
    hub.listening_real_ms = None
    for _ in range(12):
        hub.tick(seconds=5)
    assert hub.desk.told("hub_trouble") == []
    hub.tick(seconds=1)
    hub.tick(seconds=1)
    assert len(hub.desk.told("hub_trouble")) == 1
    hub.listening_real_ms = hub.clock.real_ms()
    hub.desk.heard.clear()
    hub.tick(seconds=1)
    hub.tick(seconds=1)
    assert len(hub.desk.told("hub_well")) == 1


def test_an_ingest_that_stood_still_does_not_tell_of_its_own_standstill_afterwards(hub: HubWorld) -> None:
    hub.tick(seconds=1)
    hub.listening_real_ms = None
    hub.tick(seconds=80)
    hub.tick(seconds=1)
    assert hub.desk.told("hub_trouble") == []


def test_a_hub_whose_ticks_are_always_late_still_tells_that_its_broker_is_away(hub: HubWorld) -> None:
    hub.tick(seconds=1)
    hub.listening_real_ms = None
    for _ in range(14):
        hub.tick(seconds=8)
    assert len(hub.desk.told("hub_trouble")) == 1


def test_other_thresholds_act_at_once_on_what_is_known(hub: HubWorld) -> None:
    hub.add_station()
    for seq in range(1, 6):
        hub.batch([reading(seq, 130.0)])
    assert hub.now().severity == 1
    with hub_other_process(hub) as other:
        thresholds.add(other, version_of(STATION, 2, above_cm=-60.0))
    hub.tick(seconds=1)
    assert (hub.now().severity, hub.now().threshold_version) == (2, 2)
    change = hub.desk.changes[-1]
    assert (change.from_severity, change.severity, change.threshold_version) == (1, 2, 2)
    assert change.why == "ambang versi 2 dipakai"


def test_higher_thresholds_take_no_level_away(hub: HubWorld) -> None:
    hub.add_station()
    for seq in range(1, 6):
        hub.batch([reading(seq, 130.0)])
    with hub_other_process(hub) as other:
        thresholds.add(other, version_of(STATION, 2, above_cm=500.0))
    hub.tick(seconds=1)
    assert (hub.now().severity, hub.now().threshold_version) == (1, 2)


def test_thresholds_come_into_force_by_their_time(hub: HubWorld) -> None:
    hub.add_station()
    with hub_other_process(hub) as other:
        thresholds.add(other, version_of(STATION, 2, valid_from_ms=START_MS + 600_000))
    hub.tick(seconds=1)
    hub.batch([fresh(hub, 1)])
    assert hub.now().threshold_version == 1
    hub.tick(seconds=600)
    assert hub.now().threshold_version == 2


def test_other_thresholds_make_a_new_desired_state_for_the_box(hub: HubWorld) -> None:
    hub.add_station()
    with hub_other_process(hub) as other:
        thresholds.add(other, version_of(STATION, 2, above_cm=10.0))
    hub.tick(seconds=1)
    hub.tick(seconds=1)
    ((payload, retained),) = hub.rows("SELECT payload, retained FROM downlink WHERE sent_ms IS NULL")
    document = decode_message(Desired, payload)
    assert retained == 1
    assert document.version == 2
    assert document.sources["g1"].thresholds.version == 2
    assert document.sources["g1"].thresholds.raise_cm == (130.0, 180.0, 230.0)


def test_each_tick_leaves_a_sign_of_life(hub: HubWorld) -> None:
    hub.tick(seconds=1)
    beat = heartbeats.all_heartbeats(hub.connection)["ingest"]
    assert (beat.at_real_ms, beat.at_ms, beat.detail) == (hub.clock.real_ms(), hub.clock.now_ms(), "")
    hub.listening_real_ms = None
    hub.tick(seconds=1)
    assert heartbeats.all_heartbeats(hub.connection)["ingest"].detail == "broker tidak terjangkau"


def test_an_alert_desk_that_raises_does_not_stop_the_tick(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    hub.desk.raises = KeyError("desk")
    hub.tick(seconds=3600)
    assert heartbeats.all_heartbeats(hub.connection)["ingest"].at_ms == hub.clock.now_ms()
    hub.desk.raises = None
    hub.tick(seconds=1)
    assert len(hub.desk.told("silence")) == 1
    assert hub.desk.ticks == 1


def test_readings_are_summed_up_behind_the_ingest(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([reading(seq, float(seq)) for seq in range(1, 121)][:100])
    while hub.ticks.roll_up():
        pass
    hours = rollups.series(
        hub.connection, station_id=STATION, step_s=3600, from_ms=START_MS - 3_600_000, to_ms=START_MS + 36_000_000
    )
    assert sum(bucket.count for bucket in hours) == 100
    assert min(bucket.min_cm or 0 for bucket in hours) == 1.0
    assert max(bucket.max_cm or 0 for bucket in hours) == 100.0


def test_a_tick_forgets_what_is_too_old(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    hub.clock.advance(91 * 24 * 3600)
    hub.batch([reading(2)])
    hub.tick()
    assert hub.rows("SELECT seq FROM records") == [(2,)]


def hub_other_process(hub: HubWorld) -> AbstractContextManager[Connection]:
    """Return a write of another process: its own connection."""
    return database.write(database.open(hub.path))


def test_a_failed_commit_of_one_box_does_not_keep_another_from_being_called_away(hub: HubWorld) -> None:
    hub.hello()
    hub.say("gone", b'{"v":1,"session":"s1"}')
    for _ in range(7):
        hub.tick(seconds=10)
        hub.memory.load(hub.connection)  # as after a commit that failed
    assert hub.rows("SELECT is_online FROM nodes WHERE node_id = ?", NODE) == [(0,)]


def test_commits_that_fail_again_and_again_do_not_put_off_the_silence_of_a_station(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([fresh(hub, 1)])
    for _ in range(7):
        hub.tick(seconds=30)
        hub.memory.load(hub.connection)  # as after a commit that failed
    assert hub.now().is_silent


def test_people_are_told_once_when_the_broker_has_not_read_whom_to_deny_and_when_it_has(hub: HubWorld) -> None:
    for state in (None, BrokerState.UNREAD, BrokerState.UNREAD, BrokerState.WELL, BrokerState.WELL):
        hub.ticks.tick(listening_real_ms=hub.listening_real_ms, durations_s=[], broker=state)
    told = [(what, said["code"]) for what, said in hub.desk.heard if said.get("code") == BROKER_CODE]
    assert told == [("hub_trouble", BROKER_CODE), ("hub_well", BROKER_CODE)]
