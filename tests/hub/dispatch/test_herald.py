"""What the dispatcher still does when another process holds the database and never lets go."""

import asyncio
import random
from pathlib import Path

from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch.herald import Herald
from hub.dispatch.process import Dispatcher
from hub.dispatch.watch import Silence
from hub.storage import connection as database
from tests.support.alerts import START_MS, hub_database, person
from tests.support.channels import ScriptedChannel
from tests.support.clocks import FakeClock

POLICY = AlertPolicy()


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
    speaker.rest(Silence(real_s=1.0, since_ms=START_MS + 1))
    asyncio.run(speaker.tell(connection, Silence(real_s=61.0, since_ms=START_MS + 2)))
    assert len(channel.taken) == 4


def test_a_target_that_refuses_keeps_nobody_else_from_being_told() -> None:
    channel = ScriptedChannel()
    channel.refusing = {"http://a"}
    people = [person("a", Role.OFFICER, target="http://a"), person("b", Role.OFFICER, target="http://b")]
    asyncio.run(herald(channel).tell(hub_database(None, *people), Silence(real_s=61.0, since_ms=START_MS)))
    assert [letter.to for letter in channel.taken] == ["Orang b"]


def test_an_ingest_that_stopped_inside_a_transaction_is_told_all_the_same(tmp_path: Path) -> None:
    people = [person("petugas", Role.OFFICER), person("regu", Role.LEAD)]
    stopped_ingest = hub_database(tmp_path, *people)
    stopped_ingest.execute("BEGIN IMMEDIATE")
    clock, channel = FakeClock(now_ms=START_MS), ScriptedChannel()
    dispatcher = Dispatcher(
        database.open(tmp_path / "hub.db"),
        channels={"webhook": channel},
        link_base="http://hub/t/",
        policy=POLICY,
        clock=clock,
        chance=random.Random(1),
    )
    clock.advance(61)
    asyncio.run(dispatcher.turn())
    stopped_ingest.execute("ROLLBACK")
    assert sorted(letter.to for letter in channel.taken) == ["Orang petugas", "Orang regu"]
