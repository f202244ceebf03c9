"""The two commands by which a hub ends a box for good, or takes that back. What both mean is in docs/boxes.md."""

from typing import Any

from contract.messages import Command

RETIRE = "retire"
"""Send what waits, then wipe the identity; answered `done` once there is no way back."""
CANCEL = "retire_cancel"
"""Forget a `retire` that was not begun; answered `refused` where it was."""

_NODE, _EPOCH = "node", "db_epoch"


def meant_for(*, node_id: str, db_epoch: str) -> dict[str, Any]:
    """Return the arguments of both: which box is meant, and by which life of which hub's database."""
    return {_NODE: node_id, _EPOCH: db_epoch}


def is_meant_for(command: Command, *, node_id: str, db_epoch: str) -> bool:
    """Answer whether a command is meant for this box and comes from the hub that it speaks with."""
    return bool(node_id and db_epoch) and command.args == meant_for(node_id=node_id, db_epoch=db_epoch)
