"""Water that comes down in truth and rises again is told again: once for each peak of an alert."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.alerting import people
from hub.alerting.alert import Alert, AlertKind
from hub.alerting.life_cycle import blank, change_level
from hub.api.ledger import ledger_of
from hub.api.shapes.alert import delivery_of
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.storage import alerts, deliveries, station_now
from hub.storage.board import alerts as board_alerts
from hub.storage.board import deliveries as board_deliveries
from hub.storage.connection import write
from hub.storage.station_now import StationNow
from tests.support.alerts import START_MS, STATION, change, hub_database
from tests.support.hours import EVERYBODY, POLICY, Hour


@pytest.fixture
def hour(tmp_path: Path) -> Hour:
    return Hour(hub_database(tmp_path, *EVERYBODY))


def told(hour: Hour, *, peak_no: int, severity: int) -> set[str]:
    rows = deliveries.of_alert(hour.connection, hour.only().alert_id)
    return {row.recipient_id for row in rows if (row.peak_no, row.severity) == (peak_no, severity)}


def acknowledge(hour: Hour, *, at_s: float) -> None:
    alert, now_ms = hour.alert(), START_MS + round(1000 * at_s)
    with write(hour.connection):
        people.acknowledge(hour.connection, alert.alert_id, seen_version=alert.version, by="Yan", now_ms=now_ms)


def confirm_downgrade(hour: Hour, *, at_s: float) -> None:
    alert, now_ms = hour.alert(), START_MS + round(1000 * at_s)
    with write(hour.connection):
        people.confirm_downgrade(
            hour.connection, alert.alert_id, seen_version=alert.version, by="Yan", now_ms=now_ms, policy=POLICY
        )


def last_words(hour: Hour) -> str:
    return alerts.events(hour.connection, hour.only().alert_id)[-1].why


def test_a_second_siaga_of_the_same_alert_is_told_and_escalated_again(hour: Hour) -> None:
    hour.level(2)
    hour.tick(at_s=900)
    acknowledge(hour, at_s=901)
    hour.level(1, at_s=3600)
    hour.level(2, at_s=18_000)
    assert told(hour, peak_no=2, severity=2) == {"petugas", "lurah", "rt-1"}
    hour.tick(at_s=18_900)
    assert told(hour, peak_no=2, severity=2) == {"petugas", "lurah", "rt-1", "regu", "piket"}
    assert last_words(hour) == "belum dikonfirmasi: piket BPBD dipanggil"


def test_awas_after_a_confirmed_downgrade_is_told_to_everybody_again(hour: Hour) -> None:
    hour.level(3)
    hour.level(1, at_s=600)
    confirm_downgrade(hour, at_s=700)
    hour.level(3, at_s=5400)
    everybody = {"petugas", "lurah", "rt-1", "rt-2"}
    assert told(hour, peak_no=1, severity=3) == told(hour, peak_no=2, severity=3) == everybody


def test_water_that_returns_under_the_latch_is_the_same_peak_and_history_says_who_knows_already(hour: Hour) -> None:
    hour.level(3)
    hour.tick(at_s=300)
    hour.level(1, at_s=600)
    hour.level(3, at_s=900)
    assert hour.alert().peak_no == 1
    rows = len(deliveries.of_alert(hour.connection, hour.alert().alert_id))
    hour.tick(at_s=1200)
    assert len(deliveries.of_alert(hour.connection, hour.alert().alert_id)) == rows
    assert last_words(hour) == "belum dikonfirmasi: pesan kepada piket BPBD sudah ada di daftar"


def test_a_failing_gauge_that_comes_and_goes_tells_nobody_twice(hour: Hour) -> None:
    hour.level(1)
    for minute in range(5):
        hour.fault("maybe_very_high", active=minute % 2 == 0, at_s=60 * minute)
    assert hour.alert().peak_no == 1
    assert len(deliveries.of_alert(hour.connection, hour.alert().alert_id)) == 4


def test_water_that_fell_behind_a_failing_gauge_and_rises_again_is_told_again(hour: Hour) -> None:
    hour.level(2)
    hour.fault("maybe_very_high", active=True, at_s=60)
    hour.level(1, at_s=3600)
    hour.fault("maybe_very_high", active=False, at_s=3660)
    hour.level(2, at_s=7200)
    assert told(hour, peak_no=2, severity=2) == {"petugas", "lurah", "rt-1"}


def test_what_waits_from_an_earlier_peak_is_called_back_when_the_next_begins(hour: Hour) -> None:
    hour.level(2)
    hour.level(1, at_s=60)
    hour.level(2, at_s=900)
    rows = deliveries.of_alert(hour.connection, hour.alert().alert_id)
    first = {row.state for row in rows if row.peak_no == 1}
    assert (first, told(hour, peak_no=2, severity=2)) == ({DeliveryState.WITHDRAWN}, {"petugas", "lurah", "rt-1"})


def test_the_call_of_an_earlier_peak_does_not_take_the_call_of_this_one_back(hour: Hour) -> None:
    hour.level(3)
    hour.tick(at_s=180)
    hour.level(1, at_s=600)
    confirm_downgrade(hour, at_s=700)
    hour.level(2, at_s=5400)
    hour.tick(at_s=5700)
    hour.level(3, at_s=5760)
    (call,) = (
        row
        for row in deliveries.of_alert(hour.connection, hour.alert().alert_id)
        if (row.recipient_id, row.peak_no, row.severity) == ("regu", 2, 2)
    )
    assert call.state is DeliveryState.OWED


def test_a_peak_begins_only_at_a_rise_after_a_fall() -> None:
    alert: Alert = blank(alert_id="A-7K3Q9", kind=AlertKind.LEVEL, station_id=STATION, now_ms=0)
    peaks = []
    for severity in (1, 2, 1, 2, 3, 3, 2, 3):
        move = change_level(alert, change(severity), is_new_decision=False, policy=POLICY)
        alert = alert if move is None else move.after
        peaks.append(alert.peak_no)
    assert peaks == [1, 1, 1, 2, 2, 2, 2, 2]


def test_the_wall_counts_each_person_once_and_for_the_present_peak(hour: Hour) -> None:
    hour.level(2)
    read(hour, peak_no=1)
    hour.level(1, at_s=3600)
    hour.level(2, at_s=7200)
    read(hour, peak_no=2, recipient_id="petugas")
    assert states(hour) == {"Orang petugas": "read", "Orang lurah": "owed", "Orang rt-1": "owed"}
    hour.level(3, at_s=7260)
    assert states(hour) == dict.fromkeys(("Orang petugas", "Orang lurah", "Orang rt-1", "Orang rt-2"), "owed")


def test_the_list_of_messages_names_the_peak_of_each(hour: Hour) -> None:
    for severity, at_s in ((2, 0), (1, 3600), (2, 7200)):
        hour.level(severity, at_s=at_s)
    rows = board_deliveries.of_alert(hour.connection, hour.only().alert_id)
    assert [delivery_of(row).peak_no for row in rows if row.recipient_id == "petugas"] == [1, 2]


def test_the_wall_goes_on_counting_who_has_read_when_the_water_returns_under_the_latch(hour: Hour) -> None:
    hour.level(3)
    read(hour, peak_no=1, recipient_id="petugas")
    hour.level(1, at_s=600)
    hour.level(3, at_s=900)
    assert states(hour)["Orang petugas"] == "read"
    assert len(states(hour)) == 4


def read(hour: Hour, *, peak_no: int, recipient_id: str | None = None) -> None:
    def is_meant(row: Delivery) -> bool:
        return row.peak_no == peak_no and recipient_id in {None, row.recipient_id}

    with write(hour.connection):
        for row in deliveries.of_alert(hour.connection, hour.only().alert_id):
            if is_meant(row):
                deliveries.move(hour.connection, row.delivery_id, DeliveryState.READ, at_ms=row.created_ms + 1000)


def states(hour: Hour) -> dict[str, str]:
    row = board_alerts.alert(hour.connection, hour.only().alert_id)
    assert row is not None
    receipts = ledger_of(hour.connection, row, rate=1.0).receipts
    assert len({one.recipient for one in receipts}) == len(receipts)
    return {one.recipient: one.state for one in receipts}


def knows(hour: Hour, **more: object) -> None:
    """Let the station's newest reading be this one."""
    known = StationNow(station_id=STATION, severity=3, stage_cm=109.0, rise_cm=9.0, rise_in_s=300.0)
    with write(hour.connection):
        station_now.save(hour.connection, replace(known, **more))


