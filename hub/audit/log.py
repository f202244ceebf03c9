"""Writes a deed into the audit log, in the transaction of the deed itself: both are kept, or none.

`from hub.audit import log as audit_log`, then `audit_log.note(connection, …)` inside `hub.storage.connection.write`.
"""

import os
import pwd
from collections.abc import Mapping

import msgspec

from hub.audit.action import Action
from hub.audit.chain import NOTHING_BEFORE, hash_of
from hub.audit.masking import Value, masked, masked_text
from hub.storage import audit, meta
from hub.storage.audit import Head, Row
from hub.storage.connection import Connection

HUB = "hub"
"""Who acts where no person does."""
NOBODY = "-"
"""Who acts where nobody has proved to be anybody."""

TEXT_LONGEST = 200
"""Characters of actor, subject and each text of the detail; more is cut."""

_ENCODER = msgspec.json.Encoder(order="sorted")


def note(
    connection: Connection,
    *,
    now_ms: int,
    actor: str,
    action: Action,
    subject: str,
    detail: Mapping[str, Value] | None = None,
) -> Head:
    """Add a row, and before it the first one where there is none yet; return the new head.

    Args:
        connection: inside a write, the one of the deed.
        now_ms: the hub's clock.
        actor: the name of who acts; `of_shell()` for a command.
        action: what was done.
        subject: to what or whom: the id of an alert, the name of a user.
        detail: what else is worth knowing; secrets and telephone numbers are taken out of it.
    """
    head = begin(connection, now_ms=now_ms)
    return _append(
        connection, head, now_ms=now_ms, actor=actor, action=action, subject=masked_text(subject), detail=detail or {}
    )


def begin(connection: Connection, *, now_ms: int) -> Head:
    """Write the first row, which names the life of this database, if there is none; return the head."""
    head = audit.head(connection)
    if head is not None:
        return head
    nothing = Head(n=0, hash=NOTHING_BEFORE)
    epoch = meta.db_epoch(connection)
    return _append(connection, nothing, now_ms=now_ms, actor=HUB, action=Action.LOG_BEGUN, subject=epoch, detail={})


def of_shell() -> str:
    """Return how the log calls whoever types a command at the hub's own machine."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user that the machine has no name for, as in a container
        name = str(os.getuid())
    return f"shell:{name}"


def _append(
    connection: Connection,
    head: Head,
    *,
    now_ms: int,
    actor: str,
    action: Action,
    subject: str,
    detail: Mapping[str, Value],
) -> Head:
    kept = {
        _writable(name): _writable(value) if isinstance(value, str) else value for name, value in masked(detail).items()
    }
    row = Row(
        n=head.n + 1,
        at_ms=now_ms,
        actor=_writable(actor),
        action=action.value,
        subject=_writable(subject),
        detail=_ENCODER.encode(kept).decode(),
        hash="",
    )
    row = msgspec.structs.replace(row, hash=hash_of(head.hash, row))
    audit.append(connection, row)
    return Head(n=row.n, hash=row.hash)


def _writable(text: str) -> str:
    """Return a text that the log can keep: cut, and with half a character pair as `?`; a deed never fails by it."""
    return text[:TEXT_LONGEST].encode("utf-8", "replace").decode()
