"""What the camera process remembers over restarts, kept in its outbox beside the records that it explains.

Read tolerantly: what cannot be read begins anew and says so in the log.
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from contract.desired import Desired
from edge_agent.cameras.drawings import Drawings
from edge_agent.cameras.view_commands import CommandBook
from edge_agent.outbox.remembered import remembered
from edge_agent.stills.allowance import Spent

Flows = dict[str, tuple[str, int]]
"""Traffic state and since when, UTC ms, by zone."""


class KeptFlows(Struct, frozen=True, kw_only=True):
    """How traffic flowed in the last window."""

    at_ms: int = 0
    """Box's wall time, UTC ms."""
    by_source: dict[str, Flows] = {}


class Memory(Struct, frozen=True, kw_only=True):
    """The whole process."""

    faults: tuple[str, ...] = ()
    """`code/source` of each that has begun and not ended."""
    fault_texts: dict[str, str] = {}
    """What was last told of each of them."""
    lost: int = 0
    """Records that could not be written, ever; the uplink tells it with the box's health."""
    desired: Desired | None = None
    """The desired state whose quota holds."""
    drawings: Drawings = Drawings()
    flows: KeptFlows = KeptFlows()
    stills: Spent = Spent()
    last_still: str = ""
    """SHA-256 of the newest still whose record is on the disk; its file may not have got its name yet."""
    commands: CommandBook = CommandBook()


def load(read: Callable[[str], bytes | None]) -> Memory:
    """Return what the last process remembered; `read` gives the outbox's state by key."""
    return Memory(
        faults=remembered(read, "faults", tuple[str, ...], ()),
        fault_texts=remembered(read, "fault_texts", dict[str, str], {}),
        lost=remembered(read, "lost", int, 0),
        desired=remembered(read, "desired", Desired, None),
        drawings=remembered(read, "drawings", Drawings, Drawings()),
        flows=remembered(read, "flows", KeptFlows, KeptFlows()),
        stills=remembered(read, "stills", Spent, Spent()),
        last_still=remembered(read, "last_still", str, ""),
        commands=remembered(read, "commands", CommandBook, CommandBook()),
    )


def parts(memory: Memory) -> Iterator[tuple[str, Any]]:
    """Yield the keys under which the memory is kept, each with its value."""
    yield "faults", memory.faults
    yield "fault_texts", memory.fault_texts
    yield "lost", memory.lost
    yield "desired", memory.desired
    yield "drawings", memory.drawings
    yield "flows", memory.flows
    yield "stills", memory.stills
    yield "last_still", memory.last_still
    yield "commands", memory.commands
