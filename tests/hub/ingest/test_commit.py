"""A batch is committed whole, answered after the commit, and nothing in it can harm its neighbours."""

import json
import sqlite3

import pytest

from contract.level.rule import StageReading, Step, step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from contract.messages import Ack
from hub.fleet.standing import Standing, standing
from hub.ingest.decode import Arrived
from hub.rivers import walk
from hub.storage import connection as database
from hub.storage import nodes, records, station_now
from hub.storage.connection import Connection
from hub.storage.errors import DatabaseBusyError
from hub.storage.records import NewRow
from tests.support.hub_worlds import NODE, OTHER_SPOOL, SPOOL, STATION, HubWorld, batch_json, level, reading, record


def ranges(acks: list[Ack]) -> list[tuple[int, int]]:
    return [piece for ack in acks for piece in ack.ranges]


def test_records_are_stored_as_they_came_and_acknowledged(hub: HubWorld) -> None:
    body = (
        b'{"v":1,"spool":"5e0c6f0a1b2c3d4e5f60718293a4b5c6","low":1,"next":2,"records":[{ "seq":1, "boot":17,'
        b'"up_ms":8,"at_ms":9,"clock":"ntp","err_ms":12,"kind":"reading","class":1,"source":"g1","stage_cm":134.6,'
        b'"flag":1,"interval_s":60,"from_the_future":[1,2]}]}'
    )
    (ack,) = hub.say("records", body)
    assert (ack.spool, ack.high, ack.ranges) == (SPOOL, 1, ((1, 1),))
    assert ack.db_epoch == hub.memory.db_epoch
    assert ack.hub_ms == hub.clock.now_ms()
    ((stored,),) = hub.rows("SELECT body FROM records")
    assert stored in body
    assert b"from_the_future" in stored


def test_the_high_mark_does_not_step_over_a_hole(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)], low=1, following=6)
    (ack,) = hub.batch([reading(4), reading(5)], low=3, following=6)
    assert ack.high == 2
    assert ack.ranges == ((4, 5),)
    (ack,) = hub.batch([reading(3)], low=3, following=6)
    assert ack.high == 5


def test_two_batches_of_a_spool_in_one_go_get_one_ack(hub: HubWorld) -> None:
    arrived = [
        Arrived(topic=f"jw/1/up/{NODE}/records", payload=batch_json([reading(seq)]), mid=seq) for seq in (1, 2, 3)
    ]
    acks = hub.say_all(arrived)
    assert [(ack.high, ack.ranges) for ack in acks] == [(3, ((1, 3),))]


def test_more_than_a_hundred_ranges_are_told_in_several_acks(hub: HubWorld) -> None:
    batches = [[reading(4 * n + 2 * k + 1) for k in (0, 1)] for n in range(60)]
    arrived = [
        Arrived(topic=f"jw/1/up/{NODE}/records", payload=batch_json(batch, low=1, following=500), mid=1)
        for batch in batches
    ]
    acks = hub.say_all(arrived)
    assert [len(ack.ranges) for ack in acks] == [100, 20]
    assert ranges(acks) == [(seq, seq) for seq in range(1, 240, 2)]


def test_a_record_that_comes_twice_is_stored_once_and_counted(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)])
    (ack,) = hub.batch([reading(1), reading(2), reading(3)])
    assert ack.ranges == ((1, 3),)
    assert hub.count("records") == 3
    assert hub.counters()["jagawai_records_duplicate_total"] == 2
    assert hub.counters()["jagawai_records_committed_total"] == 3
    assert hub.count("conflicts") == 0


