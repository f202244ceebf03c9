"""What a hello and a last will do, inside one transaction."""

from msgspec import UNSET, UnsetType

from contract.messages import Hello
from hub.fleet import commands
from hub.ingest.acknowledge import Addressed, standing_ack
from hub.ingest.boxes import Box
from hub.ingest.clones import CloneWatch
from hub.ingest.decode import Farewell, Greeting
from hub.ingest.memory import Memory
from hub.ingest.watermarks import SpoolMark
from hub.storage import changes, nodes
from hub.storage.connection import Connection


def greet(
    connection: Connection, memory: Memory, greeting: Greeting, box: Box, *, now_ms: int, real_ms: int, rate: float
) -> tuple[list[Addressed], str]:
    """Take a hello; return one ack for each spool in it, and what speaks for a clone (empty: nothing)."""
    hello = greeting.hello
    evidence = _signs_of_a_clone(box, hello, real_ms=real_ms)
    is_new_session = hello.session != box.session
    box.session, box.hello_ms, box.gone_real_ms = hello.session, now_ms, None
    box.applied_epoch, box.applied_version = hello.applied.db_epoch, hello.applied.version
    nodes.store_hello(connection, box.node_id, hello, now_ms=now_ms)
    is_of_another_life = box.applied_epoch not in {"", memory.db_epoch}
    marks = []
    for producer, told in hello.spools.items():
        mark = memory.watermarks.get(connection, box.node_id, told.spool, now_ms=now_ms, real_ms=real_ms)
        mark.producer = producer
        mark.note(told.low, told.next, is_of_another_life=is_of_another_life)
        mark.live_seq = told.next
        if is_new_session:
            mark.moved_real_ms = real_ms
        memory.watermarks.touch(mark)
        marks.append(mark)
    _supersede(memory, box.node_id)
    memory.credit.note(box.node_id, outstanding=sum(hello.queued.values()), real_ms=real_ms)
    if memory.desired.is_owed(box.node_id, hello.applied):
        memory.desired.owe(connection, box.node_id, now_ms=now_ms)
    commands.owe_again(connection, box.node_id, now_ms=now_ms, rate=rate)
    changes.add(connection, at_ms=now_ms, kind="node", ref=box.node_id)
    return [_standing(memory, mark, now_ms=now_ms, session=hello.session) for mark in marks], evidence


def take_leave(connection: Connection, memory: Memory, farewell: Farewell, *, now_ms: int, real_ms: int) -> None:
    """Take a last will, if it is of the session that the box is in; the grace begins."""
    box = memory.boxes.find(farewell.node_id)
    if box is not None and box.session == farewell.session:
        box.gone_real_ms = real_ms
        nodes.store_gone(connection, box.node_id, now_ms=now_ms)


def standing_acks(memory: Memory, *, now_ms: int) -> list[Addressed]:
    """Return an ack for every known spool of a live box, for when the hub itself has just connected."""
    marks = (mark for mark in memory.watermarks.all_marks() if mark.node_id not in memory.refused)
    return [_standing(memory, mark, now_ms=now_ms) for mark in marks]


def _standing(memory: Memory, mark: SpoolMark, *, now_ms: int, session: str | UnsetType = UNSET) -> Addressed:
    credit_rps = memory.credit.rps(mark.node_id)
    return standing_ack(mark, hub_ms=now_ms, db_epoch=memory.db_epoch, credit_rps=credit_rps, session=session)


def _supersede(memory: Memory, node_id: str) -> None:
    """Of the spools of one producer only the one that was seen last moves levels, for good."""
    newest: dict[str, SpoolMark] = {}
    for mark in memory.watermarks.of_node(node_id):
        older = newest.get(mark.producer)
        if mark.producer and older is not None and not older.is_superseded:
            older.is_superseded = True
            memory.watermarks.touch(older)
        newest[mark.producer] = mark


def _signs_of_a_clone(box: Box, hello: Hello, *, real_ms: int) -> str:
    seen = {"session": hello.session, "kernel_boot": hello.kernel_boot}
    if hello.instance:  # boxes of before it say none
        seen["instance"] = hello.instance
    seen |= {f"spool of {producer}": told.spool for producer, told in hello.spools.items()}
    returned = [
        what for what, value in seen.items() if box.clones.setdefault(what, CloneWatch()).see(value, real_ms=real_ms)
    ]
    return f"comes back after it was replaced: {', '.join(returned)}" if returned else ""
