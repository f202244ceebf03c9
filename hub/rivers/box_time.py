"""When a record was written, by the hub's clock. Pure.

The rules:

1. A box's wall clock is believed where its record says that it is trusted.
2. Where it is not, the boot clock says how long before the newest record of its run a record was written, and the
   newest has come just now.
3. That holds only for what was written since the link is there: from the number on that the newest hello named.
   Of anything older nobody knows the hour.
"""

from contract.records import Level, Reading
from hub.rivers.held import Run
from hub.rivers.silence import TRUSTED


def shift_ms(record: Reading | Level, run: Run, *, committed_ms: int) -> int | None:
    """Return what makes hub time of the wall times in a record of this run; None: nobody knows."""
    if record.clock in TRUSTED:
        return 0
    if run.live_seq is None or record.seq < run.live_seq:
        return None
    newest_up_ms = max(one.up_ms for one in run.records if one.boot == record.boot)
    return committed_ms - (newest_up_ms - record.up_ms) - record.at_ms
