"""Faults that tell of an event: no box ever says that they are over, so a person ends them by acknowledging."""

from pathlib import Path

import pytest

from hub.alerting import people
from hub.alerting.alert import Alert, AlertState, EventKind
from hub.alerting.errors import StaleVersion
from hub.fleet import standing
from hub.fleet.standing import Standing
from hub.storage import alerts, faults, nodes, standings, station_now
from hub.storage.connection import write
from hub.storage.faults import FaultNow
from hub.storage.station_now import StationNow
from tests.support.alerts import NODE, START_MS, STATION, hub_database
from tests.support.hours import EVERYBODY, Hour


@pytest.fixture
def hour(tmp_path: Path) -> Hour:
    return Hour(hub_database(tmp_path, *EVERYBODY))


def acknowledge(hour: Hour, *, seen_version: int = 1) -> Alert:
    with write(hour.connection):
        return people.acknowledge(
            hour.connection, hour.only().alert_id, seen_version=seen_version, by="Ibu Sari", now_ms=START_MS + 60_000
        ).alert


@pytest.mark.parametrize("code", ["records_lost", "spool_reborn", "clone", "claim_copied"])
def test_an_acknowledgement_ends_an_event(hour: Hour, code: str) -> None:
    hour.fault(code, active=True)
    alert = acknowledge(hour)
    assert (alert.state, alert.resolved_ms) == (AlertState.RESOLVED, START_MS + 60_000)
    assert (alert.acknowledged_by, alert.why) == ("Ibu Sari", "gema hilang saat air naik; diperiksa oleh Ibu Sari")
    assert hour.history() == [EventKind.RAISED, EventKind.ACKNOWLEDGED, EventKind.RESOLVED]
    assert alerts.list_open(hour.connection) == []


def test_an_acknowledgement_does_not_end_what_the_box_will_end_itself(hour: Hour) -> None:
    hour.fault("tamper", active=True)
    assert acknowledge(hour).state is AlertState.ACKNOWLEDGED


def test_an_event_that_happens_again_must_be_seen_anew(hour: Hour) -> None:
    hour.fault("records_lost", active=True)
    hour.fault("records_lost", active=True, at_s=10)
    with pytest.raises(StaleVersion):
        acknowledge(hour)
    assert acknowledge(hour, seen_version=2).state is AlertState.RESOLVED


def test_a_person_who_has_looked_at_a_clone_releases_the_box_and_the_evidence_is_kept(hour: Hour) -> None:
    with write(hour.connection):
        standing.quarantine(hour.connection, NODE, reason="dua papan", now_ms=START_MS)
    hour.fault("clone", active=True)
    assert acknowledge(hour).why.endswith("diperiksa oleh Ibu Sari, tanda: dua papan")
    assert standing.standing(hour.connection, NODE) is Standing.LIVE
    last = standings.history(hour.connection, NODE)[-1]
    assert (last.actor, last.reason) == ("Ibu Sari", "alarm diperiksa oleh Ibu Sari, tanda: dua papan")


def test_the_silence_of_a_station_whose_box_is_quarantined_is_told_as_such(hour: Hour) -> None:
    with write(hour.connection):
        standing.quarantine(hour.connection, NODE, reason="dua papan", now_ms=START_MS)
        station_now.save(hour.connection, StationNow(station_id=STATION, node_id=NODE, severity=2))
    hour.silence(last=2)
    told = hour.deliveries(severity=2)["petugas"]
    assert "Kotaknya dikarantina: pusat menolak datanya" in told.text
    assert "Kotak dikarantina." in told.sms


def test_an_acknowledgement_never_brings_a_revoked_box_back(hour: Hour) -> None:
    with write(hour.connection):
        nodes.add(hour.connection, NODE, now_ms=START_MS)
        standing.revoke(hour.connection, NODE, reason="dicuri", now_ms=START_MS, actor="Ibu Sari")
    hour.fault("clone", active=True)
    acknowledge(hour)
    assert standing.standing(hour.connection, NODE) is Standing.REVOKED


def test_a_new_spool_that_was_seen_no_longer_stands_on_the_row_of_its_box(hour: Hour) -> None:
    with write(hour.connection):
        told = FaultNow(
            node_id=NODE, source="", code="spool_reborn", is_active=True, text="", at_ms=0,
            spool_no=1, boot=1, up_ms=1, seq=1,
        )  # fmt: skip
        faults.store_if_newer(hour.connection, told)
    hour.fault("spool_reborn", active=True)
    acknowledge(hour)
    assert faults.all_active(hour.connection) == []


def test_a_late_rise_without_an_hour_is_told_without_one(hour: Hour) -> None:
    hour.level(3, is_late=True, is_hour_known=False)
    alert = hour.alert()
    assert (alert.since_ms, alert.sample_ms, alert.decided_ms) == (START_MS, None, None)
    assert "17:00 WIT (waktu kejadian tidak pasti)" in hour.deliveries(severity=3)["petugas"].text
