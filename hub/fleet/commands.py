"""Commands to boxes: given once, sent again at each hello until answered or expired, executed once by the box.

A command lives by real time, counted from when it was given; the hub's clock may run faster.
"""

import secrets
from typing import Any

from contract.messages import Command, encode_message
from hub.storage import commands, downlink
from hub.storage.commands import IssuedCommand
from hub.storage.connection import Connection

LEAF = "command"
_ID_BYTES = 13


def issue(
    connection: Connection,
    *,
    node_id: str,
    kind: str,
    site: str,
    args: dict[str, Any],
    ttl_s: float,
    by: str,
    now_ms: int,
) -> str:
    """Give a command to a box, inside a write; return its id.

    Args:
        connection: inside a write.
        node_id: the box.
        kind: what to do, for example `siren_test`.
        site: where, as the person who gave it named it.
        args: the rest, by kind.
        ttl_s: real seconds after which the box refuses it.
        by: who gave it.
        now_ms: the hub's clock.
    """
    command = IssuedCommand(
        command_id=secrets.token_hex(_ID_BYTES),
        node_id=node_id,
        kind=kind,
        site=site,
        args=args,
        ttl_s=ttl_s,
        issued_ms=now_ms,
        issued_by=by,
    )
    commands.add(connection, command)
    _owe(connection, command, now_ms=now_ms)
    return command.command_id


def owe_again(connection: Connection, node_id: str, *, now_ms: int, rate: float) -> None:
    """Send again what a box that has just said hello has not answered and what still lives."""
    for command in commands.unanswered(connection, node_id):
        if now_ms - command.issued_ms <= 1000 * command.ttl_s * rate:
            _owe(connection, command, now_ms=now_ms)


def _owe(connection: Connection, command: IssuedCommand, *, now_ms: int) -> None:
    message = Command(
        command_id=command.command_id,
        kind=command.kind,
        site=command.site,
        ttl_s=command.ttl_s,
        hub_ms=command.issued_ms,
        args=command.args,
    )
    commands.set_sent(connection, command.command_id, now_ms=now_ms)
    downlink.add(
        connection,
        node_id=command.node_id,
        leaf=LEAF,
        payload=encode_message(message),
        is_retained=False,
        now_ms=now_ms,
    )
