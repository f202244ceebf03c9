"""What ingest remembers of each box between two messages: its session, when it was heard, signs of a clone."""

from dataclasses import dataclass, field

from contract.flow import GONE_GRACE_S
from hub.ingest.clones import CloneWatch
from hub.storage import nodes
from hub.storage.connection import Connection
from hub.storage.nodes import Node

UNHEARD_S = 900.0
"""A box says how it is every 300 s of its clock; three times nothing is away, will or no will."""


@dataclass(slots=True, kw_only=True, eq=False)
class Box:
    """One box."""

    node_id: str
    session: str | None = None
    hello_ms: int | None = None
    """The hub's clock at the newest hello of a new session: since then the link is there."""
    applied_epoch: str = ""
    applied_version: int = 0
    heard_real_ms: int = 0
    gone_real_ms: int | None = None
    is_online: bool = True
    clones: dict[str, CloneWatch] = field(default_factory=dict)
    """By what is watched."""

    def is_there(self, *, within_real_ms: int, real_ms: int) -> bool:
        """Answer whether the box has spoken within so many real milliseconds and not left since."""
        return self.is_online and self.gone_real_ms is None and real_ms - self.heard_real_ms <= within_real_ms

    def is_away(self, *, listening_real_ms: int, real_ms: int, rate: float) -> bool:
        """Answer whether an online box is to be called away: a minute after its will, or unheard for too long."""
        if self.gone_real_ms is not None and real_ms - self.gone_real_ms > 1000 * GONE_GRACE_S:
            return True
        unheard_ms = real_ms - max(self.heard_real_ms, listening_real_ms)
        return unheard_ms > 1000 * max(UNHEARD_S / rate, GONE_GRACE_S)


class Boxes:
    """All boxes the hub ever heard."""

    def __init__(self) -> None:
        """Begin with none; `load` follows."""
        self._boxes: dict[str, Box] = {}

    def load(self, connection: Connection, *, real_ms: int) -> None:
        """Take what the database has; signs of clones, and when each box was heard, are kept from before."""
        before = self._boxes
        self._boxes = {node.node_id: _box_of(node, real_ms=real_ms) for node in nodes.all_nodes(connection)}
        for node_id, box in self._boxes.items():
            old = before.get(node_id)
            if old is None:
                continue
            box.clones, box.heard_real_ms = old.clones, old.heard_real_ms
            if box.gone_real_ms is not None and old.gone_real_ms is not None:
                box.gone_real_ms = old.gone_real_ms

    def get(self, connection: Connection, node_id: str, *, now_ms: int, real_ms: int) -> Box:
        """Return a box; one heard for the first time is written down."""
        box = self._boxes.get(node_id)
        if box is None:
            nodes.add(connection, node_id, now_ms=now_ms)
            box = self._boxes[node_id] = Box(node_id=node_id, heard_real_ms=real_ms)
        return box

    def find(self, node_id: str) -> Box | None:
        """Return a known box, or None."""
        return self._boxes.get(node_id)

    def all_boxes(self) -> list[Box]:
        """Return every box."""
        return list(self._boxes.values())


def _box_of(node: Node, *, real_ms: int) -> Box:
    return Box(
        node_id=node.node_id,
        session=node.session,
        hello_ms=node.last_hello_ms,
        applied_epoch=node.applied_epoch,
        applied_version=node.applied_version,
        heard_real_ms=real_ms,
        gone_real_ms=None if node.gone_ms is None else real_ms,
        is_online=node.is_online,
    )
