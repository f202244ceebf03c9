"""The whole dispatcher in a thread, with real HTTP receivers, beside another process's connection to the database."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.clock import SystemClock
from hub.alerting import desk
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.demo.inbox import Inbox
from hub.demo.phone import PhoneServer
from hub.dispatch.delivery import DeliveryState
from hub.dispatch.process import run
from hub.dispatch.signature import make_secret
from hub.storage import connection as database
from hub.storage import deliveries, heartbeats
from hub.storage.connection import Connection, write
from tests.support.alerts import change, hub_database, person
from tests.support.processes import free_port, wait_until

POLICY = AlertPolicy(mark="UJI")
CLOCK = SystemClock()


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[PhoneServer]:
    server = PhoneServer(
        port=0, secret=make_secret(tmp_path / "webhook.key"), inbox=Inbox(tmp_path / "phone-inbox.jsonl")
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextlib.contextmanager
def dispatching(folder: Path) -> Iterator[threading.Event]:
    stop = threading.Event()
    codes: list[int] = []

    def work() -> None:
        codes.append(
            run(
                database_path=folder / "hub.db",
                secret_file=folder / "webhook.key",
                public_url="http://127.0.0.1:8080",
                policy=POLICY,
                clock=CLOCK,
                stop=stop,
            )
        )

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(timeout=5)
    assert not thread.is_alive()
    assert codes == [0]


@contextlib.contextmanager
def silent_listener() -> Iterator[str]:
    """Give the URL of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/messages"


def raise_level(connection: Connection, severity: int) -> str:
    with write(connection):
        desk.on_station_change(connection, change(severity, at_ms=CLOCK.now_ms()), policy=POLICY)
    (alert_id,) = connection.execute("SELECT alert_id FROM alerts").fetchone()
    return str(alert_id)


def wait_for_state(connection: Connection, alert_id: str, recipient_id: str, state: DeliveryState) -> None:
    wait_until(
        lambda: any(
            one.state is state for one in deliveries.of_alert(connection, alert_id) if one.recipient_id == recipient_id
        ),
        what=f"the message to {recipient_id} to be {state}",
    )


def test_an_awas_reaches_a_real_receiver_while_another_target_is_dead_and_one_hangs(
    tmp_path: Path, phone: PhoneServer
) -> None:
    with silent_listener() as hanging:
        connection = hub_database(
            tmp_path,
            person("a-hangs", Role.OFFICER, target=hanging),
            person("b-dead", Role.OFFICER, target=f"http://127.0.0.1:{free_port()}/"),
            person("c-phone", Role.OFFICER, target=phone.messages_url),
        )
        with dispatching(tmp_path):
            started_ms = CLOCK.real_ms()
            alert_id = raise_level(connection, 3)
            wait_for_state(connection, alert_id, "c-phone", DeliveryState.HANDED)
            assert CLOCK.real_ms() - started_ms < 2000
            wait_for_state(connection, alert_id, "b-dead", DeliveryState.SENDING)
    (letter,) = phone.inbox.newest_first()
    assert letter.text.startswith("UJI: [AWAS] Wai Ruhu 1")
    assert letter.link.startswith("http://127.0.0.1:8080/t/")


def test_a_message_taken_just_before_a_crash_comes_twice_and_the_phone_shows_one(
    tmp_path: Path, phone: PhoneServer
) -> None:
    connection = hub_database(tmp_path, person("petugas", Role.OFFICER, target=phone.messages_url))
    with dispatching(tmp_path):
        alert_id = raise_level(connection, 3)
        wait_for_state(connection, alert_id, "petugas", DeliveryState.HANDED)
    with write(connection):
        connection.execute("UPDATE deliveries SET state = 'sending', handed_ms = NULL")
    with dispatching(tmp_path):
        wait_for_state(connection, alert_id, "petugas", DeliveryState.HANDED)
    assert [one.attempts for one in deliveries.of_alert(connection, alert_id)] == [2]
    assert len(phone.inbox.newest_first()) == 1


def test_the_dispatcher_ends_at_once_although_a_target_hangs(tmp_path: Path) -> None:
    with silent_listener() as hanging:
        connection = hub_database(tmp_path, person("petugas", Role.OFFICER, target=hanging))
        with dispatching(tmp_path) as stop:
            alert_id = raise_level(connection, 3)
            wait_for_state(connection, alert_id, "petugas", DeliveryState.SENDING)
            started_ms = CLOCK.real_ms()
            stop.set()
        assert CLOCK.real_ms() - started_ms < 3000
    assert [one.state for one in deliveries.of_alert(connection, alert_id)] == [DeliveryState.SENDING]


def test_the_dispatcher_shows_signs_of_life(tmp_path: Path) -> None:
    connection = hub_database(tmp_path)
    before_ms = CLOCK.real_ms()
    with dispatching(tmp_path):
        beats = wait_until(lambda: heartbeats.all_heartbeats(connection), what="a heartbeat")
    assert before_ms <= beats["dispatch"].at_real_ms <= CLOCK.real_ms()


def test_a_first_start_makes_database_and_secret(tmp_path: Path) -> None:
    with dispatching(tmp_path):
        wait_until((tmp_path / "webhook.key").exists, what="the secret")
        wait_until((tmp_path / "hub.db").exists, what="the database")
    assert database.read_only(tmp_path / "hub.db").execute("SELECT count(*) FROM deliveries").fetchone() == (0,)
