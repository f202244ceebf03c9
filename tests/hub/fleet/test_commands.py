"""A command is written down and owed to its box in one go."""

import json
from pathlib import Path

import pytest

from contract.messages import Command, decode_message
from hub.fleet import commands
from hub.storage import connection as database
from tests.support.hub_worlds import NODE, HubWorld


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)


def issue(hub: HubWorld, *, ttl_s: float = 60) -> str:
    with database.write(hub.connection):
        return commands.issue(
            hub.connection,
            node_id=NODE,
            kind="siren_test",
            site="wai-ruhu",
            args={"seconds": 3},
            ttl_s=ttl_s,
            by="operator",
            now_ms=hub.clock.now_ms(),
        )


def test_a_command_is_owed_to_its_box_and_never_retained(hub: HubWorld) -> None:
    command_id = issue(hub)
    ((node_id, leaf, payload, retained),) = hub.rows("SELECT node_id, leaf, payload, retained FROM downlink")
    assert (node_id, leaf, retained) == (NODE, "command", 0)
    command = decode_message(Command, payload)
    assert (command.command_id, command.kind, command.hub_ms) == (command_id, "siren_test", hub.clock.now_ms())
    ((args, issued_by),) = hub.rows("SELECT args, issued_by FROM commands")
    assert (json.loads(args), issued_by) == ({"seconds": 3}, "operator")


def test_every_command_has_a_name_of_its_own(hub: HubWorld) -> None:
    assert len({issue(hub) for _ in range(20)}) == 20


def test_the_life_of_a_command_is_real_time(tmp_path: Path) -> None:
    hub = HubWorld(tmp_path, rate=60)
    issue(hub, ttl_s=60)
    hub.clock.advance(59 * 60)
    with database.write(hub.connection):
        commands.owe_again(hub.connection, NODE, now_ms=hub.clock.now_ms(), rate=60)
    assert hub.count("downlink") == 2
    hub.clock.advance(2 * 60)
    with database.write(hub.connection):
        commands.owe_again(hub.connection, NODE, now_ms=hub.clock.now_ms(), rate=60)
    assert hub.count("downlink") == 2
