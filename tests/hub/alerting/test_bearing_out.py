"""A person's word for an Awas that the gauge alone may not give: told, kept, given once."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.alerting import desk, people
from hub.alerting.alert import Alert, AlertState, EventKind, has_water_fallen, may_be_borne_out
from hub.alerting.errors import RefusedError, StaleVersion
from hub.alerting.explain import explain
from hub.storage import alerts
from hub.storage.connection import write
from tests.support.alerts import START_MS, changes_of, hub_database
from tests.support.hours import EVERYBODY, POLICY, Hour

SAID_MS = START_MS + 120_000


@pytest.fixture
def hour(tmp_path: Path) -> Hour:
    return Hour(hub_database(tmp_path, *EVERYBODY))


def bear_out(hour: Hour, *, seen_version: int, by: str = "Sari", why: str = "air di lutut") -> Alert:
    with write(hour.connection):
        return people.bear_out(
            hour.connection,
            hour.only().alert_id,
            seen_version=seen_version,
            by=by,
            why=why,
            now_ms=SAID_MS,
            policy=POLICY,
        )


def downgrade(hour: Hour) -> Alert:
    alert = hour.alert()
    with write(hour.connection):
        return people.confirm_downgrade(
            hour.connection, alert.alert_id, seen_version=alert.version, by="Yan", now_ms=SAID_MS, policy=POLICY
        )


def test_a_person_makes_an_awas_of_maybe_very_high_and_everybody_is_told_once(hour: Hour) -> None:
    hour.fault("maybe_very_high", active=True)
    assert set(hour.deliveries(severity=3)) == set()
    after = bear_out(hour, seen_version=1)
    assert (after.severity, after.is_latched, after.state, after.version) == (3, True, AlertState.RAISED, 2)
    assert (after.borne_out_by, after.borne_out_why, after.borne_out_ms) == ("Sari", "air di lutut", SAID_MS)
    told = hour.deliveries(severity=3)
    assert set(told) == {"petugas", "lurah", "rt-1", "rt-2"}
    assert all(message.due_ms == SAID_MS for message in told.values())


def test_the_message_says_that_a_person_stands_for_it_and_gives_no_stage_of_a_failing_gauge(hour: Hour) -> None:
    hour.level(2)
    hour.fault("maybe_very_high", active=True, at_s=60)
    bear_out(hour, seen_version=1)
    message = hour.deliveries(severity=3)["rt-2"]
    for text in (message.text, message.sms):
        assert "SANGAT TINGGI. Dipastikan petugas." in text
        assert "MUNGKIN" not in text
        assert "178" not in text


def test_the_word_is_a_line_of_the_history_with_its_name_and_reason(hour: Hour) -> None:
    hour.fault("maybe_very_high", active=True)
    bear_out(hour, seen_version=1)
    line = alerts.events(hour.connection, hour.alert().alert_id)[-1]
    assert (line.kind, line.by_whom, line.text, line.severity) == (EventKind.BORNE_OUT, "Sari", "air di lutut", 3)
    assert line.why == "Sari memastikan Awas: air di lutut"


@pytest.mark.parametrize("seen_version", [1, 2])
def test_the_same_word_twice_is_one(hour: Hour, seen_version: int) -> None:
    hour.fault("maybe_very_high", active=True)
    first = bear_out(hour, seen_version=1)
    before = len(hour.history()), len(hour.deliveries(severity=3))
    assert bear_out(hour, seen_version=seen_version, by="Yan") == first
    assert (len(hour.history()), len(hour.deliveries(severity=3))) == before


def test_an_awas_by_doubted_readings_is_borne_out_without_telling_anybody_twice(hour: Hour) -> None:
    hour.level(3, is_suspect=True)
    told = len(hour.deliveries(severity=3))
    after = bear_out(hour, seen_version=1)
    assert (after.version, after.borne_out_by, len(hour.deliveries(severity=3))) == (1, "Sari", told)
    hour.tick(at_s=180)
    late = hour.deliveries(severity=3)["regu"]
    assert "Dipastikan petugas." in late.text
    assert "perlu verifikasi" not in late.text


def test_a_siaga_by_doubted_readings_can_be_borne_out_and_a_waspada_cannot(hour: Hour) -> None:
    hour.level(1, is_suspect=True)
    with pytest.raises(RefusedError, match="nothing is in doubt"):
        bear_out(hour, seen_version=1)
    hour.level(2, is_suspect=True, at_s=60)
    assert bear_out(hour, seen_version=2).severity == 3


def test_a_level_that_good_readings_gave_needs_no_word(hour: Hour) -> None:
    hour.level(2)
    with pytest.raises(RefusedError, match="nothing is in doubt") as refused:
        bear_out(hour, seen_version=1)
    assert "Tidak ada yang perlu dipastikan" in refused.value.sentence_id


def test_what_was_not_seen_is_not_borne_out(hour: Hour) -> None:
    hour.level(1)
    hour.fault("maybe_very_high", active=True, at_s=60)
    with pytest.raises(StaleVersion):
        bear_out(hour, seen_version=1)
    assert hour.alert().severity == 2


@pytest.mark.parametrize("why", ["", " \n", "x" * 201])
def test_a_word_without_a_readable_reason_is_refused_and_nothing_is_written(hour: Hour, why: str) -> None:
    hour.fault("maybe_very_high", active=True)
    with pytest.raises(RefusedError, match="a reason"):
        bear_out(hour, seen_version=1, why=why)
    assert (hour.alert().severity, hour.history()) == (2, [EventKind.RAISED])


def test_the_gauge_that_comes_back_low_does_not_take_the_word_away_a_person_does(hour: Hour) -> None:
    hour.fault("maybe_very_high", active=True)
    bear_out(hour, seen_version=1)
    assert not has_water_fallen(hour.alert())
    hour.fault("maybe_very_high", active=False, at_s=300)
    hour.level(0, at_s=310)
    assert (hour.alert().severity, has_water_fallen(hour.alert())) == (3, True)
    over = downgrade(hour)
    assert (over.state, over.borne_out_ms) == (AlertState.RESOLVED, None)


def test_after_a_downgrade_the_doubt_asks_for_a_word_again(hour: Hour) -> None:
    hour.fault("maybe_very_high", active=True)
    bear_out(hour, seen_version=1)
    lowered = downgrade(hour)
    assert (lowered.severity, may_be_borne_out(lowered)) == (2, True)
    with pytest.raises(StaleVersion):
        bear_out(hour, seen_version=1)
    assert bear_out(hour, seen_version=lowered.version).severity == 3


def test_nothing_is_borne_out_that_is_over(hour: Hour) -> None:
    hour.fault("maybe_very_high", active=True)
    hour.fault("maybe_very_high", active=False, at_s=10)
    assert not may_be_borne_out(replace(hour.only(), is_suspect=True))


def test_the_decisions_of_the_level_rule_come_out_the_same_after_a_word(hour: Hour) -> None:
    with write(hour.connection):
        for told in changes_of([100.0, 175.0, 175.0, 175.0, 175.0]):
            desk.on_station_change(hour.connection, told, policy=POLICY)
    hour.fault("maybe_very_high", active=True, at_s=400)
    bear_out(hour, seen_version=hour.alert().version)
    explained = explain(hour.connection, hour.alert().alert_id)
    assert explained is not None
    assert any(line.rerun is not None for line in explained.lines)
    assert explained.differing == []


def test_who_is_called_after_the_water_fell_is_not_told_that_it_is_very_high(hour: Hour) -> None:
    hour.level(3, is_suspect=True)
    bear_out(hour, seen_version=1)
    hour.level(1, at_s=150)
    assert has_water_fallen(hour.alert())
    hour.tick(at_s=300)
    message = hour.deliveries(severity=3)["piket"]
    for text in (message.text, message.sms):
        assert "SANGAT TINGGI" not in text
