"""A database that was put back from a copy begins a new life, and the audit log says so in the same transaction.

Rows that came after the copy was made are gone, and boxes have witnessed some of them. Only this row tells an honest
restore from a log that somebody cut off. Every way in but a password ends with the old life: sessions, tokens, links,
screens of the wall. Some were used or ended after the copy was made, and nobody knows any longer which. Whoever was
switched off since is in again with the password; that a person must see, in `hub user list`.
"""

from hub.audit import log
from hub.audit.action import Action
from hub.audit.masking import Value
from hub.storage import api_tokens, first_admin, meta, password_links, sessions
from hub.storage.connection import Connection


def begin(
    connection: Connection, *, now_ms: int, actor: str, marked_epoch: str = "", marked_n: int | None = None
) -> str:
    """Give the database a new epoch and write that down; return it.

    Args:
        connection: inside a write.
        now_ms: the hub's clock.
        actor: who put it back; `log.HUB` where the hub found out by itself.
        marked_epoch: of the life that is lost, if it is not the one of the copy.
        marked_n: how many rows the log had in the life that is lost, where that is known.
    """
    before, head = meta.db_epoch(connection), log.begin(connection, now_ms=now_ms)
    epoch = meta.renew_db_epoch(connection)
    password_links.close_all(connection)
    first_admin.close(connection)
    sessions.end_everybodys(connection)
    tokens = api_tokens.remove_all(connection)
    detail: dict[str, Value] = {"before": before, "head_n": head.n}
    if marked_epoch not in {"", before}:
        detail["marked"] = marked_epoch
    if marked_n is not None:
        detail["marked_n"] = marked_n
    if tokens:
        detail["ways_in_ended"] = tokens
    log.note(connection, now_ms=now_ms, actor=actor, action=Action.LOG_RESTORED, subject=epoch, detail=detail)
    return epoch
