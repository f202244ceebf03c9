"""The boxes that a broker must know of, as the hub's database has them."""

from dataclasses import dataclass

from hub.storage import bindings, claims, standings, view_bindings
from hub.storage.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Node ids, sorted."""

    known: tuple[str, ...]
    """That took a claim, hold a certificate, or are bound to a station or view; having been heard is not enough."""
    denied: tuple[str, ...]
    """Quarantined, because there seem to be two of them, or revoked."""


def of_database(connection: Connection) -> Boxes:
    """Return the boxes of this hub."""
    given = set(claims.node_ids(connection))
    bound = {binding.node_id for binding in bindings.all_bindings(connection)}
    bound |= {binding.node_id for binding in view_bindings.all_bindings(connection)}
    denied = tuple(row.node_id for row in standings.not_live(connection))
    return Boxes(known=tuple(sorted(given | bound)), denied=denied)