def test_the_same_number_with_other_content_is_kept_and_told_and_the_box_is_still_heard(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([reading(1, 60.0)])
    (ack,) = hub.batch([reading(1, 61.0)])
    assert ack.ranges == ((1, 1),)
    ((seq, stored, offered),) = hub.rows("SELECT seq, stored, offered FROM conflicts")
    assert (seq, json.loads(stored)["stage_cm"], json.loads(offered)["stage_cm"]) == (1, 60.0, 61.0)
    assert standing(hub.connection, NODE) is Standing.LIVE, "a disk that lied in a power cut does it too"
    (fault,) = hub.desk.told("fault")
    assert (fault["node_id"], fault["code"], fault["station_id"]) == (NODE, "clone", STATION)
    (ack,) = hub.batch([reading(2, 62.0)])
    assert ack.high == 2


def test_the_same_conflict_again_is_told_once_and_the_same_conflict_kept_once(hub: HubWorld) -> None:
    hub.batch([reading(1, 60.0)])
    for _ in range(3):
        hub.batch([reading(1, 61.0)])
    assert hub.count("conflicts") == 1
    assert len(hub.desk.told("fault")) == 1


def test_a_number_twice_in_one_batch_is_compared_too(hub: HubWorld) -> None:
    hub.batch([reading(1, 60.0), reading(2), reading(1, 60.0), reading(2, 99.0)])
    assert hub.count("records") == 2
    assert hub.rows("SELECT seq FROM conflicts") == [(2,)]
    assert hub.counters()["jagawai_records_duplicate_total"] == 1


def test_rows_that_memory_does_not_know_of_are_compared_too(hub: HubWorld) -> None:
    hub.batch([reading(1, 60.0), reading(2)])
    with database.write(hub.connection):
        hub.connection.execute("UPDATE spools SET covered = '[]'")
    hub.start()
    hub.batch([reading(1, 61.0), reading(2), reading(3)])
    assert hub.count("records") == 3
    assert hub.rows("SELECT seq FROM conflicts") == [(1,)]


def test_a_broken_record_is_a_dead_letter_and_acknowledged_with_the_others(hub: HubWorld) -> None:
    broken = reading(2) | {"flag": 7}
    (ack,) = hub.batch([reading(1), broken, reading(3)])
    assert (ack.high, ack.ranges) == (3, ((1, 3),))
    assert hub.count("records") == 2
    ((node_id, spool_id, seq, reason, error, payload),) = hub.rows(
        "SELECT node_id, spool_id, seq, reason, error, payload FROM dead_letters"
    )
    assert (node_id, spool_id, seq, reason) == (NODE, SPOOL, 2, "record")
    assert "flag" in error
    assert json.loads(payload) == broken


def test_a_broken_record_that_comes_again_is_not_kept_again(hub: HubWorld) -> None:
    for _ in range(3):
        (ack,) = hub.batch([reading(1) | {"boot": "?"}])
        assert ack.ranges == ((1, 1),)
    assert hub.count("dead_letters") == 1


def test_a_record_without_a_readable_number_is_a_dead_letter_and_not_acknowledged(hub: HubWorld) -> None:
    (ack,) = hub.batch([reading(1), {"seq": "two"}, reading(3)], low=1, following=4)
    assert ack.ranges == ((1, 1), (3, 3))
    assert hub.rows("SELECT seq, reason FROM dead_letters") == [(None, "record")]


def test_what_was_a_dead_letter_is_stored_when_it_can_be_read_later(hub: HubWorld) -> None:
    hub.batch([reading(1) | {"flag": 7}])
    hub.batch([reading(1)])
    assert hub.count("records") == 1
    assert hub.count("conflicts") == 0


def test_a_batch_that_cannot_be_read_is_a_dead_letter(hub: HubWorld) -> None:
    assert hub.say("records", b"{}") == []
    assert hub.rows("SELECT reason, payload FROM dead_letters") == [("batch", b"{}")]
    assert hub.counters()["jagawai_dead_letters_total"] == 1
    assert hub.count("nodes") == 0


def test_an_unknown_kind_is_stored_as_such(hub: HubWorld) -> None:
    (ack,) = hub.batch([record(1, "sonar", depth_m=3)])
    assert ack.ranges == ((1, 1),)
    assert hub.rows("SELECT kind FROM records") == [("sonar",)]


def test_an_empty_batch_is_answered(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    (ack,) = hub.batch([], low=2, following=2)
    assert (ack.high, ack.ranges) == (1, ())


def test_what_a_tombstone_stands_for_is_covered_and_shown_as_a_gap_by_a_rule(hub: HubWorld) -> None:
    tombstone = record(
        9, "tombstone", of_class=2, ranges=[[1, 3], [5, 8]], count=7, reason="quota", first_at_ms=1, last_at_ms=2
    )
    (ack,) = hub.batch([tombstone, reading(4)], low=4, following=10)
    assert ack.high == 9
    assert hub.rows("SELECT first_seq, last_seq, kind, reason FROM gaps") == [
        (1, 3, "policy", "quota"),
        (5, 8, "policy", "quota"),
    ]
    assert "jagawai_record_gaps_total" not in hub.counters()


def test_a_hole_below_low_is_a_loss(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)])
    (ack,) = hub.batch([reading(6), reading(7)])
    assert ack.high == 2
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(3, 5, "loss")]
    assert hub.counters()["jagawai_record_gaps_total"] == 1
    assert hub.rows("SELECT lost, lost_count FROM spools") == [("[[3,5]]", 3)]


