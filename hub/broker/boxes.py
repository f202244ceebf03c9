"""The boxes that a broker must know of, as the hub's database has them."""

from dataclasses import dataclass

from hub.storage import bindings, claims, nodes
from hub.storage.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Node ids, sorted."""

    known: tuple[str, ...]
    """That took a claim, or that the city has bound to a station; having been heard is not enough."""
    denied: tuple[str, ...]
    """In quarantine: there seem to be two of them, until a person has looked."""


def of_database(connection: Connection) -> Boxes:
    """Return the boxes of this hub."""
    claimed = {claim.node_id for claim in claims.all_claims(connection) if claim.node_id is not None}
    bound = {binding.node_id for binding in bindings.all_bindings(connection)}
    quarantined = {node.node_id for node in nodes.all_nodes(connection) if node.is_quarantined}
    return Boxes(known=tuple(sorted(claimed | bound)), denied=tuple(sorted(quarantined)))
