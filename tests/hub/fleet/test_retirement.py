"""A box that a person has asked to leave: what is written down, and who may ask."""

import json

import pytest

from contract.retirement import CANCEL, RETIRE, meant_for
from hub.fleet import retirement, standing
from hub.fleet.errors import StandingError
from hub.storage import audit, bindings, commands, meta, nodes, retirements
from hub.storage.connection import Connection
from tests.support.databases import new_database

BOX = "n-7f3k2m9q"
ANI = "shell:ani"


@pytest.fixture
def hub() -> Connection:
    connection = new_database()
    nodes.add(connection, BOX, now_ms=0)
    return connection


def begin(hub: Connection, *, reason: str = "pos ditutup", now_ms: int = 1_000) -> None:
    retirement.begin(hub, BOX, reason=reason, now_ms=now_ms, actor=ANI)


def ask(hub: Connection, *, now_ms: int = 200_000) -> str:
    one = retirement.open_of(hub, BOX)
    assert one is not None
    retirement.ask(hub, one, now_ms=now_ms)
    return commands.of_node(hub, BOX, limit=1)[0].command_id


def answer(hub: Connection, command_id: str, *, result: str = "done", node_id: str = BOX) -> None:
    retirement.take_answer(hub, node_id, command_id, result=result, now_ms=300_000)


def test_a_box_is_asked_once_and_with_a_reason_and_only_where_it_can_answer(hub: Connection) -> None:
    with pytest.raises(StandingError, match="tidak dikenal"):
        retirement.begin(hub, "n-tidakada", reason="x", now_ms=1, actor=ANI)
    with pytest.raises(StandingError, match="alasan"):
        begin(hub, reason=" ")
    begin(hub)
    with pytest.raises(StandingError, match="sudah diminta"):
        begin(hub)
    assert retirement.cancel(hub, BOX, now_ms=2_000, actor=ANI) is False
    standing.quarantine(hub, BOX, reason="dua papan", now_ms=3_000)
    with pytest.raises(StandingError, match="hub node revoke"):
        begin(hub)
    deeds = [(row.action, row.subject) for row in audit.all_rows(hub) if row.actor == ANI]
    assert deeds == [("node.retiring", BOX), ("node.kept", BOX)]


def test_the_command_names_the_box_and_the_life_of_the_database(hub: Connection) -> None:
    begin(hub)
    ask(hub)
    (command,) = commands.of_node(hub, BOX, limit=9)
    assert (command.kind, command.issued_by) == (RETIRE, ANI)
    assert command.args == meant_for(node_id=BOX, db_epoch=meta.db_epoch(hub))


def test_it_is_taken_back_at_the_box_too_once_it_was_told(hub: Connection) -> None:
    begin(hub)
    told = ask(hub)
    assert retirement.cancel(hub, BOX, now_ms=210_000, actor=ANI)
    assert {one.kind for one in commands.unanswered(hub, BOX)} == {CANCEL}, "the first is not said again"
    assert retirement.open_of(hub, BOX) is None
    answer(hub, told)
    one = retirement.open_of(hub, BOX)
    assert one is not None, "the box was faster: it is gone, whoever cancelled"
    assert one.answered_ms == 300_000
    with pytest.raises(StandingError, match="sudah menjawab"):
        retirement.cancel(hub, BOX, now_ms=310_000, actor=ANI)


def test_only_the_box_itself_answers_and_only_done_counts(hub: Connection) -> None:
    begin(hub)
    told = ask(hub)
    answer(hub, told, result="refused")
    answer(hub, told, node_id="n-2c9d4x8w")
    answer(hub, "another")
    one = retirement.open_of(hub, BOX)
    assert one is not None
    assert one.answered_ms is None


def test_what_is_completed_is_revoked_unbound_and_stays_in_the_history(hub: Connection) -> None:
    for source in ("g1", "g2"):
        bindings.bind(hub, node_id=BOX, source=source, station_id=f"wai-{source}", now_ms=1)
    begin(hub)
    answer(hub, ask(hub))
    one = retirement.open_of(hub, BOX)
    assert one is not None
    retirement.complete(hub, one, now_ms=400_000)
    assert standing.refused(hub) == {BOX: standing.Standing.REVOKED}
    assert {binding.ended_ms for binding in bindings.all_bindings(hub)} == {400_000}
    assert retirements.all_open(hub) == []
    last = list(audit.all_rows(hub))[-1]
    assert (last.action, last.actor) == ("node.retired", ANI)
    assert json.loads(last.detail) == {"reason": "pos ditutup", "stations": "wai-g1, wai-g2"}
    with pytest.raises(StandingError, match="hub node list"):
        begin(hub)
