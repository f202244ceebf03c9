"""Silence, faults of boxes and trouble of the hub itself at the desk."""

from pathlib import Path

import pytest

from hub.alerting import desk
from hub.alerting.alert import BROKER_CODE, BROKER_FILE_CODE, CLOCK_CODE, AlertKind, EventKind
from hub.storage import alerts, deliveries
from hub.storage.connection import write
from tests.support.alerts import START_MS, hub_database
from tests.support.hours import EVERYBODY, POLICY, Hour


@pytest.fixture
def hour(tmp_path: Path) -> Hour:
    return Hour(hub_database(tmp_path, *EVERYBODY))


def test_silence_keeps_the_last_severity_and_tells_the_officers(hour: Hour) -> None:
    hour.silence(last=2)
    hour.silence(last=2, at_s=60)
    alert = hour.alert()
    assert (alert.kind, alert.severity, alert.why) == (AlertKind.SILENCE, 2, "tidak ada data")
    assert set(hour.deliveries(severity=2)) == {"petugas"}
    assert "tidak mengirim data sejak 16:57 WIT. Status terakhir Siaga" in hour.deliveries(severity=2)["petugas"].text


def test_silence_in_peace_is_shown_but_wakes_nobody(hour: Hour) -> None:
    hour.silence(last=None)
    assert hour.alert().severity == 0
    assert deliveries.of_alert(hour.connection, hour.alert().alert_id) == []


def test_a_voice_ends_the_silence(hour: Hour) -> None:
    hour.silence(last=0)
    hour.voice(at_s=60)
    hour.voice(at_s=70)
    assert alerts.list_open(hour.connection) == []


def test_a_decision_joins_the_open_silence_of_its_station(hour: Hour) -> None:
    hour.silence(last=0)
    hour.level(2, at_s=60)
    alert = hour.alert()
    assert (alert.kind, alert.severity) == (AlertKind.LEVEL, 2)
    assert hour.history() == [EventKind.RAISED, EventKind.ROSE]
    hour.voice(at_s=61)
    assert hour.alert().severity == 2


def test_a_silence_during_a_flood_stands_beside_the_level_alert(hour: Hour) -> None:
    hour.level(3)
    hour.silence(last=3, at_s=300)
    assert [(alert.kind, alert.severity) for alert in alerts.list_open(hour.connection)] == [
        (AlertKind.SILENCE, 3),
        (AlertKind.LEVEL, 3),
    ]
    hour.level(1, at_s=900)
    hour.voice(at_s=900)
    assert [alert.kind for alert in alerts.list_open(hour.connection)] == [AlertKind.LEVEL]


def test_maybe_very_high_counts_as_siaga_and_says_so(hour: Hour) -> None:
    hour.level(1)
    hour.fault("maybe_very_high", active=True, at_s=60)
    alert = hour.alert()
    assert (alert.severity, alert.water, alert.floor) == (2, 1, 2)
    assert "MUNGKIN SANGAT TINGGI" in hour.deliveries(severity=2)["petugas"].text
    hour.fault("maybe_very_high", active=False, at_s=120)
    assert hour.alert().severity == 1


def test_maybe_very_high_alone_opens_and_ends_an_alert(hour: Hour) -> None:
    hour.fault("maybe_very_high", active=False)
    hour.fault("maybe_very_high", active=True)
    hour.fault("maybe_very_high", active=True, at_s=10)
    assert hour.alert().severity == 2
    hour.fault("maybe_very_high", active=False, at_s=20)
    assert alerts.list_open(hour.connection) == []


def test_another_fault_is_its_own_alert_until_it_is_gone(hour: Hour) -> None:
    hour.level(1)
    hour.fault("tamper", active=True)
    hour.fault("tamper", active=True, at_s=10)
    assert [alert.kind for alert in alerts.list_open(hour.connection)] == [AlertKind.LEVEL, AlertKind.FAULT]
    hour.fault("tamper", active=False, at_s=20)
    assert [alert.kind for alert in alerts.list_open(hour.connection)] == [AlertKind.LEVEL]


def test_a_hub_whose_clock_is_behind_is_told_in_words_of_the_clock(hour: Hour) -> None:
    with write(hour.connection):
        desk.on_hub_trouble(
            hour.connection, since_ms=START_MS, why="jam", now_ms=START_MS, policy=POLICY, code=CLOCK_CODE
        )
    assert "Jam pusat data tertinggal" in hour.deliveries(severity=1)["petugas"].text


def test_a_broker_that_has_not_read_whom_to_deny_is_told_in_words_of_its_own_and_ends_so(hour: Hour) -> None:
    with write(hour.connection):
        desk.on_hub_trouble(
            hour.connection, since_ms=START_MS, why="broker", now_ms=START_MS, policy=POLICY, code=BROKER_CODE
        )
        owed = hour.deliveries(severity=1)["petugas"]
        deliveries.begin(hour.connection, owed.delivery_id, next_try_real_ms=0)
        desk.on_hub_well(hour.connection, why="pulih", now_ms=START_MS + 60_000, policy=POLICY, code=BROKER_CODE)
    assert "Broker belum membaca daftar hak" in owed.text
    assert "Broker sudah membaca daftar hak" in hour.deliveries(severity=0)["petugas"].text


def test_a_list_of_the_broker_that_cannot_be_written_is_told_in_words_of_its_own_and_ends_so(hour: Hour) -> None:
    with write(hour.connection):
        desk.on_hub_trouble(
            hour.connection, since_ms=START_MS, why="disk", now_ms=START_MS, policy=POLICY, code=BROKER_FILE_CODE
        )
        owed = hour.deliveries(severity=1)["petugas"]
        deliveries.begin(hour.connection, owed.delivery_id, next_try_real_ms=0)
        desk.on_hub_well(hour.connection, why="pulih", now_ms=START_MS + 60_000, policy=POLICY, code=BROKER_FILE_CODE)
    assert "Pusat tidak dapat menulis daftar hak broker" in owed.text
    assert owed.text.endswith("periksa disk.")
    assert "Pusat dapat menulis daftar hak broker lagi" in hour.deliveries(severity=0)["petugas"].text


def test_trouble_of_the_hub_is_told_to_officers_and_leads_and_ends_with_a_message(hour: Hour) -> None:
    with write(hour.connection):
        desk.on_hub_trouble(hour.connection, since_ms=START_MS, why="diam", now_ms=START_MS + 1, policy=POLICY)
        desk.on_hub_trouble(hour.connection, since_ms=START_MS, why="diam", now_ms=START_MS + 2, policy=POLICY)
    owed = hour.deliveries(severity=1)
    assert set(owed) == {"petugas", "regu"}
    with write(hour.connection):
        for row in owed.values():
            deliveries.begin(hour.connection, row.delivery_id, next_try_real_ms=0)
        desk.on_hub_well(hour.connection, why="pulih", now_ms=START_MS + 60_000, policy=POLICY)
    assert set(hour.deliveries(severity=0)) == {"petugas", "regu"}