def test_who_is_called_last_hears_of_the_water_of_now(hour: Hour) -> None:
    hour.level(3, stage_cm=230.0)
    knows(hour, at_ms=START_MS + 300_000, stage_cm=247.0)
    hour.tick(at_s=310)
    assert "17:05 WIT: TMA 247 cm, naik 9 cm/5 mnt" in hour.deliveries(severity=3)["piket"].text


def test_where_nothing_newer_is_known_a_call_tells_the_crossing_without_the_trend_of_another_hour(hour: Hour) -> None:
    hour.level(3, at_s=60, stage_cm=230.0)
    knows(hour, at_ms=START_MS + 60_000, is_stale=True)
    hour.tick(at_s=400)
    assert "17:00 WIT: TMA 230 cm. " in hour.deliveries(severity=3)["piket"].text


def test_a_late_message_names_the_hubs_hour_where_the_boxs_is_doubted(hour: Hour) -> None:
    knows(hour, at_ms=5, is_at_doubted=True, at_hub_ms=START_MS + 1_140_000)
    hour.level(3, at_s=1200, since_ms=START_MS + 120_000, is_late=True)
    assert "17:19 WIT (sejak 17:02)" in hour.deliveries(severity=3)["petugas"].text


def test_a_late_message_says_so_where_nobody_knows_the_hour(hour: Hour) -> None:
    knows(hour, at_ms=5, is_at_doubted=True)
    hour.level(3, at_s=1200, since_ms=START_MS + 120_000, is_late=True)
    assert "17:20 WIT (waktu kejadian tidak pasti)" in hour.deliveries(severity=3)["petugas"].text
