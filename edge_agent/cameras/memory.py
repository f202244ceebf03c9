"""What the camera process remembers over restarts, kept in its outbox beside the records that it explains.

Read tolerantly: what cannot be read begins anew and says so in the log.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from contract.desired import Desired
from edge_agent.cameras.drawings import Drawings
from edge_agent.cameras.view_commands import CommandBook
from edge_agent.stills.allowance import Spent

Flows = dict[str, tuple[str, int]]
"""Traffic state and since when, UTC ms, by zone."""

log = logging.getLogger(__name__)


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
    commands: CommandBook = CommandBook()


def load(read: Callable[[str], bytes | None]) -> Memory:
    """Return what the last process remembered; `read` gives the outbox's state by key."""
    return Memory(
        faults=_read(read, "faults", tuple[str, ...], ()),
        fault_texts=_read(read, "fault_texts", dict[str, str], {}),
        lost=_read(read, "lost", int, 0),
        desired=_read(read, "desired", Desired, None),
        drawings=_read(read, "drawings", Drawings, Drawings()),
        flows=_read(read, "flows", KeptFlows, KeptFlows()),
        stills=_read(read, "stills", Spent, Spent()),
        commands=_read(read, "commands", CommandBook, CommandBook()),
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
    yield "commands", memory.commands


def _read(read: Callable[[str], bytes | None], key: str, kind: Any, default: Any) -> Any:
    raw = read(key)
    if raw is None or raw == b"null":
        return default
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as exc:
        log.warning("memory: %s cannot be read (%s); it begins anew", key, exc)
        return default
