"""How much disk the outboxes of each box may use together, where a maintainer has set it."""

from hub.storage import meta
from hub.storage.connection import Connection


def all_quotas(connection: Connection) -> dict[str, int]:
    """Return node id to quota, MiB, ordered by id; a box that is not there has the contract's default."""
    return dict(connection.execute("SELECT node_id, quota_mb FROM node_quotas ORDER BY node_id"))


def save(connection: Connection, node_id: str, *, quota_mb: int) -> None:
    """Write down the quota of a box, MiB; it need not have spoken yet."""
    connection.execute(
        "INSERT INTO node_quotas (node_id, quota_mb) VALUES (?, ?)"
        " ON CONFLICT (node_id) DO UPDATE SET quota_mb = excluded.quota_mb",
        (node_id, quota_mb),
    )
    meta.bump_layout(connection)
