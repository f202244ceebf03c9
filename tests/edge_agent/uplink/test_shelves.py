"""All outboxes of a box together."""

import random
from collections import Counter
from pathlib import Path

from contract.desired import Applied
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.uplink.acknowledged import Acknowledged
from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.sender import HelloDue, Sender
from edge_agent.uplink.shelves import Shelves
from tests.support.clocks import FakeClock
from tests.support.outbox_records import NODE_ID, Build, level, open_outbox, reading


class World:
    """A box's home with a gauge's outbox that comes when it is told to."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = FakeClock()
        self.told: list[set[str]] = []
        self.sender = Sender(clock=self.clock, rng=random.Random(1), acknowledged=Acknowledged(), counts=Counter())
        self.shelves = Shelves(
            home,
            sender=self.sender,
            own_version=lambda: None,
            on_spools=self.told.append,
            on_damage=lambda _spool, _is_damaged: None,
        )

    def write(self, *builds: Build) -> str:
        with open_outbox(self.home, self.clock) as outbox:
            for build in builds:
                with outbox.transaction() as transaction:
                    transaction.append(build(transaction.next_seq, self.clock))
            return outbox.spool_id


def test_an_outbox_that_appears_is_told_and_hello_names_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.sender.connected(session="5e55")
    world.sender.next()
    assert not world.shelves.look().is_changed
    spool = world.write(reading)
    assert world.shelves.look().is_changed
    assert world.told == [{spool}]
    assert isinstance(world.sender.next(), HelloDue)
    assert world.sender.phase is Phase.GREETING
    assert [producer for producer, _ in world.shelves.views()] == ["gauge"]
    assert world.shelves.queued() == {"gauge": 1}


def test_only_a_new_alert_is_an_alert(tmp_path: Path) -> None:
    world = World(tmp_path)
    alerts = []
    for build in (reading, level, reading, level):
        world.write(build)
        alerts.append(world.shelves.look().has_new_alert)
    assert alerts == [False, True, False, True]


def test_an_alert_waits_until_the_hub_has_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    waits = []
    for build in (reading, level, reading):
        world.write(build)
        world.shelves.look()
        waits.append(world.shelves.has_alert())
    assert waits == [False, True, True]
    with open_outbox(tmp_path, world.clock) as outbox:
        outbox.settle(Marks(spool=outbox.spool_id, db_epoch="e1", high=outbox.next_seq - 1))
    world.shelves.look()
    assert not world.shelves.has_alert()


def test_a_box_without_a_gauge_has_applied_nothing(tmp_path: Path) -> None:
    assert World(tmp_path).shelves.applied().version == 0


def test_what_the_gauge_has_applied_and_lost_is_known_after_the_next_look(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write(reading)
    world.shelves.look()
    assert (world.shelves.applied(), world.shelves.lost()) == (Applied(), 0)
    with open_outbox(tmp_path, world.clock) as outbox, outbox.transaction() as transaction:
        transaction.set_state("desired", b'{"v":1,"db_epoch":"e1","version":8,"sources":{}}')
        transaction.set_state("lost", b"17")
    world.shelves.look()
    assert (world.shelves.applied(), world.shelves.lost()) == (Applied(db_epoch="e1", version=8), 17)


def test_on_a_box_without_a_gauge_the_camera_says_what_is_applied_and_with_one_it_does_not(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = tmp_path / "outbox-camera.db"
    with (
        Outbox.open(
            path, clock=world.clock, node_id=NODE_ID, board="board-1", limit_mb=1, is_scaled=False, kernel_boot="boot-a"
        ) as outbox,
        outbox.transaction() as transaction,
    ):
        transaction.append(reading(transaction.next_seq, world.clock))
        transaction.set_state("desired", b'{"v":1,"db_epoch":"e1","version":8,"sources":{}}')
        transaction.set_state("lost", b"3")
    world.shelves.look()
    assert (world.shelves.applied(), world.shelves.lost()) == (Applied(db_epoch="e1", version=8), 3)
    assert [producer for producer, _ in world.shelves.views()] == ["camera"]
    world.write(reading)
    world.shelves.look()
    assert (world.shelves.applied(), world.shelves.lost()) == (Applied(), 3)
