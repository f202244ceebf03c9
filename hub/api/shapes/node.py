"""Boxes of the fleet."""

from typing import Literal

from hub.api.shapes.shape import Shape
from hub.storage.board.nodes import NodeRow

NodeState = Literal["online", "quiet", "lost", "quarantined"]

QUIET_AFTER_REAL_S = 15.0
QUIET_AFTER_S = 360.0
"""A healthy box says at least how it is every 300 s (scaled); and never called quiet before 15 real seconds."""


class Node(Shape):
    """One box as it last spoke of itself."""

    id: str
    state: NodeState
    station_ids: tuple[str, ...]
    agent: str | None
    boot: int | None
    clock: str | None
    applied_version: int
    desired_version: int | None
    queued: dict[str, int]
    lost_count: int
    restore_count: int
    first_seen_ms: int
    last_seen_ms: int
    last_hello_ms: int | None
    gone_ms: int | None
    is_online: bool
    is_quarantined: bool
    clone_evidence: str
    faults: tuple[str, ...]


def node_state(row: NodeRow, *, now_ms: int, rate: float) -> NodeState:
    """Return how a box is doing at `now_ms` (scaled UTC ms) on a clock of `rate`."""
    if row.is_quarantined:
        return "quarantined"
    if not row.is_online:
        return "lost"
    quiet_s = (now_ms - row.last_seen_ms) / 1000
    return "quiet" if quiet_s > max(QUIET_AFTER_S, QUIET_AFTER_REAL_S * rate) else "online"


def node_of(row: NodeRow, *, now_ms: int, rate: float) -> Node:
    """Return a row in the API's form."""
    values = {name: getattr(row, name) for name in Node.model_fields if name not in {"id", "state"}}
    return Node.model_validate(values | {"id": row.node_id, "state": node_state(row, now_ms=now_ms, rate=rate)})
