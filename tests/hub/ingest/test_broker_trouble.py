"""Ingest keeps what the broker shall read, and tells people of a broker that does not read it."""
# ruff: noqa: ARG002 - the argument is that of the link

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from hub.alerting.alert import BROKER_CODE, BROKER_FILE_CODE
from hub.broker import mosquitto
from hub.broker.keeper import PATIENCE_REAL_MS, Keeper, Kept, digest
from hub.fleet import standing
from hub.ingest.link import Link
from hub.ingest.process import TICK_REAL_MS, Ingest
from hub.storage import connection as database
from tests.support.hub_worlds import NODE, HubWorld


class QuietLink(Link):
    """A link over which nothing comes."""

    @property
    def listening_real_ms(self) -> int | None:
        return 0

    def serve(self, wait_s: float) -> list[Any]:
        return []


class House:
    """Ingest with a keeper, a second a turn."""

    def __init__(self, hub: HubWorld, folder: Path) -> None:
        self.hub = hub
        self.kept = Kept(
            folder=folder / "broker", receipt=folder / "applied", render=lambda boxes: mosquitto.rights(boxes.denied)
        )
        self.ingest = Ingest(
            hub.connection,
            hub.memory,
            link=QuietLink(host="127.0.0.1", port=1, tls=None, clock=hub.clock, chance=random.Random(1)),
            committer=hub.committer,
            ticks=hub.ticks,
            clock=hub.clock,
            keeper=Keeper(self.kept, clock=hub.clock),
        )

    def second(self, *, times: int = 1) -> None:
        for _ in range(times):
            self.hub.clock.advance(TICK_REAL_MS / 1000)
            self.ingest.go_round()

    def told(self) -> list[str]:
        return [what for what, said in self.hub.desk.heard if said.get("code") == BROKER_CODE]


@pytest.fixture
def house(hub: HubWorld, tmp_path: Path) -> House:
    hub.hello()
    made = House(hub, tmp_path)
    made.second()
    return made


def test_a_second_after_a_box_was_revoked_the_broker_finds_it_in_its_file(house: House) -> None:
    person = database.open(house.hub.path)
    with database.write(person):
        standing.revoke(person, NODE, reason="dicuri", now_ms=0, actor="Ibu Sari")
    person.close()
    house.second()
    assert (house.kept.folder / mosquitto.RIGHTS).read_text() == mosquitto.rights((NODE,)).text


def test_a_clone_that_ingest_itself_has_found_is_in_the_file_a_second_later(house: House) -> None:
    for number, instance in enumerate(["i1", "i2", "i1", "i2"]):
        house.hub.hello(session=f"s{number}", instance=instance)
    house.second()
    assert (house.kept.folder / mosquitto.RIGHTS).read_text() == mosquitto.rights((NODE,)).text


def test_a_broker_that_does_not_read_it_is_told_of_and_its_reading_too(house: House) -> None:
    with database.write(house.hub.connection):
        standing.quarantine(house.hub.connection, NODE, reason="dua papan", now_ms=0)
    house.second(times=PATIENCE_REAL_MS // TICK_REAL_MS)
    assert "hub_trouble" not in house.told()
    house.second(times=2)
    assert house.told()[-1] == "hub_trouble"
    house.kept.receipt.write_text(digest(mosquitto.rights((NODE,)).text))
    house.second()
    assert house.told()[-1] == "hub_well"


def test_a_list_that_cannot_be_written_has_an_alert_of_its_own_which_sends_nobody_to_the_units(house: House) -> None:
    shutil.rmtree(house.kept.folder)
    house.kept.folder.write_text("in the way, as a full disk would be")
    with database.write(house.hub.connection):
        standing.quarantine(house.hub.connection, NODE, reason="dua papan", now_ms=0)
    house.second(times=PATIENCE_REAL_MS // TICK_REAL_MS + 2)
    heard = [(what, said["code"], said["why"]) for what, said in house.hub.desk.heard if what == "hub_trouble"]
    assert [(what, code) for what, code, _ in heard] == [("hub_trouble", BROKER_FILE_CODE)]
    assert "disk" in heard[0][2]
    assert "unit" not in heard[0][2]
    house.kept.folder.unlink()
    house.second(times=2)
    assert [said["code"] for what, said in house.hub.desk.heard if what == "hub_trouble"][-1] == BROKER_CODE
    assert house.hub.desk.heard[-1][1].get("code") in {BROKER_CODE, BROKER_FILE_CODE}
    assert BROKER_FILE_CODE in [said.get("code") for what, said in house.hub.desk.heard if what == "hub_well"][-1:]
