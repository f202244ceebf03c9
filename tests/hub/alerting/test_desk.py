import sqlite3
from pathlib import Path

import pytest

from hub.alerting import people
from hub.alerting.alert import AlertKind, AlertState, EventKind, has_water_fallen
from hub.dispatch.delivery import DeliveryState
from hub.storage import alerts, changes, deliveries
from hub.storage.connection import Connection, write
from tests.support.alerts import START_MS, STATION, decision, hub_database
from tests.support.hours import EVERYBODY, POLICY, Hour


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return hub_database(tmp_path, *EVERYBODY)


@pytest.fixture
def hour(connection: Connection) -> Hour:
    return Hour(connection)


def test_a_rise_opens_an_alert_with_an_id_a_person_can_say(hour: Hour) -> None:
    hour.level(1)
    alert = hour.alert()
    assert alert.alert_id.startswith("A-")
    assert len(alert.alert_id) == 7
    assert not set(alert.alert_id[2:]) & set("01ILOU")
    assert (alert.kind, alert.severity, alert.state, alert.version) == (AlertKind.LEVEL, 1, AlertState.RAISED, 1)
    assert alerts.decisions(hour.connection, alert.alert_id) == [decision()]


def test_a_station_at_normal_opens_nothing(hour: Hour) -> None:
    hour.level(0, decision_id=None)
    hour.level(None, decision_id=None)
    assert alerts.list_open(hour.connection) == []


def test_box_and_hub_share_one_alert_whatever_decision_they_name(hour: Hour) -> None:
    hour.level(1)
    hour.level(2, at_s=60)
    hour.level(2, at_s=70, decision_id=decision(99))
    assert alerts.decisions(hour.connection, hour.alert().alert_id) == [decision(), decision(99)]
    assert hour.history() == [EventKind.RAISED, EventKind.ROSE, EventKind.JOINED]


def test_every_step_has_an_indonesian_sentence_and_the_versions_that_decided(hour: Hour) -> None:
    hour.level(2)
    (event,) = alerts.events(hour.connection, hour.alert().alert_id)
    assert event.why == "Siaga: 3 dari 5 bacaan di atas 170 cm"
    assert (event.rule_version, event.threshold_version, event.by_whom) == ("1", 3, "aturan")
    assert event.inputs is not None


def test_every_step_tells_the_pages(hour: Hour) -> None:
    hour.level(1)
    (told,) = changes.after(hour.connection, 0, limit=10)
    assert (told.kind, told.ref) == ("alert", hour.alert().alert_id)


def test_awas_goes_at_once_to_officers_lurah_and_rt(hour: Hour) -> None:
    hour.level(3)
    assert {name: row.due_ms for name, row in hour.deliveries(severity=3).items()} == dict.fromkeys(
        ("petugas", "lurah", "rt-1", "rt-2"), START_MS
    )


def test_siaga_reaches_rt_heads_after_three_minutes(hour: Hour) -> None:
    hour.level(2)
    due = {name: row.due_ms for name, row in hour.deliveries(severity=2).items()}
    assert due == {"petugas": START_MS, "lurah": START_MS + 180_000, "rt-1": START_MS + 180_000}


def test_siaga_reaches_rt_heads_on_one_tap(hour: Hour) -> None:
    hour.level(2)
    with write(hour.connection):
        count = people.tell_rt_now(hour.connection, hour.alert().alert_id, by="Ibu Sari", now_ms=START_MS + 9000)
    assert count == 2
    assert hour.deliveries(severity=2)["rt-1"].due_ms == START_MS + 9000
    assert hour.history()[-1] is EventKind.RT_TOLD


def test_waspada_goes_to_those_who_asked_for_it(hour: Hour) -> None:
    hour.level(1)
    assert set(hour.deliveries(severity=1)) == {"petugas"}


def test_a_rise_withdraws_the_lesser_message_that_still_waits(hour: Hour) -> None:
    hour.level(2)
    hour.level(3, at_s=60)
    assert {name: row.state for name, row in hour.deliveries(severity=2).items()} == dict.fromkeys(
        ("petugas", "lurah", "rt-1"), DeliveryState.WITHDRAWN
    )


def test_the_end_withdraws_what_waits_for_rt_heads(hour: Hour) -> None:
    hour.level(2)
    hour.level(0, at_s=100)
    assert hour.deliveries(severity=2)["rt-1"].state is DeliveryState.WITHDRAWN
    assert hour.deliveries(severity=0) == {}


def test_a_fall_holds_back_what_waits_and_a_new_rise_lets_it_go_with_new_words(hour: Hour) -> None:
    hour.level(2, stage_cm=171.0)
    hour.level(1, at_s=100)
    assert hour.deliveries(severity=2)["rt-1"].due_ms is None
    hour.level(2, at_s=900, stage_cm=199.0)
    again = hour.deliveries(severity=2)["rt-1"]
    assert again.due_ms == START_MS + 900_000 + 180_000
    assert "199 cm" in again.text


def test_the_all_clear_goes_to_everybody_whom_a_warning_may_have_reached(hour: Hour) -> None:
    hour.level(2)
    with write(hour.connection):
        for row in hour.deliveries(severity=2).values():
            if row.recipient_id != "rt-1":
                deliveries.begin(hour.connection, row.delivery_id, next_try_real_ms=0)
    hour.level(0, at_s=200, stage_cm=96.0)
    owed = hour.deliveries(severity=0)
    assert set(owed) == {"petugas", "lurah"}
    assert owed["petugas"].text.startswith("[SELESAI - Normal] Wai Ruhu 1 17:03 WIT: TMA 96 cm.")


