"""When a record was written, by the hub's clock. Pure.

The rules:

1. A box's wall clock is believed where its record says that it is trusted, unless its hour cannot be right: a
   hardware clock whose battery is empty begins at 1970, 2000 or 2010, and one that was set by hand may be years ahead.
2. Where it is not, the boot clock says how long before the newest record of its run a record was written, and the
   newest has come just now.
3. That holds only for what was written since the link is there: from the number on that the newest hello named.
   Of anything older nobody knows the hour.
4. Nor does anybody of what such a record says of the time before that hello: the clock may have stood still.
"""

from msgspec import Struct
from msgspec.structs import replace

from contract.clock import ClockTrust
from contract.records import AnyRecord, Level, Reading
from hub.rivers.believable_hours import AHEAD_MS, is_believable
from hub.rivers.held import Run
from hub.rivers.silence import TRUSTED
from hub.rivers.station_change import LATE_AFTER_MS


class HubHour(Struct, frozen=True, kw_only=True, gc=False):
    """What the hub makes of a wall time of a box."""

    hub_ms: int | None = None
    """The hub's own reckoning, UTC ms, of a doubted hour, right to about one batch; None: nobody knows."""
    is_doubted: bool = False
    """The box's clock was not to be trusted."""


def believed(record: AnyRecord, *, now_ms: int, ahead_ms: int = AHEAD_MS) -> AnyRecord:
    """Return the record as it may be believed: `unsynced` where its hour cannot be right (rule 1).

    Args:
        record: as it came.
        now_ms: the hub's clock, UTC ms.
        ahead_ms: how far ahead of it an hour may lie.
    """
    if is_believable(record.at_ms, now_ms=now_ms, ahead_ms=ahead_ms) or record.clock not in TRUSTED:
        return record
    return replace(record, clock=ClockTrust.UNSYNCED)


def shift_ms(record: Reading | Level, run: Run, *, committed_ms: int) -> int | None:
    """Return what makes hub time of the wall times in a record of this run; None: nobody knows."""
    if record.clock in TRUSTED:
        return 0
    if run.live_seq is None or record.seq < run.live_seq:
        return None
    newest_up_ms = max(one.up_ms for one in run.records if one.boot == record.boot)
    return committed_ms - (newest_up_ms - record.up_ms) - record.at_ms


def hub_hour(box_ms: int | None, record: Reading | Level, run: Run, *, committed_ms: int) -> HubHour:
    """Return what the hub makes of `box_ms`, a wall time (UTC ms) that stands in a record of this run."""
    if box_ms is None or record.clock in TRUSTED:
        return HubHour()
    by_ms = shift_ms(record, run, committed_ms=committed_ms)
    if by_ms is None or (run.hello_ms is not None and box_ms + by_ms < run.hello_ms - LATE_AFTER_MS):
        return HubHour(is_doubted=True)
    return HubHour(hub_ms=box_ms + by_ms, is_doubted=True)
