"""Ingest in tests: the real process's loop in a thread, against a real broker and a real database."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.clock import Clock, SystemClock
from hub.alerting.policy import AlertPolicy
from hub.broker.keeper import Keeper
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.link import TlsFiles
from hub.ingest.process import BrokerAddress, run
from hub.storage import connection as database
from hub.storage import heartbeats
from hub.storage.connection import Connection
from hub.storage.retention import Retention
from tests.support.brokers import HUB_ID, Broker
from tests.support.desks import RecordingDesk
from tests.support.processes import wait_until


@contextmanager
def running_ingest(
    broker: Broker,
    *,
    database_path: Path,
    desk: AlertDesk | None = None,
    clock: Clock | None = None,
    keeper: Keeper | None = None,
) -> Iterator[Connection]:
    """Run ingest for the length of a `with` block; gives a connection for looking at the database."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            run(
                database_path=database_path,
                broker=BrokerAddress(host=broker.host, port=broker.port, tls=_tls_files(broker)),
                desk=desk or RecordingDesk(),
                policy=AlertPolicy(),
                kept=Retention(),
                dead_letters_limit=10_000,
                clock=clock or SystemClock(),
                stop=stop,
                keeper=keeper,
            )
        except BaseException as problem:
            failures.append(problem)
            raise

    thread = threading.Thread(target=serve, name="ingest")
    thread.start()
    try:
        wait_until(database_path.exists, what="the database")
        connection = wait_until(lambda: _when_it_listens(database_path), what="ingest to listen")
        assert connection is not None
        yield connection
        connection.close()
    finally:
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive(), "ingest did not end"
    assert not failures, failures


def _tls_files(broker: Broker) -> TlsFiles | None:
    if broker.tls is None:
        return None
    pair = broker.tls.client(HUB_ID)
    return TlsFiles(ca=broker.tls.authority.ca_certificate, certificate=pair.certificate, key=pair.key)


def _when_it_listens(database_path: Path) -> Connection | None:
    """Return a connection once ingest has said that it hears boxes."""
    try:
        connection = database.open(database_path)
    except sqlite3.OperationalError:  # as below
        return None
    if _hears_boxes(connection):
        return connection
    connection.close()
    return None


def _hears_boxes(connection: Connection) -> bool:
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'heartbeats'").fetchone()[0]
        beat = heartbeats.all_heartbeats(connection).get("ingest") if tables else None
    except sqlite3.OperationalError:  # ingest is making the file, and holds it whole for a moment
        return False
    return beat is not None and not beat.detail