def test_awas_is_held_until_a_person_confirms_the_downgrade(hour: Hour) -> None:
    hour.level(3)
    hour.level(1, at_s=3600)
    held = hour.alert()
    assert (held.severity, held.water, has_water_fallen(held)) == (3, 1, True)
    with write(hour.connection):
        people.confirm_downgrade(
            hour.connection, held.alert_id, seen_version=held.version, by="Ibu Sari", now_ms=START_MS, policy=POLICY
        )
    assert (hour.alert().severity, hour.alert().acknowledged_by) == (1, "Ibu Sari")
    assert alerts.events(hour.connection, held.alert_id)[1].why.startswith("air kini di Waspada")


def test_a_downgrade_confirmed_with_the_water_at_normal_ends_the_alert(hour: Hour) -> None:
    hour.level(3)
    with write(hour.connection):
        for row in hour.deliveries(severity=3).values():
            deliveries.begin(hour.connection, row.delivery_id, next_try_real_ms=0)
    hour.level(0, at_s=7200)
    alert = hour.alert()
    with write(hour.connection):
        people.confirm_downgrade(
            hour.connection, alert.alert_id, seen_version=2, by="Ibu Sari", now_ms=START_MS, policy=POLICY
        )
    assert alerts.list_open(hour.connection) == []
    assert set(hour.deliveries(severity=0)) == {"petugas", "lurah", "rt-1", "rt-2"}


def test_an_unacknowledged_awas_escalates_after_one_three_and_five_minutes(hour: Hour) -> None:
    hour.level(3)
    for at_s in (59, 60, 179, 180, 299, 300, 900):
        hour.tick(at_s=at_s)
    texts = [
        (event.at_ms - START_MS, event.why)
        for event in alerts.events(hour.connection, hour.alert().alert_id)
        if event.kind is EventKind.ESCALATED
    ]
    assert texts == [
        (60_000, "belum dikonfirmasi: bunyi dinding diperkeras"),
        (180_000, "belum dikonfirmasi: ketua regu dipanggil"),
        (300_000, "belum dikonfirmasi: piket BPBD dipanggil"),
    ]
    assert hour.deliveries(severity=3)["piket"].text.startswith("BELUM DIKONFIRMASI. [AWAS] Wai Ruhu 1")


def test_an_escalation_that_finds_nobody_says_so(tmp_path: Path) -> None:
    hour = Hour(hub_database(tmp_path))
    hour.level(2)
    hour.tick(at_s=300)
    assert alerts.events(hour.connection, hour.alert().alert_id)[-1].why == (
        "belum dikonfirmasi: ketua regu dipanggil; tidak ada penerima di daftar"
    )


def test_a_tick_that_comes_late_takes_every_step_that_was_due(hour: Hour) -> None:
    hour.level(3)
    hour.tick(at_s=400)
    assert hour.alert().escalation_step == 3


def test_acknowledging_stops_the_escalation(hour: Hour) -> None:
    hour.level(3)
    with write(hour.connection):
        people.acknowledge(hour.connection, hour.alert().alert_id, seen_version=1, by="Pak Yan", now_ms=START_MS)
    hour.tick(at_s=900)
    assert hour.history() == [EventKind.RAISED, EventKind.ACKNOWLEDGED]


def test_a_late_level_says_since_when(hour: Hour) -> None:
    hour.level(3, at_s=1200, since_ms=START_MS + 120_000, is_late=True)
    assert "17:19 WIT (sejak 17:02)" in hour.deliveries(severity=3)["petugas"].text


def test_a_rise_after_the_end_opens_another_alert_even_in_the_same_decision(hour: Hour) -> None:
    hour.level(2)
    hour.level(0, at_s=60)
    hour.level(1, at_s=120)
    rows = hour.connection.execute("SELECT alert_id FROM alert_decisions WHERE decision_id = ?", (decision(),))
    assert len(rows.fetchall()) == 2
    assert hour.alert().severity == 1


def test_a_shelf_ends_by_itself_and_the_alert_must_be_seen_anew(hour: Hour) -> None:
    hour.level(2)
    alert_id = hour.alert().alert_id
    with write(hour.connection):
        people.shelve(
            hour.connection,
            alert_id,
            seen_version=1,
            by="Pak Yan",
            why="uji sensor",
            until_ms=START_MS + 600_000,
            now_ms=START_MS,
            policy=POLICY,
        )
    hour.tick(at_s=400)
    assert hour.alert().escalation_step == 0
    hour.tick(at_s=600)
    assert (hour.alert().shelved_until_ms, hour.alert().version) == (None, 2)
    hour.tick(at_s=900)
    assert hour.alert().escalation_step == 1


def test_a_comment_stands_in_the_history(hour: Hour) -> None:
    hour.level(1)
    with write(hour.connection):
        people.comment(hour.connection, hour.alert().alert_id, by="Pak Yan", text="jembatan aman", now_ms=START_MS)
    event = alerts.events(hour.connection, hour.alert().alert_id)[-1]
    assert (event.by_whom, event.text, event.why) == ("Pak Yan", "jembatan aman", "catatan Pak Yan: jembatan aman")


def test_a_station_cannot_have_two_open_level_alerts_whoever_writes(hour: Hour) -> None:
    hour.level(1)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), write(hour.connection):
        hour.connection.execute(
            "INSERT INTO alerts (alert_id, station_id, kind, severity, peak, state, version, raised_ms)"
            " VALUES ('A-XXXXX', ?, 'level', 1, 1, 'raised', 1, 0)",
            (STATION,),
        )
