"""An outbox in memory, for the gauge of a box whose disk cannot be written when it starts.

The box must go on to guard: it takes the memory of the outbox on the disk along, as far as that can be read, into a
spool of its own in a folder that needs no disk. Its records are held there until the box is switched off; the
uplink does not look there. Each start tries the disk first; once the disk is back, what was remembered here is taken
along to it, and the records are counted as lost.
"""

import logging
from collections.abc import Collection
from pathlib import Path

from contract.clock import Clock
from edge_agent.outbox.errors import OutboxError
from edge_agent.outbox.keeper import Keeper
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.place import Place, delete
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.room import Limits
from edge_agent.outbox.salvage import salvage
from edge_agent.outbox.spool import Spool
from edge_agent.outbox.transaction import OwnStamp

REFUGE_MB = 4.0
"""Weeks of a gauge in peace; with its log never above 24 MiB of a board's memory."""

log = logging.getLogger(__name__)


def open_refuge(path: Path, *, left: Path, clock: Clock, keeper: Keeper) -> Outbox:
    """Open the outbox named `path` in a folder that needs no disk; it is begun if it is not there.

    Args:
        path: in memory.
        left: the outbox on the disk that cannot be written; its state and boot number go on here.
        clock: gives the time of the outbox's own records.
        keeper: whose both are.

    Raises:
        OutboxError: this folder does not work either.
        OSError: the same.
    """
    if not path.exists():
        _begin(path, left=left, clock=clock, keeper=keeper)
    return Outbox.open(
        path,
        clock=clock,
        node_id=keeper.node,
        board=keeper.board,
        limit_mb=REFUGE_MB,
        is_scaled=keeper.is_scaled,
        kernel_boot=keeper.kernel_boot,
    )


def take_along(path: Path, *, outbox: Outbox, besides: Collection[str]) -> None:
    """Write into `outbox` what the outbox named `path` remembers, if it is there.

    Args:
        path: in memory; nobody has it open.
        outbox: on the disk, open again.
        besides: keys that stay as they are on the disk.

    Raises:
        OutboxError: the disk does not take it.
    """
    if not path.is_symlink():
        return
    found = salvage(path.resolve())
    with outbox.transaction() as transaction:
        for key in found.state.keys() - set(besides):
            transaction.set_state(key, found.state[key])


def forget_refuge(path: Path) -> int:
    """Delete the outbox named `path`, if it is there; return how many records are lost with it."""
    lost = 0
    try:
        if path.is_symlink():
            lost = OutboxReader.open(path).marks()[1] - 1
            delete(path.resolve())
            path.unlink()
    except (OutboxError, OSError) as exc:
        log.warning("%s: what was held in memory cannot be counted or deleted: %s", path, exc)
    return lost


def _begin(path: Path, *, left: Path, clock: Clock, keeper: Keeper) -> None:
    found = salvage(left.resolve())
    place = Place(path)
    try:
        place.sweep()
        spool = Spool.begin(
            place, limits=Limits.of(REFUGE_MB), keeper=keeper, own_stamp=OwnStamp(clock), last=found.identity
        )
        with spool.writing() as transaction:
            for key, value in found.state.items():
                transaction.set_state(key, value)
        spool.publish()
        spool.file.close()
    finally:
        place.release()
