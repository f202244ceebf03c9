"""What boxes are shown of the audit log: its head, once a day, so that they can say later what it was.

Who rewrites the log at the hub cannot take back what hundreds of boxes on poles have kept.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from contract.desired import AuditHead
from hub.audit import log
from hub.audit.witness_file import HUB_ITSELF, Witness
from hub.storage import audit, life_mark, meta
from hub.storage.connection import Connection

SHOWN_FOR_MS = 24 * 3600 * 1000
"""A day of the hub's clock."""

_KEY = "audit_shown"


class Shown(Struct, frozen=True, kw_only=True):
    """The head that is shown, and since when."""

    at_ms: int
    head: AuditHead

    def is_over(self, now_ms: int) -> bool:
        """Answer whether its day is over; a clock that was set back ends it too."""
        return not 0 <= now_ms - self.at_ms < SHOWN_FOR_MS


def shown(connection: Connection) -> Shown | None:
    """Return what boxes are shown, None if that never was anything."""
    text = meta.value(connection, _KEY)
    return None if text is None else msgspec.json.decode(text, type=Shown)


def own_witness(connection: Connection) -> Witness | None:
    """Return what the hub itself remembers to have shown: boxes may have kept it, so it cannot go unseen."""
    last = shown(connection)
    if last is None:
        return None
    epoch = meta.db_epoch(connection)
    return Witness(node=HUB_ITSELF, at_ms=last.at_ms, db_epoch=epoch, n=last.head.n, hash=last.head.hash)


def own_witnesses(connection: Connection, path: Path) -> list[Witness]:
    """Return what the hub itself remembers of the log: the head that it showed last, and how long the log ever was.

    Call it before the rows are read: these only grow.

    Args:
        connection: to read with.
        path: of the database; the mark of its life lies beside it.
    """
    marked_n, epoch = life_mark.rows_witnessed(connection, path), meta.db_epoch(connection)
    head, last = audit.head(connection), own_witness(connection)
    own = [] if last is None else [last]
    if marked_n > (0 if head is None else head.n):
        own.append(Witness(node=HUB_ITSELF, at_ms=0, db_epoch=epoch, n=marked_n, hash=""))
    return own


def show_head(connection: Connection, *, now_ms: int) -> Shown:
    """Show the head of now from here on, inside a write; a log without rows is begun."""
    head = log.begin(connection, now_ms=now_ms)
    fresh = Shown(at_ms=now_ms, head=AuditHead(n=head.n, hash=head.hash))
    meta.set_value(connection, _KEY, msgspec.json.encode(fresh).decode())
    return fresh
