"""When a value is old, and when a station has fallen silent. Pure.

The rules:

1. A value is stale when nothing newer has come for three of its intervals and at least ten real seconds, judged
   twice: by when it came (whatever the box's clock says) and, where that clock is trusted, by when it was measured.
   So neither a dead link nor an old backlog trickling in looks fresh.
2. A station is silent when nothing newer has come for that long and for at least a minute of real time; that minute
   is also the grace of a last will. The hub's own absence does not count: the time runs from when it began to listen.
3. A stale level keeps its severity.
"""

from contract.clock import ClockTrust
from contract.flow import GONE_GRACE_S, STALE_FLOOR_REAL_S, STALE_INTERVALS
from hub.storage.station_now import StationNow

TRUSTED = frozenset({ClockTrust.RTC, ClockTrust.NTP, ClockTrust.HUB})
UNKNOWN_INTERVAL_S = 60.0


def stale_after_s(interval_s: float | None, *, rate: float) -> float:
    """Return after how many scaled seconds a value of this interval is stale."""
    return max(STALE_INTERVALS * (interval_s or UNKNOWN_INTERVAL_S), STALE_FLOOR_REAL_S * rate)


def is_stale(now: StationNow, *, now_ms: int, rate: float) -> bool:
    """Answer whether the value of a station is old (rule 1)."""
    if now.at_ms is None or now.received_ms is None:
        return False
    limit_ms = 1000 * stale_after_s(now.interval_s, rate=rate)
    if now_ms - now.received_ms > limit_ms:
        return True
    return now.clock in TRUSTED and now_ms - now.at_ms > limit_ms


def is_silent(now: StationNow, *, heard_real_ms: int, listening_real_ms: int | None, real_ms: int, rate: float) -> bool:
    """Answer whether a station that once spoke has fallen silent (rule 2).

    Args:
        now: what is known of it.
        heard_real_ms: real clock when something newer last came.
        listening_real_ms: real clock since when the hub hears boxes without a break; None while it does not.
        real_ms: real clock now.
        rate: scaled seconds per real second.
    """
    if now.at_ms is None or listening_real_ms is None:
        return False
    limit_real_s = max(stale_after_s(now.interval_s, rate=rate) / rate, GONE_GRACE_S)
    return real_ms - max(heard_real_ms, listening_real_ms) > 1000 * limit_real_s
