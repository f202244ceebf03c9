"""When the box connects."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from contract.messages import Gone, decode_message
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.dialer import Dialer
from edge_agent.uplink.errors import LinkError
from tests.support.clocks import FakeClock


@dataclass
class FakeLink:
    """A link that connects or not, as told."""

    works: bool = False
    is_up: bool = False
    wills: list[bytes] = field(default_factory=list)

    def connect(self, *, will: bytes) -> None:
        self.wills.append(will)
        if not self.works:
            raise LinkError("broker 127.0.0.1:1: refused")
        self.is_up = True


@dataclass
class World:
    """A dialer that is asked twenty times a second."""

    first_within_s: float = 0.0
    clock: FakeClock = field(default_factory=FakeClock)
    link: FakeLink = field(default_factory=FakeLink)
    counts: Counts = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dialer = Dialer(
            link=self.link,
            clock=self.clock,
            rng=random.Random(7),
            counts=self.counts,
            first_within_s=self.first_within_s,
        )

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds * 20)):
            self.dialer.dial_if_due()
            self.clock.advance(0.05)


def test_the_first_attempt_comes_at_once_on_a_laptop() -> None:
    world = World()
    world.dialer.dial_if_due()
    assert len(world.link.wills) == 1


def test_the_first_attempt_is_spread_in_a_city() -> None:
    world = World(first_within_s=30)
    world.dialer.dial_if_due()
    assert not world.link.wills
    world.run(30)
    assert world.link.wills


def test_attempts_become_rare_and_go_on_for_ever() -> None:
    world = World()
    world.run(600)
    first = len(world.link.wills)
    world.run(7_200)
    assert 5 <= first <= 60
    assert 60 <= len(world.link.wills) - first <= 240
    assert world.counts[Count.LOST] == len(world.link.wills)


def test_every_connection_has_a_session_of_its_own_that_its_will_names() -> None:
    world = World()
    world.run(20)
    sessions = [decode_message(Gone, will).session for will in world.link.wills]
    assert len(set(sessions)) == len(sessions) > 2
    assert sessions[-1] == world.dialer.session


def test_an_alert_shortens_the_wait_once_in_30_s() -> None:
    world = World()
    world.run(3_600)
    before = len(world.link.wills)
    for _ in range(20):
        world.dialer.hurry()
        world.run(1)
    assert 1 <= len(world.link.wills) - before <= 2


def test_while_an_alert_waits_it_tries_at_least_every_15_s() -> None:
    world = World()
    world.run(3_600)
    world.dialer.hurry()
    world.dialer.has_alert = True
    world.run(5)
    for _ in range(40):
        before = len(world.link.wills)
        world.run(15.1)
        assert len(world.link.wills) > before
    world.dialer.has_alert = False
    world.run(3_600)
    before = len(world.link.wills)
    world.run(3_600)
    assert len(world.link.wills) - before < 120, "without one, attempts are rare again"


def test_a_failure_is_said_loudly_once_until_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    world = World()
    world.run(60)
    levels = [record.levelname for record in caplog.records]
    assert levels.count("WARNING") == 1
    assert levels[0] == "WARNING"
    assert "Tried again in" in caplog.records[0].getMessage()
    world.link.works = True
    world.run(130)
    world.dialer.note_accepted()
    world.link.is_up = False
    world.dialer.note_ended("lost", was_answered=True)
    assert [record.levelname for record in caplog.records].count("WARNING") == 2


def test_a_dialer_with_a_connection_leaves_it_alone() -> None:
    world = World(link=FakeLink(works=True))
    world.run(600)
    world.dialer.hurry()
    world.run(60)
    assert len(world.link.wills) == 1
