"""Boxes as the fleet's page shows them."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read

REASONS_SHOWN = 8
"""A reason is a box's own word: a broken box may have any number of them."""

_SQL = f"""
WITH missing AS (
    SELECT node_id,
           sum((kind = 'loss') * (last_seq - first_seq + 1)) AS lost_count,
           max(CASE kind WHEN 'loss' THEN found_ms END) AS lost_ms,
           sum((kind = 'restore') * (last_seq - first_seq + 1)) AS restore_count,
           max(CASE kind WHEN 'restore' THEN found_ms END) AS restore_ms,
           max(CASE kind WHEN 'policy' THEN found_ms END) AS dropped_ms
    FROM gaps GROUP BY node_id
), replaced AS (
    SELECT s.node_id, sum(s.superseded) AS replaced_spools,
           max(CASE WHEN NOT s.superseded AND EXISTS (
               SELECT 1 FROM spools AS old
               WHERE old.node_id = s.node_id AND old.producer = s.producer AND old.superseded
           ) THEN s.first_ms END) AS replaced_ms
    FROM spools AS s GROUP BY s.node_id
), telling AS (
    SELECT s.node_id, max(r.received_ms) AS received_ms,
           json_extract(CAST(r.body AS TEXT), '$.outbox_rows') AS queued,
           iif(r.clock = 'unsynced' AND json_extract(CAST(r.body AS TEXT), '$.clock') = 'ntp', 'disputed', r.clock)
               AS clock
    FROM spools AS s JOIN records AS r ON r.id = (
        SELECT id FROM records WHERE spool_no = s.spool_no AND kind = 'health' ORDER BY seq DESC LIMIT 1)
    WHERE s.producer = 'uplink' AND NOT s.superseded GROUP BY s.node_id
)
SELECT n.node_id, n.boot, n.agent, n.applied_version,
       CASE WHEN t.received_ms > n.last_hello_ms THEN t.clock ELSE n.clock END AS clock,
       CASE WHEN t.received_ms > n.last_hello_ms THEN coalesce(t.queued, '{{}}') ELSE n.queued END AS queued,
       max(n.last_hello_ms, coalesce(t.received_ms, n.last_hello_ms)) AS told_ms,
       n.first_seen_ms, n.last_seen_ms, n.last_hello_ms, n.gone_ms, n.is_online,
       coalesce(w.standing, 'live') AS standing, w.reason AS standing_reason, w.actor AS standing_by,
       w.at_ms AS standing_ms,
       p.reason AS retiring_reason, p.actor AS retiring_by, p.asked_ms AS retiring_ms,
       d.version AS desired_version, d.changed_ms AS desired_ms,
       d.version = n.applied_version AND json_extract(CAST(d.body AS TEXT), '$.db_epoch') = n.applied_epoch
           AS is_desired_applied,
       json_extract(CAST(d.body AS TEXT), '$.quota_mb') AS quota_mb,
       coalesce(m.lost_count, 0) AS lost_count, m.lost_ms,
       coalesce(m.restore_count, 0) AS restore_count, m.restore_ms, m.dropped_ms,
       (SELECT json_group_object(reason, dropped) FROM (
            SELECT g.reason, sum(g.last_seq - g.first_seq + 1) AS dropped FROM gaps AS g
            WHERE g.node_id = n.node_id AND g.kind = 'policy'
            GROUP BY g.reason ORDER BY dropped DESC LIMIT {REASONS_SHOWN})) AS dropped,
       coalesce(r.replaced_spools, 0) AS replaced_spools, r.replaced_ms,
       (SELECT json_group_array(b.station_id) FROM bindings AS b
        WHERE b.node_id = n.node_id AND b.ended_ms IS NULL) AS station_ids,
       (SELECT json_group_array(f.text) FROM faults AS f WHERE f.node_id = n.node_id AND f.is_active) AS faults
FROM nodes AS n LEFT JOIN desired AS d USING (node_id)
LEFT JOIN standings_now AS w USING (node_id)
LEFT JOIN retirements AS p ON p.node_id = n.node_id AND p.ended_ms IS NULL
LEFT JOIN missing AS m USING (node_id) LEFT JOIN replaced AS r USING (node_id)
LEFT JOIN telling AS t USING (node_id)
"""  # noqa: S608 - our own number


class NodeRow(Struct, frozen=True, kw_only=True):
    """One box; times UTC ms."""

    node_id: str
    boot: int | None
    agent: str | None
    clock: str | None
    """`disputed`: it follows NTP, and its hour cannot be right by the hub's own clock."""
    applied_version: int
    desired_version: int | None
    desired_ms: int | None
    """When the desired state in force was made."""
    is_desired_applied: bool | None
    """Whether the newest hello named the desired state in force, of this database's epoch; None: there is none."""
    quota_mb: int | None
    """Of the desired state: disk for all outboxes of the box, MiB."""
    queued: dict[str, int]
    """Records of each class that wait on the box, as it told last."""
    told_ms: int | None
    """When it told its clock and what waits: by its newest hello or health record."""
    first_seen_ms: int
    last_seen_ms: int
    last_hello_ms: int | None
    gone_ms: int | None
    is_online: bool
    standing: str
    """How it stands with the hub: live, quarantined or revoked."""
    standing_reason: str | None
    """Why, as the person or the hub wrote it then; None: nothing was ever written of it."""
    standing_by: str | None
    standing_ms: int | None
    retiring_reason: str | None
    """Why a person has asked it to leave the fleet, and it has not yet; None: nobody has."""
    retiring_by: str | None
    retiring_ms: int | None
    lost_count: int
    """Records that are gone without a word."""
    lost_ms: int | None
    """When the newest of them was missed."""
    restore_count: int
    """Records that the hub had before it was put back from a backup, and that no box holds any more."""
    restore_ms: int | None
    dropped: dict[str, int]
    """Records that a tombstone stands for, by the box's own word for why; the most frequent reasons."""
    dropped_ms: int | None
    replaced_spools: int
    """Outbox files that the box has set apart, damaged or of another board, for a new one."""
    replaced_ms: int | None
    """When the newest new one was first heard of."""
    station_ids: tuple[str, ...]
    """Stations that the box reads now."""
    faults: tuple[str, ...]
    """The box's own words for what is wrong with it."""


def nodes(connection: Connection) -> list[NodeRow]:
    """Return every box, by its id."""
    return read(
        connection, f"{_SQL} ORDER BY n.node_id", (), NodeRow, json=("queued", "station_ids", "faults", "dropped")
    )
