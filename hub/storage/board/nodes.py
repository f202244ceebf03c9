"""Boxes as the fleet's page shows them."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read

_SQL = """
SELECT n.node_id, n.boot, n.agent, n.clock, n.applied_version, n.queued, n.first_seen_ms, n.last_seen_ms,
       n.last_hello_ms, n.gone_ms, n.is_online, n.is_quarantined, n.clone_evidence,
       d.version AS desired_version,
       (SELECT coalesce(sum(g.last_seq - g.first_seq + 1), 0) FROM gaps AS g
        WHERE g.node_id = n.node_id AND g.kind = 'loss') AS lost_count,
       (SELECT coalesce(sum(g.last_seq - g.first_seq + 1), 0) FROM gaps AS g
        WHERE g.node_id = n.node_id AND g.kind = 'restore') AS restore_count,
       (SELECT json_group_array(b.station_id) FROM bindings AS b
        WHERE b.node_id = n.node_id AND b.ended_ms IS NULL) AS station_ids,
       (SELECT json_group_array(f.text) FROM faults AS f WHERE f.node_id = n.node_id AND f.is_active) AS faults
FROM nodes AS n LEFT JOIN desired AS d USING (node_id)
"""


class NodeRow(Struct, frozen=True, kw_only=True):
    """One box; times UTC ms."""

    node_id: str
    boot: int | None
    agent: str | None
    clock: str | None
    applied_version: int
    desired_version: int | None
    queued: dict[str, int]
    """Records of each class that wait on the box, by its newest hello."""
    first_seen_ms: int
    last_seen_ms: int
    last_hello_ms: int | None
    gone_ms: int | None
    is_online: bool
    is_quarantined: bool
    clone_evidence: str
    lost_count: int
    """Records that are gone without a word."""
    restore_count: int
    """Records that the hub had before it was put back from a backup, and that no box holds any more."""
    station_ids: tuple[str, ...]
    """Stations that the box reads now."""
    faults: tuple[str, ...]
    """The box's own words for what is wrong with it."""


def nodes(connection: Connection) -> list[NodeRow]:
    """Return every box, by its id."""
    return read(connection, f"{_SQL} ORDER BY n.node_id", (), NodeRow, json=("queued", "station_ids", "faults"))
