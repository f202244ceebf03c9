from pathlib import Path

import pytest

from hub.alerting import desk, people
from hub.alerting.errors import RefusedError, StaleVersion, UnknownAlertError
from hub.alerting.policy import AlertPolicy
from hub.storage import alerts
from hub.storage.connection import Connection, write
from tests.support.alerts import START_MS, change, hub_database

POLICY = AlertPolicy()


TOO_LONG = "x" * 501


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    connection = hub_database(tmp_path)
    with write(connection):
        desk.on_station_change(connection, change(2), policy=POLICY)
    return connection


def alert_id(connection: Connection) -> str:
    return alerts.list_open(connection)[0].alert_id


def test_an_acknowledgement_has_a_name_a_time_and_a_version(connection: Connection) -> None:
    with write(connection):
        done = people.acknowledge(connection, alert_id(connection), seen_version=1, by="Sari", now_ms=START_MS + 9)
    stored = alerts.one(connection, done.alert.alert_id)
    assert stored is not None
    assert (stored.acknowledged_by, stored.acknowledged_ms, stored.acknowledged_version) == ("Sari", START_MS + 9, 1)
    assert alerts.events(connection, stored.alert_id)[-1].why == "dikonfirmasi oleh Sari"


def test_a_second_acknowledgement_is_told_apart_and_writes_nothing(connection: Connection) -> None:
    with write(connection):
        people.acknowledge(connection, alert_id(connection), seen_version=1, by="Sari", now_ms=START_MS)
        again = people.acknowledge(connection, alert_id(connection), seen_version=1, by="Yan", now_ms=START_MS + 1)
    assert (again.is_new, again.alert.acknowledged_by) == (False, "Sari")
    assert len(alerts.events(connection, again.alert.alert_id)) == 2


def test_an_alert_that_rose_meanwhile_is_not_acknowledged(connection: Connection) -> None:
    with write(connection):
        desk.on_station_change(connection, change(3), policy=POLICY)
    with pytest.raises(StaleVersion) as refused, write(connection):
        people.acknowledge(connection, alert_id(connection), seen_version=1, by="Sari", now_ms=START_MS)
    assert (refused.value.alert.severity, refused.value.alert.version) == (3, 2)
    assert alerts.list_open(connection)[0].acknowledged_ms is None


def test_a_downgrade_is_refused_while_the_water_is_at_awas(connection: Connection) -> None:
    with write(connection):
        desk.on_station_change(connection, change(3), policy=POLICY)
    with pytest.raises(RefusedError, match="the water is at Awas"), write(connection):
        people.confirm_downgrade(
            connection, alert_id(connection), seen_version=2, by="Sari", now_ms=START_MS, policy=POLICY
        )


def test_nothing_can_be_done_to_an_alert_that_is_not_there(connection: Connection) -> None:
    with pytest.raises(UnknownAlertError, match="there is no alert A-00000"), write(connection):
        people.acknowledge(connection, "A-00000", seen_version=1, by="Sari", now_ms=START_MS)


def test_rt_heads_cannot_be_told_when_nothing_waits_for_them(connection: Connection) -> None:
    with pytest.raises(RefusedError, match="nothing waits"), write(connection):
        people.tell_rt_now(connection, alert_id(connection), by="Sari", now_ms=START_MS)


@pytest.mark.parametrize(("text", "said"), [(" ", "belum diisi"), (TOO_LONG, "paling panjang 500 huruf")])
def test_a_comment_without_words_or_with_too_many_is_refused(connection: Connection, text: str, said: str) -> None:
    with pytest.raises(RefusedError, match="a comment") as refused, write(connection):
        people.comment(connection, alert_id(connection), by="Sari", text=text, now_ms=START_MS)
    assert said in refused.value.sentence_id


def test_words_are_taken_whatever_came_since_unless_a_version_is_named(connection: Connection) -> None:
    found = alert_id(connection)
    with write(connection):
        desk.on_station_change(connection, change(3), policy=POLICY)
        people.comment(connection, found, by="Sari", text="jembatan aman", now_ms=START_MS)
    with pytest.raises(StaleVersion), write(connection):
        people.comment(connection, found, by="Sari", text="jembatan aman", now_ms=START_MS, seen_version=1)
    assert [event.text for event in alerts.events(connection, found)][-1] == "jembatan aman"


def test_words_are_taken_after_the_end_too(connection: Connection) -> None:
    found = alert_id(connection)
    with write(connection):
        desk.on_station_change(connection, change(0), policy=POLICY)
        people.comment(connection, found, by="Sari", text="lumpur di RT 003", now_ms=START_MS)
    assert alerts.events(connection, found)[-1].why == "catatan Sari: lumpur di RT 003"
