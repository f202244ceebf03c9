"""How much room there is, and who makes more.

Of the quota's pages a tenth is for class 0 alone. Beside that, before anything is written, some free pages lie ready
inside the file with their disk space taken, so that a full disk is met here and never at a commit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.outbox.eviction import Cursors, give_way, give_way_among_alerts
from edge_agent.outbox.file import PAGE_BYTES
from edge_agent.outbox.owner import OwnerFile
from edge_agent.outbox.transaction import Transaction

RESERVE_SHARE = 10
"""A tenth of the pages is kept for class 0."""

LEAST_MB = 0.5
STEPS_AT_ONCE = 64
"""Steps of one call; a quota that was lowered is met over several."""

Step = Callable[[Transaction], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Pages of 4 KiB."""

    pages: int
    """All that the file may ever use."""
    soft: int
    """What class 1 to 3 may use together with all else."""
    ready: int
    """Free pages that lie ready before each transaction."""

    @classmethod
    def of(cls, limit_mb: float) -> "Limits":
        """Return the limits of a quota in MiB."""
        pages = int(max(limit_mb, LEAST_MB) * (1 << 20)) // PAGE_BYTES
        return cls(pages=pages, soft=pages - pages // RESERVE_SHARE, ready=min(64, max(8, pages // 32)))


def make_room(
    file: OwnerFile,
    limits: Limits,
    cursors: Cursors,
    *,
    take: Callable[[Step], bool],
    drop_quarantined: Callable[[], bool],
) -> bool:
    """Make what follows fit: grow where the quota and the disk allow, else let the least valuable go.

    Args:
        file: the owner's file.
        limits: of its quota.
        cursors: of eviction.
        take: runs one step of eviction in a transaction of its own.
        drop_quarantined: gives up one file that was set apart; answers False if there is none.

    Returns:
        Whether room lies ready now.
    """
    for _ in range(STEPS_AT_ONCE):
        is_short = file.free_pages() < limits.ready
        if file.used_pages() > limits.soft and take(lambda t: give_way(t, cursors)):
            continue
        if not is_short:
            return True
        if file.grow(limits.ready) or (file.is_disk_full and drop_quarantined()):
            continue
        if not (take(lambda t: give_way(t, cursors)) or take(lambda t: give_way_among_alerts(t, cursors))):
            return False
    return file.free_pages() >= limits.ready
