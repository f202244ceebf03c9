"""Boxes of the fleet."""

from typing import Literal

from pydantic import Field

from hub.api.shapes.shape import Shape
from hub.storage.board.nodes import NodeRow

NodeState = Literal["online", "quiet", "lost", "quarantined", "revoked"]
NodeStanding = Literal["live", "quarantined", "revoked"]

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
    clock: str | None = Field(description="What its wall time rests on: unsynced, saved, rtc, ntp, hub or disputed")
    applied_version: int = Field(description="Of the desired state, by the newest hello")
    desired_version: int | None = Field(description="In force; null: the hub wants nothing of this box")
    desired_ms: int | None = Field(description="When the desired state in force was made")
    is_desired_applied: bool | None = Field(description="The box has named it, of this database, in its newest hello")
    quota_mb: int | None = Field(description="Disk that its outboxes may use, MiB, as the desired state says")
    queued: dict[str, int] = Field(description="Records that wait on the box by class 0 to 3, as of told_ms")
    told_ms: int | None = Field(description="Age of clock and queued: the newest hello or health record")
    lost_count: int = Field(description="Records gone without a word")
    lost_ms: int | None = Field(description="When the newest loss was found")
    restore_count: int = Field(description="Records that a restored hub lacks and no box holds any more")
    restore_ms: int | None = Field(description="When the newest of these was found")
    dropped: dict[str, int] = Field(description="Records given up by the box's rules, by its word for why")
    dropped_ms: int | None = Field(description="When the newest tombstone came")
    replaced_spools: int = Field(description="Outbox files that the box set apart, damaged, for a new one")
    replaced_ms: int | None = Field(description="When the newest new one was first heard of")
    first_seen_ms: int
    last_seen_ms: int
    last_hello_ms: int | None = Field(description="Age of agent, boot and applied_version")
    gone_ms: int | None
    is_online: bool
    standing: NodeStanding = Field(description="Whether the hub takes anything from it; else it is refused everywhere")
    standing_reason: str | None = Field(description="Why it stands so; null: nothing was ever written of it")
    standing_by: str | None = Field(description="Who decided it; `hub` is the hub itself")
    standing_ms: int | None = Field(description="Since when it stands so")
    retiring_reason: str | None = Field(
        description="Why it is asked to leave the fleet and wipe itself; null: it is not"
    )
    retiring_by: str | None = Field(description="Who has asked it")
    retiring_ms: int | None = Field(description="Since when it is asked")
    is_quarantined: bool = Field(description="The same as standing = quarantined")
    clone_evidence: str = Field(description="Of a quarantined box, what was seen; else empty")
    faults: tuple[str, ...]


def node_state(row: NodeRow, *, now_ms: int, rate: float) -> NodeState:
    """Return how a box is doing at `now_ms` (scaled UTC ms) on a clock of `rate`."""
    if row.standing == "quarantined":
        return "quarantined"
    if row.standing == "revoked":
        return "revoked"
    if not row.is_online:
        return "lost"
    quiet_s = (now_ms - row.last_seen_ms) / 1000
    return "quiet" if quiet_s > max(QUIET_AFTER_S, QUIET_AFTER_REAL_S * rate) else "online"


def node_of(row: NodeRow, *, now_ms: int, rate: float) -> Node:
    """Return a row in the API's form."""
    made = {"id", "state", "is_quarantined", "clone_evidence"}
    values = {name: getattr(row, name) for name in Node.model_fields if name not in made}
    is_quarantined = row.standing == "quarantined"
    return Node.model_validate(
        values
        | {
            "id": row.node_id,
            "state": node_state(row, now_ms=now_ms, rate=rate),
            "is_quarantined": is_quarantined,
            "clone_evidence": (row.standing_reason or "") if is_quarantined else "",
        }
    )
