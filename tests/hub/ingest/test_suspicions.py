"""What the hub suspects: a gap keeps the name under which it was found, whatever comes after all."""

import json
from typing import Any

from hub.alerting.sms import ONE_PART_SEPTETS
from hub.api.shapes.station import station_values
from hub.fleet import standing
from hub.fleet.standing import Standing
from hub.ingest.watermarks import QUIET_REAL_MS
from hub.storage import connection as database
from hub.storage import meta
from hub.storage.board import stations as board
from tests.support.hub_worlds import NODE, SPOOL, START_MS, HubWorld, reading, record


def hello_with_nothing_left(hub: HubWorld, *, low: int, applied_epoch: str) -> None:
    spools: dict[str, Any] = {"gauge": {"spool": SPOOL, "low": low, "next": 11}}
    hub.hello(spools=spools, applied={"db_epoch": applied_epoch, "version": 1})


def test_a_restore_gap_does_not_become_a_loss_when_part_of_it_comes_after_all(hub: HubWorld) -> None:
    hello_with_nothing_left(hub, low=11, applied_epoch="before the restore")
    hello_with_nothing_left(hub, low=5, applied_epoch=hub.memory.db_epoch)
    hub.batch([reading(5)], low=5, following=11)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 4, "restore"), (6, 10, "restore")]
    assert hub.counters().get("jagawai_record_gaps_total", 0) == 0


def test_a_loss_does_not_become_a_restore_gap_when_part_of_it_comes_after_all(hub: HubWorld) -> None:
    hub.hello()
    hello_with_nothing_left(hub, low=11, applied_epoch=hub.memory.db_epoch)
    hello_with_nothing_left(hub, low=5, applied_epoch="before the restore")
    hub.batch([reading(5)], low=5, following=11)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 4, "loss"), (6, 10, "loss")]


def test_a_loss_is_told_to_the_alerts_with_count_and_numbers(hub: HubWorld) -> None:
    hub.hello()
    hello_with_nothing_left(hub, low=11, applied_epoch=hub.memory.db_epoch)
    (told,) = hub.desk.told("fault")
    assert (told["node_id"], told["code"], told["active"]) == (NODE, "records_lost", True)
    assert told["text"] == "10 catatan dari gauge hilang tanpa keterangan, nomor 1 sampai 10"


def test_a_batch_that_meets_a_new_empty_hub_before_the_hello_is_no_loss_even_for_a_moment(hub: HubWorld) -> None:
    hub.batch([reading(50)], low=50, following=51)  # was on its way when the old database was put aside
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 49, "restore")]
    hello_with_nothing_left(hub, low=51, applied_epoch="")  # a box without a station never had a document
    hub.batch([reading(seq) for seq in range(30, 50)], low=30, following=51)  # what it has kept for a day
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 29, "restore")]
    assert hub.desk.told("fault") == []
    assert "jagawai_record_gaps_total" not in hub.counters()


def test_what_vanishes_after_the_new_hub_has_heard_of_the_spool_is_a_loss(hub: HubWorld) -> None:
    hub.batch([reading(50)], low=50, following=51)
    hub.batch([reading(54)], low=54, following=55)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 49, "restore"), (51, 53, "loss")]
    (told,) = hub.desk.told("fault")
    assert "nomor 51 sampai 53" in told["text"]


def test_after_an_older_copy_was_put_back_only_what_came_before_is_a_restore_gap(hub: HubWorld) -> None:
    hub.batch([reading(1), reading(2)])
    with database.write(hub.connection):
        meta.renew_db_epoch(hub.connection)
    hub.start()
    hub.batch([reading(50)], low=50, following=51)
    hub.start()  # a restart is the same life
    hub.batch([reading(54)], low=54, following=55)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(3, 49, "restore"), (51, 53, "loss")]


def test_a_restore_gap_is_no_incident(hub: HubWorld) -> None:
    hello_with_nothing_left(hub, low=11, applied_epoch="before the restore")
    assert hub.desk.told("fault") == []


def test_a_box_that_drops_off_in_the_middle_of_a_drain_has_lost_nothing_yet(hub: HubWorld) -> None:
    """Its tombstone is still to come, whether it stays away for long or comes back after long."""
    hub.hello(session="s1")
    hub.batch([reading(9)], low=5, following=10)
    hub.say("gone", json.dumps({"v": 1, "session": "s1"}).encode())
    hub.tick(seconds=QUIET_REAL_MS / 1000 + 1)
    hub.tick(seconds=3600)
    hub.hello(session="s2", spools={"gauge": {"spool": SPOOL, "low": 5, "next": 10}})
    hub.tick(seconds=1)
    assert hub.count("gaps") == 0
    hub.tick(seconds=QUIET_REAL_MS / 1000 - 2)
    hub.batch([reading(9)], low=5, following=10)
    hub.tick(seconds=2)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 4, "loss")]


def test_a_person_who_lifted_the_flag_of_a_clone_is_told_when_it_comes_back(hub: HubWorld) -> None:
    for session in ("a", "b", "a", "b"):
        hub.hello(session=session)
    person = database.open(hub.path)
    with database.write(person):
        standing.release(person, NODE, reason="papan diganti", now_ms=START_MS, actor="Ibu Sari")
    person.close()
    for session in ("a", "b", "a", "b"):
        hub.hello(session=session)
    assert [told["code"] for told in hub.desk.told("fault")] == ["clone", "clone"]
    assert standing.standing(hub.connection, NODE) is Standing.QUARANTINED


def test_a_quarantined_box_mutes_its_gauge_and_people_are_told_to_look_with_their_eyes(hub: HubWorld) -> None:
    """Who copied a card can do this on purpose, in a flood."""
    hub.add_station()
    hub.batch([reading(1, at_ms=START_MS)])
    for session in ("a", "b", "a", "b"):
        hub.hello(session=session)
    ((text,),) = [[told["text"]] for told in hub.desk.told("fault") if told["code"] == "clone"]
    assert "pusat TIDAK menerima data kotak ini. Pantau stasiunnya dengan mata." in text
    assert "Lepas: konfirmasi alarm ini setelah salinan dimatikan" in text
    assert len(text) <= ONE_PART_SEPTETS
    hub.batch([reading(2, 240.0)])
    hub.tick(seconds=200)
    assert [told["last_severity"] for told in hub.desk.told("silence")] == [0]
    (row,) = board.stations(hub.connection, now_ms=hub.clock.now_ms())
    shown = station_values(row, now_ms=hub.clock.now_ms(), rate=hub.clock.rate)
    assert (shown["state"], shown["box_standing"], shown["stage_cm"]) == ("lost", "quarantined", 60.0)


def test_a_fault_by_a_clock_that_is_not_trusted_began_when_it_came(hub: HubWorld) -> None:
    fault: dict[str, Any] = {"class": 0, "source": "", "code": "tamper", "active": True, "text": "tutup terbuka"}
    hub.batch([record(1, "fault", clock="saved", at_ms=START_MS - 8 * 3_600_000, **fault)])
    assert hub.desk.told("fault")[0]["at_ms"] == START_MS