def test_a_spool_that_begins_late_gave_its_beginning_to_an_earlier_life_of_the_hub(hub: HubWorld) -> None:
    hub.batch([reading(1041)])
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 1040, "restore")]


def test_a_loss_is_not_believed_while_a_tombstone_may_be_on_its_way(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)], low=1, following=3)
    hub.batch([reading(6)], low=6, following=8)
    assert hub.count("gaps") == 0
    tombstone = record(
        7, "tombstone", of_class=1, ranges=[[3, 5]], count=3, reason="quota", first_at_ms=1, last_at_ms=2
    )
    hub.batch([tombstone], low=7, following=8)
    assert hub.rows("SELECT kind FROM gaps") == [("policy",)]


def test_a_loss_is_believed_when_nothing_moves_for_a_minute(hub: HubWorld) -> None:
    hub.hello()
    hub.batch([reading(1041)], low=1041, following=1044)
    hub.tick(seconds=30)
    assert hub.count("gaps") == 0
    hub.batch([reading(1041)], low=1041, following=1044)  # the box is there and says nothing new
    hub.tick(seconds=31)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 1040, "loss")]


def test_what_was_believed_lost_and_comes_is_no_longer_lost(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    hub.batch([reading(6)])
    hub.batch([reading(3), reading(4)], low=3, following=7)
    assert hub.rows("SELECT first_seq, last_seq FROM gaps") == [(2, 2), (5, 5)]
    assert hub.rows("SELECT lost FROM spools") == [("[[2,2],[5,5]]",)]


def test_after_a_restore_a_hole_is_no_loss(hub: HubWorld) -> None:
    spools = {"gauge": {"spool": SPOOL, "low": 1, "next": 7}}
    hub.hello(spools=spools, applied={"db_epoch": "before", "version": 3})
    hub.batch([reading(6)])
    assert hub.rows("SELECT kind FROM gaps") == [("restore",)]
    assert "jagawai_record_gaps_total" not in hub.counters()


def test_a_new_start_knows_what_is_covered(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)])
    hub.batch([reading(5)], low=3, following=6)
    hub.start()
    (ack,) = hub.batch([reading(3), reading(4)], low=3, following=6)
    assert ack.high == 5


