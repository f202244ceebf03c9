"""What comes from the hub, good and bad."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages import Command
from edge_agent.outbox.inbox import Inbox, InboxReader
from edge_agent.uplink.acknowledged import Acknowledged
from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.downward import Downward
from edge_agent.uplink.hub_time import HubTime
from edge_agent.uplink.inbox_writer import InboxWriter
from edge_agent.uplink.link import Heard
from edge_agent.uplink.sender import Sender
from edge_agent.uplink.witnesses import FILE_NAME, Witnesses, read_witnesses
from tests.support.clocks import FakeClock
from tests.support.uplink_world import GAUGE, MemorySpool

HUB_MS = 1_763_712_000_000


@dataclass
class World:
    """A way down into a real inbox."""

    home: Path
    clock: FakeClock = field(default_factory=FakeClock)
    counts: Counts = field(default_factory=Counter)
    answered: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = InboxWriter(Inbox.open(self.home / "inbox.db"), clock=self.clock, kernel_boot="boot-a")
        acknowledged: Acknowledged = self.inbox.acknowledged
        self.sender = Sender(clock=self.clock, rng=random.Random(1), acknowledged=acknowledged, counts=self.counts)
        self.sender.set_spools({GAUGE: MemorySpool(spool_id=GAUGE, clock=self.clock)})
        self.hub_time = HubTime(self.clock)
        self.downward = Downward(
            sender=self.sender,
            inbox=self.inbox,
            answer=self._answer,
            hub_time=self.hub_time,
            witnesses=Witnesses(self.home / FILE_NAME, clock=self.clock),
            clock=self.clock,
            counts=self.counts,
        )
        self.reader = InboxReader.open(self.home / "inbox.db")

    def say(self, leaf: str, message: object) -> None:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.downward.take(Heard(leaf=leaf, payload=payload))

    def _answer(self, command: Command, is_expired: bool) -> bool:  # noqa: FBT001
        self.answered.append((command.command_id, is_expired))
        return True


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def ack(**changes: object) -> dict[str, object]:
    said = {"v": 1, "spool": GAUGE, "high": 0, "ranges": [], "hub_ms": HUB_MS, "db_epoch": "e1", "credit_rps": 50}
    return said | changes


def command(command_id: str, kind: str, **changes: object) -> dict[str, object]:
    said = {"v": 1, "command_id": command_id, "kind": kind, "site": "s", "ttl_s": 120, "hub_ms": HUB_MS, "args": {}}
    return said | changes


def test_an_ack_reaches_the_sender_and_tells_the_time(world: World) -> None:
    world.sender.connected(session="5e55")
    world.sender.next()
    world.say("ack", ack(session="5e55"))
    assert world.sender.phase is Phase.OPEN
    assert world.hub_time.now_ms() == HUB_MS


def test_desired_state_is_taken_if_it_differs_unless_it_is_older(world: World) -> None:
    for epoch, version, held in (("e1", 8, 8), ("e1", 7, 8), ("e1", 8, 8), ("e1", 9, 9), ("e2", 3, 3)):
        world.say("desired", {"v": 1, "db_epoch": epoch, "version": version})
        document = world.inbox.desired
        assert document is not None
        assert document.version == held
    assert world.counts[Count.DESIRED_OLD] == 1


def test_a_head_of_the_audit_log_is_kept_and_makes_nobody_apply_the_document_again(world: World) -> None:
    said = {"v": 1, "db_epoch": "e1", "version": 8}
    world.say("desired", said)
    laid = world.inbox.desired
    world.say("desired", said | {"audit": {"n": 7, "hash": "ab" * 32}})
    assert world.inbox.desired is laid
    ((witness,), unreadable) = read_witnesses(world.home / FILE_NAME)
    assert (witness.db_epoch, witness.n, witness.hash, unreadable) == ("e1", 7, "ab" * 32, 0)


def test_an_audit_log_that_goes_back_is_counted_for_the_health_record(world: World) -> None:
    for n in (7, 7, 6, 6):
        world.say("desired", {"v": 1, "db_epoch": "e1", "version": 8, "audit": {"n": n, "hash": f"{n:064x}"}})
    assert world.counts[Count.AUDIT_WENT_BACK] == 1


def test_a_desired_state_that_was_taken_back_leaves_the_one_that_holds(world: World) -> None:
    world.say("desired", {"v": 1, "db_epoch": "e1", "version": 8})
    world.say("desired", b"")
    assert world.inbox.desired is not None
    assert not world.counts[Count.DOWN_MALFORMED]


def test_siren_commands_go_to_the_inbox_with_their_end_on_the_boot_clock(world: World) -> None:
    world.say("ack", ack(hub_ms=HUB_MS + 20_000))
    world.clock.advance(10)
    world.say("command", command("a", "siren_test"))
    world.say("command", command("a", "siren_test"))
    (laid,) = world.reader.commands_after(0)
    assert laid.expires_real_ms == world.clock.real_ms() + 90_000
    assert not laid.is_expired(real_ms=world.clock.real_ms(), kernel_boot="boot-a")
    assert (world.counts[Count.COMMANDS], world.counts[Count.COMMANDS_AGAIN]) == (1, 1)


def test_a_siren_command_that_is_over_is_laid_down_as_expired(world: World) -> None:
    world.say("ack", ack(hub_ms=HUB_MS + 600_000))
    world.say("command", command("a", "siren_test"))
    (laid,) = world.reader.commands_after(0)
    assert laid.is_expired(real_ms=world.clock.real_ms(), kernel_boot="boot-a")


def test_other_commands_are_answered_here(world: World) -> None:
    world.say("command", command("a", "health_now"))
    world.say("ack", ack(hub_ms=HUB_MS + 600_000))
    world.say("command", command("b", "make_coffee"))
    assert world.answered == [("a", False), ("b", True)]
    assert world.reader.commands_after(0) == ()


def test_a_leaf_of_a_later_version_is_counted_and_passed_over(world: World) -> None:
    world.say("", {"v": 1})
    assert world.counts[Count.DOWN_UNKNOWN] == 1


@pytest.mark.parametrize(
    ("leaf", "payload"),
    [
        ("ack", b""),
        ("ack", b"{"),
        ("ack", b"\xff\xfe"),
        ("ack", json.dumps(ack(high=-1)).encode()),
        ("ack", json.dumps(ack(ranges=[[5, 4]])).encode()),
        ("ack", json.dumps(ack(ranges=[[0, 4]])).encode()),
        ("ack", json.dumps(ack(spool="../etc")).encode()),
        ("desired", b"[]"),
        ("desired", b'{"v":1,"db_epoch":"e1","version":9,"quota_mb":"much"}'),
        ("desired", b'{"v":1,"db_epoch":"e1","version":9223372036854775808}'),
        ("desired", b'{"v":1,"db_epoch":"e1","version":1e308}'),
        ("command", b"null"),
        ("command", json.dumps(command("a", "siren_test", ttl_s=1e308)).encode()),
        ("command", json.dumps(command("a", "health_now", hub_ms=2**63)).encode()),
        ("ack", json.dumps(ack(credit_rps=10**400)).encode()),
        ("ack", json.dumps(ack(hub_ms=2**63)).encode()),
        ("command", json.dumps(command("", "siren_test")).encode()),
        ("command", b"[" * 100_000),
    ],
)
def test_what_is_not_understood_is_counted_and_changes_nothing(world: World, leaf: str, payload: bytes) -> None:
    world.say(leaf, payload)
    assert world.counts == {Count.DOWN_MALFORMED: 1}
    assert world.inbox.desired is None
    assert world.reader.commands_after(0) == ()


@given(leaf=st.sampled_from(["ack", "desired", "command", ""]), payload=st.binary(max_size=200))
def test_no_bytes_end_the_process(tmp_path_factory: pytest.TempPathFactory, leaf: str, payload: bytes) -> None:
    world = World(tmp_path_factory.mktemp("box"))
    world.say(leaf, payload)
    world.say("command", command("later", "health_now"))
    assert world.answered == [("later", False)]
    world.inbox.close()


VIEW_STILL = {"v": 1, "command_id": "c7", "kind": "view_still", "site": "", "ttl_s": 20, "hub_ms": HUB_MS}


def test_a_cameras_command_is_laid_down_and_a_picture_expected_as_long_as_it_lives(world: World) -> None:
    expected: list[int] = []
    world.downward.expect_picture = expected.append
    world.say("command", {**VIEW_STILL, "args": {"source": "c1"}})
    (laid,) = world.reader.commands_after(0)
    assert (laid.command_id, laid.expires_real_ms) == ("c7", world.clock.real_ms() + 20_000)
    assert (expected, world.answered) == ([laid.expires_real_ms], [])


def test_on_a_box_without_camera_or_courier_the_uplink_answers_it(world: World) -> None:
    world.say("command", {**VIEW_STILL, "args": {"source": "c1"}})
    assert world.reader.commands_after(0) == ()
    assert world.answered == [("c7", False)]
