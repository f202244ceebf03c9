"""Sizes of the hub's tables for those who watch it. Counters and heartbeats have modules of their own."""

from hub.storage.connection import Connection


def deliveries_by_state(connection: Connection) -> dict[str, int]:
    """Return how many messages stand in each state."""
    rows = connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state")
    return {str(state): int(count) for state, count in rows}


def nodes_online(connection: Connection) -> tuple[int, int]:
    """Return (boxes online, boxes known)."""
    (online, known) = connection.execute("SELECT coalesce(sum(is_online), 0), count(*) FROM nodes").fetchone()
    return int(online), int(known)


def downlink_waiting(connection: Connection) -> int:
    """Return how many messages to boxes are not yet sent."""
    (waiting,) = connection.execute("SELECT count(*) FROM downlink WHERE sent_ms IS NULL").fetchone()
    return int(waiting)
