from pathlib import Path

import pytest

from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch import receipts
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.storage import alerts, changes, deliveries
from hub.storage.connection import Connection, write
from tests.support.alerts import START_MS, change, hub_database, person


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    connection = hub_database(tmp_path, person("petugas", Role.OFFICER))
    with write(connection):
        desk.on_station_change(connection, change(3), policy=AlertPolicy())
    return connection


def delivery_of(connection: Connection) -> Delivery:
    return deliveries.of_alert(connection, alerts.list_open(connection)[0].alert_id)[0]


def test_looking_changes_nothing(connection: Connection) -> None:
    before = delivery_of(connection)
    found = receipts.look(connection, before.token)
    assert found is not None
    assert (found.recipient_name, found.is_read) == ("Orang petugas", False)
    assert delivery_of(connection) == before


def test_reading_is_noted_once_with_its_first_time(connection: Connection) -> None:
    token = delivery_of(connection).token
    newest = changes.newest_id(connection)
    with write(connection):
        receipts.read(connection, token, now_ms=START_MS + 5000)
        again = receipts.read(connection, token, now_ms=START_MS + 9000)
    assert again is not None
    assert (again.is_read, again.delivery.read_ms) == (True, START_MS + 5000)
    assert [row.kind for row in changes.after(connection, newest, limit=9)] == ["delivery"]


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.WITHDRAWN, DeliveryState.HANDED])
def test_who_has_the_link_has_read_it_whatever_the_channel_said(connection: Connection, state: DeliveryState) -> None:
    delivery = delivery_of(connection)
    with write(connection):
        deliveries.move(connection, delivery.delivery_id, state, at_ms=START_MS)
        receipts.read(connection, delivery.token, now_ms=START_MS + 1)
    assert delivery_of(connection).state is DeliveryState.READ


def test_a_token_that_nobody_was_given_reads_nothing(connection: Connection) -> None:
    with write(connection):
        assert receipts.read(connection, "x" * 22, now_ms=START_MS) is None
    assert receipts.look(connection, "") is None
    assert delivery_of(connection).state is DeliveryState.OWED
