"""What the dispatcher still does when another process holds the database and never lets go."""

import asyncio
import random
from pathlib import Path

import pytest

from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch.delivery import DeliveryState
from hub.dispatch.herald import Herald
from hub.dispatch.process import Dispatcher
from hub.dispatch.watch import INGEST, Silence
from hub.storage import connection as database
from hub.storage import deliveries, heartbeats
from hub.storage.connection import write
from tests.support.alerts import START_MS, hub_database, person
from tests.support.channels import ScriptedChannel
from tests.support.clocks import FakeClock

POLICY = AlertPolicy()


@pytest.fixture(autouse=True)
def _soon_out_of_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the lock of the database up after some tries, not after five seconds of them."""
    monkeypatch.setattr(database, "RETRIES", 100)


def herald(channel: ScriptedChannel) -> Herald:
    return Herald(channels={"webhook": channel}, policy=POLICY, clock=FakeClock(now_ms=START_MS))


def test_officers_and_leads_are_told_once_for_each_trouble() -> None:
    channel = ScriptedChannel()
    connection = hub_database(None, *(person(role.value, role) for role in Role))
    speaker = herald(channel)
    for real_s in (59.0, 61.0, 62.0):
        asyncio.run(speaker.tell(connection, Silence(real_s=real_s, since_ms=START_MS)))
    assert sorted(letter.to for letter in channel.taken) == ["Orang lead", "Orang officer"]
    assert channel.taken[0].text.startswith("[PUSAT GANGGUAN] Pusat data tidak menerima data sungai sejak 17:00 WIT")
    speaker.rest()
    asyncio.run(speaker.tell(connection, Silence(real_s=61.0, since_ms=START_MS + 2)))
    assert len(channel.taken) == 4


def test_a_target_that_refuses_keeps_nobody_else_from_being_told() -> None:
    channel = ScriptedChannel()
    channel.refusing = {"http://a"}
    people = [person("a", Role.OFFICER, target="http://a"), person("b", Role.OFFICER, target="http://b")]
    asyncio.run(herald(channel).tell(hub_database(None, *people), Silence(real_s=61.0, since_ms=START_MS)))
    assert [letter.to for letter in channel.taken] == ["Orang b"]


class Locked:
    """A dispatcher beside an ingest that stopped inside a transaction."""

    def __init__(self, folder: Path) -> None:
        self.ingest = hub_database(folder, person("petugas", Role.OFFICER), person("regu", Role.LEAD))
        self.ingest.execute("BEGIN IMMEDIATE")
        self.clock, self.channel = FakeClock(now_ms=START_MS), ScriptedChannel()
        self.dispatcher = Dispatcher(
            database.open(folder / "hub.db"),
            channels={"webhook": self.channel},
            link_base="http://hub/t/",
            policy=POLICY,
            clock=self.clock,
            chance=random.Random(1),
        )

    def ingest_goes_on(self) -> None:
        self.ingest.execute("ROLLBACK")

    def ingest_beats(self) -> None:
        with write(self.ingest):
            heartbeats.beat(self.ingest, INGEST, real_ms=self.clock.real_ms(), now_ms=self.clock.now_ms())

    def turns(self, count: int) -> None:
        async def turn() -> None:
            for _ in range(count):
                self.clock.advance(1)
                await self.dispatcher.turn()
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        asyncio.run(turn())

    def said(self) -> list[tuple[str, str]]:
        return sorted((letter.to, letter.text.partition("]")[0] + "]") for letter in self.channel.taken)


def test_an_ingest_that_stopped_inside_a_transaction_is_told_all_the_same(tmp_path: Path) -> None:
    room = Locked(tmp_path)
    room.clock.advance(61)
    room.turns(1)
    room.ingest_goes_on()
    assert sorted(letter.to for letter in room.channel.taken) == ["Orang petugas", "Orang regu"]


@pytest.mark.parametrize("turns_before_the_beat", [0, 3])
def test_one_standstill_is_one_notice_and_one_recovery_for_each(tmp_path: Path, turns_before_the_beat: int) -> None:
    room = Locked(tmp_path)
    room.clock.advance(61)
    room.turns(1)
    room.ingest_goes_on()
    room.turns(turns_before_the_beat)
    room.ingest_beats()
    room.turns(5)
    assert room.said() == [
        ("Orang petugas", "[PUSAT GANGGUAN]"),
        ("Orang petugas", "[PUSAT PULIH]"),
        ("Orang regu", "[PUSAT GANGGUAN]"),
        ("Orang regu", "[PUSAT PULIH]"),
    ]
    (alert_id,) = room.ingest.execute("SELECT alert_id FROM alerts WHERE resolved_ms IS NOT NULL").fetchone()
    assert {one.state for one in deliveries.of_alert(room.ingest, alert_id)} == {DeliveryState.HANDED}