def test_a_node_is_known_from_its_first_word(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    assert hub.rows("SELECT node_id, is_online, first_seen_ms FROM nodes") == [(NODE, 1, hub.clock.now_ms())]


def test_a_command_result_ends_the_command_of_that_box_only(hub: HubWorld) -> None:
    with database.write(hub.connection):
        hub.connection.executemany(
            "INSERT INTO commands (command_id, node_id, kind, site, ttl_s, issued_ms, issued_by)"
            " VALUES (?, ?, 'siren_test', '', 60, 0, 'a')",
            [("c1", NODE), ("c2", "n-other1")],
        )
    done = [record(seq, "command_result", command_id=f"c{seq}", result="done", text="ok") for seq in (1, 2)]
    hub.batch(done)
    assert hub.rows("SELECT command_id, result FROM commands ORDER BY command_id") == [("c1", "done"), ("c2", None)]


def test_a_busy_database_gives_everything_up_and_the_next_try_takes_it(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RETRIES", 3)
    other = database.open(hub.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusyError):
        hub.batch([reading(1)])
    other.execute("COMMIT")
    (ack,) = hub.batch([reading(1)])
    assert ack.high == 1
    assert hub.counters()["jagawai_records_duplicate_total"] == 0


def test_a_rule_that_raises_on_one_value_stops_nothing(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add_station()
    hub.add_station("wai-tomu-1", node_id="n-tomu01")

    def brittle(state: LevelState, read: StageReading, settings: RuleSettings, *, decision_id: str) -> Step:
        if read.stage_cm == 66.0:
            raise ZeroDivisionError("six")
        return step(state, read, settings, decision_id=decision_id)

    monkeypatch.setattr(walk, "step", brittle)
    (ack,) = hub.batch([reading(1, 60.0), reading(2, 66.0), reading(3, 67.0)])
    hub.batch([reading(1, 70.0)], node_id="n-tomu01", spool=OTHER_SPOOL)
    assert ack.ranges == ((1, 3),)
    assert hub.rows("SELECT seq, rule_error FROM records WHERE rule_error IS NOT NULL") == [
        (2, "ZeroDivisionError: six")
    ]
    assert hub.counters()["jagawai_rule_errors_total"] == 1
    assert (hub.now().stage_cm, hub.now().severity, hub.now().rule_error) == (67.0, 0, None)
    assert hub.now("wai-tomu-1").stage_cm == 70.0
    hub.batch([reading(4, 66.0)])
    assert hub.now().rule_error == "ZeroDivisionError: six"
    assert hub.now().severity == 0


def test_an_alert_desk_that_raises_takes_back_its_station_only(hub: HubWorld) -> None:
    hub.add_station()
    hub.batch([reading(1, 60.0)])
    before = hub.rows("SELECT state FROM level_states")
    hub.desk.raises = KeyError("desk")
    (ack,) = hub.batch([reading(2, 61.0), level(3, 3)])
    assert ack.ranges == ((2, 3),)
    assert hub.count("records") == 3
    assert hub.rows("SELECT state FROM level_states") == before
    assert "KeyError" in (hub.now().rule_error or "")
    assert (hub.now().severity, hub.now().stage_cm) == (0, 230.0)
    hub.desk.raises = None
    hub.batch([level(4, 3)])
    assert [change.severity for change in hub.desk.changes] == [0, 3]
    assert hub.now().rule_error is None


def test_a_wrong_statement_of_the_alert_desk_is_its_own_fault_and_not_the_databases(hub: HubWorld) -> None:
    hub.add_station()
    with pytest.raises(sqlite3.OperationalError) as caught:
        hub.connection.execute("SELECT one FROM nowhere")
    hub.desk.raises = caught.value
    (ack,) = hub.batch([reading(1, 60.0)])
    assert ack.high == 1
    assert "nowhere" in (hub.now().rule_error or "")


def test_a_full_disk_concerns_everybody_and_nothing_is_acknowledged(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    (pages,) = hub.rows("PRAGMA page_count")[0]
    hub.connection.execute(f"PRAGMA max_page_count = {pages}")
    batches = [[reading(seq, reason="x" * 400) for seq in range(first, first + 100)] for first in range(2, 2_000, 100)]

    def fill() -> None:
        for batch in batches:
            hub.batch(batch)

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill()
    hub.connection.execute("PRAGMA max_page_count = 1000000")
    known = hub.count("records")
    (ack,) = hub.batch([reading(known + 1)])
    assert ack.high == known + 1


def test_a_record_that_cannot_be_stored_is_found_by_halving_and_set_aside(
    hub: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = records.insert

    def choosy(connection: Connection, rows: list[NewRow]) -> int:
        if any(row[1] == 5 for row in rows):
            raise OverflowError("five")
        return insert(connection, rows)

    monkeypatch.setattr(records, "insert", choosy)
    payloads = [batch_json([reading(seq), reading(seq + 1)], low=1, following=9) for seq in (1, 3, 5, 7)]
    acks = hub.say_all(Arrived(topic=f"jw/1/up/{NODE}/records", payload=one, mid=1) for one in payloads)
    assert sorted(seq for first, last in ranges(acks) for seq in range(first, last + 1)) == list(range(1, 9))
    assert hub.rows("SELECT seq FROM records ORDER BY seq") == [(1,), (2,), (3,), (4,), (6,), (7,), (8,)]
    assert hub.rows("SELECT seq, reason, error FROM dead_letters") == [(5, "store", "OverflowError: five")]


def test_a_hello_that_cannot_be_stored_is_set_aside(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OverflowError("hello")

    monkeypatch.setattr(nodes, "store_hello", refuse)
    assert hub.hello() == []
    assert hub.rows("SELECT reason FROM dead_letters") == [("store",)]
    assert hub.count("spools") == 0


def test_one_change_is_told_for_a_station_and_a_batch(hub: HubWorld) -> None:
    hub.add_station()
    before = hub.count("changes")
    hub.batch([reading(seq) for seq in range(1, 51)])
    stations = hub.rows("SELECT ref, sample_real_ms FROM changes WHERE kind = 'station' AND id > ?", before)
    newest_age_ms = hub.clock.now_ms() - reading(50)["at_ms"]
    assert stations == [(STATION, hub.clock.real_ms() - newest_age_ms)]


def test_readings_of_a_gauge_that_is_bound_nowhere_are_stored_and_that_is_all(hub: HubWorld) -> None:
    hub.batch([reading(1)])
    assert hub.count("records") == 1
    assert station_now.all_now(hub.connection) == []
