from pathlib import Path

import pytest

from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch.watch import INGEST, Watch, silence_of
from hub.storage import alerts, deliveries, heartbeats
from hub.storage.connection import Connection, write
from hub.storage.heartbeats import Heartbeat
from tests.support.alerts import START_MS, hub_database, person
from tests.support.clocks import FakeClock

RATE = 60.0


class Room:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.clock = FakeClock(now_ms=START_MS, real_ms=1_000_000, rate=RATE)
        self.watch = Watch(clock=self.clock, policy=AlertPolicy())

    def real_seconds_pass(self, seconds: float) -> None:
        self.clock.advance(seconds * RATE)

    def ingest_beats(self) -> None:
        with write(self.connection):
            heartbeats.beat(self.connection, INGEST, real_ms=self.clock.real_ms(), now_ms=self.clock.now_ms())

    def open_count(self) -> int:
        self.watch.look(self.connection)
        return len(alerts.list_open(self.connection))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(hub_database(tmp_path, person("petugas", Role.OFFICER), person("regu", Role.LEAD)))


def test_a_living_ingest_raises_nothing(room: Room) -> None:
    for _ in range(20):
        room.ingest_beats()
        room.real_seconds_pass(30)
        assert room.open_count() == 0


def test_an_ingest_silent_for_a_minute_of_real_time_is_told_once(room: Room) -> None:
    room.real_seconds_pass(1)
    room.ingest_beats()
    room.real_seconds_pass(60)
    assert room.open_count() == 0
    room.real_seconds_pass(1)
    assert room.open_count() == 1
    assert room.open_count() == 1
    alert = alerts.list_open(room.connection)[0]
    assert (alert.kind, alert.why) == ("hub", "penerima data diam 61 detik")
    assert alert.since_ms == room.clock.now_ms() - round(61_000 * RATE)
    assert {one.recipient_id for one in deliveries.of_alert(room.connection, alert.alert_id)} == {"petugas", "regu"}


def test_the_alarm_ends_when_ingest_lives_again(room: Room) -> None:
    room.real_seconds_pass(61)
    assert room.open_count() == 1
    room.ingest_beats()
    assert room.open_count() == 0


def test_a_restarted_dispatcher_does_not_end_the_alarm_of_the_one_before(room: Room) -> None:
    room.real_seconds_pass(61)
    assert room.open_count() == 1
    room.watch = Watch(clock=room.clock, policy=AlertPolicy())
    room.real_seconds_pass(5)
    assert room.open_count() == 1
    room.ingest_beats()
    assert room.open_count() == 0


def test_nothing_is_raised_before_the_watch_itself_has_run_a_minute(room: Room) -> None:
    room.real_seconds_pass(60)
    assert room.open_count() == 0


def test_a_sign_of_life_of_an_earlier_boot_counts_as_none() -> None:
    clock = FakeClock(real_ms=90_000)
    beat = Heartbeat(process=INGEST, at_real_ms=5_000_000, at_ms=0, detail="")
    assert silence_of(beat, started_real_ms=10_000, clock=clock).real_s == 80.0
