"""The hub sees a box off: when it asks, when it asks anew, and when it closes the door."""

import json

from contract.retirement import CANCEL, RETIRE
from hub.fleet import retirement, standing
from hub.fleet.retirement import ASKED_FOR_S, LEAVES_WITHIN_S, UNDO_S
from hub.fleet.standing import Standing
from hub.storage import bindings, commands, retirements
from hub.storage import connection as database
from tests.support.hub_worlds import NODE, HubWorld, reading, record

ACTOR = "shell:ani"


def begin(hub: HubWorld) -> None:
    hub.add_station()
    hub.hello()
    hub.batch([reading(1), reading(2)])
    with database.write(hub.connection):
        retirement.begin(hub.connection, NODE, reason="pos ditutup", now_ms=hub.clock.now_ms(), actor=ACTOR)


def asked(hub: HubWorld, kind: str = RETIRE) -> list[str]:
    """Return the ids of the commands of a kind, oldest first."""
    found = commands.of_node(hub.connection, NODE, limit=99)
    return [one.command_id for one in reversed(found) if one.kind == kind]


def answer(hub: HubWorld, *, seq: int = 3, result: str = "done") -> int:
    """Have the box answer the newest command; return how many acks came."""
    said = record(seq, "command_result", command_id=asked(hub)[-1], result=result, text="")
    return len(hub.batch([said]))


def stands(hub: HubWorld) -> Standing:
    return standing.standing(hub.connection, NODE)


def test_nothing_is_said_to_the_box_for_two_minutes(hub: HubWorld) -> None:
    begin(hub)
    hub.tick(seconds=UNDO_S - 1)
    assert asked(hub) == []
    hub.tick(seconds=2)
    assert len(asked(hub)) == 1
    hub.tick(seconds=60)
    assert len(asked(hub)) == 1


def test_a_box_that_is_away_is_asked_when_it_is_back_and_anew_when_the_command_is_over(hub: HubWorld) -> None:
    begin(hub)
    hub.say("gone", json.dumps({"v": 1, "session": "s1"}).encode())
    hub.tick(seconds=UNDO_S + 3_600)
    assert asked(hub) == []
    hub.hello(session="s2")
    hub.tick(seconds=1)
    answer(hub, result="refused")
    hub.tick(seconds=ASKED_FOR_S - 5)
    assert len(asked(hub)) == 1
    hub.hello(session="s2")
    hub.tick(seconds=10)
    assert len(asked(hub)) == 2
    assert stands(hub) is Standing.LIVE


def test_a_box_that_has_answered_is_acknowledged_and_revoked_when_it_has_left(hub: HubWorld) -> None:
    begin(hub)
    hub.tick(seconds=UNDO_S + 1)
    assert answer(hub) == 1
    hub.tick(seconds=2)
    assert stands(hub) is Standing.LIVE, "a lost acknowledgement is said again"
    assert answer(hub) == 1
    hub.say("gone", json.dumps({"v": 1, "session": "s1"}).encode())
    hub.tick(seconds=1)
    assert stands(hub) is Standing.REVOKED
    assert hub.batch([reading(4)]) == [], "refused at once"
    assert hub.memory.layout.counting == {}, "its station has no gauge"
    assert hub.count("records") == 3, "the history stays"
    assert hub.rows("SELECT outcome FROM retirements") == [("retired",)]


def test_a_box_that_has_answered_and_does_not_leave_is_revoked_all_the_same(hub: HubWorld) -> None:
    begin(hub)
    hub.tick(seconds=UNDO_S + 1)
    answer(hub)
    hub.tick(seconds=LEAVES_WITHIN_S + 1)
    assert stands(hub) is Standing.REVOKED


def test_what_is_taken_back_is_not_asked_again(hub: HubWorld) -> None:
    begin(hub)
    hub.tick(seconds=UNDO_S + 1)
    with database.write(hub.connection):
        retirement.cancel(hub.connection, NODE, now_ms=hub.clock.now_ms(), actor=ACTOR)
    hub.hello()
    hub.tick(seconds=ASKED_FOR_S + 1)
    assert (len(asked(hub)), len(asked(hub, CANCEL))) == (1, 1)
    assert stands(hub) is Standing.LIVE


def test_a_person_who_revokes_has_the_last_word_and_a_box_in_quarantine_is_not_asked(hub: HubWorld) -> None:
    begin(hub)
    with database.write(hub.connection):
        standing.quarantine(hub.connection, NODE, reason="dua papan", now_ms=hub.clock.now_ms())
    hub.tick(seconds=UNDO_S + 1)
    assert asked(hub) == []
    with database.write(hub.connection):
        standing.revoke(hub.connection, NODE, reason="hilang", now_ms=hub.clock.now_ms(), actor=ACTOR)
    hub.tick(seconds=1)
    assert retirements.all_open(hub.connection) == []
    assert hub.rows("SELECT outcome FROM retirements") == [("revoked",)]
    assert bindings.counting(bindings.all_bindings(hub.connection)), "another box of the site takes them over"
